using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

public sealed class SimulationBorderSpec
{
    private const string Simulation = "Cjp2p.Actors.Simulation.";

    private static readonly Architecture Architecture =
        new ArchLoader().LoadAssemblies(typeof(SimWorld).Assembly, typeof(SimulationBorderSpec).Assembly).Build();

    [Fact]
    public void No_part_of_a_node_knows_the_simulation()
    {
        var node = Architecture.Types
            .Where(type => type.Assembly.Name.StartsWith(typeof(SimWorld).Assembly.GetName().Name!, StringComparison.Ordinal))
            .Where(type => type.FullName.StartsWith("Cjp2p.Actors.", StringComparison.Ordinal))
            .Where(type => !type.FullName.StartsWith(Simulation, StringComparison.Ordinal)
                && !type.FullName.StartsWith("Cjp2p.Actors.Tests.", StringComparison.Ordinal))
            .ToList();
        Assert.InRange(node.Count, 100, 10_000);
        Assert.Empty(Violations(node, target => target.StartsWith(Simulation, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(nameof(LinkModel))]
    [InlineData(nameof(NatModel))]
    [InlineData(nameof(SimFile))]
    [InlineData(nameof(SplitMix))]
    [InlineData(nameof(Actors.Simulation.Trace))]
    [InlineData(nameof(XxHash64))]
    public void What_decides_in_the_simulation_is_pure(string name)
    {
        var type = Architecture.Types.Single(type => type.FullName == Simulation + name);
        Assert.Empty(Violations([type], IsImpure));
    }

    [Fact]
    public void The_rules_see_what_they_forbid()
    {
        var trespasser = Architecture.Types.Single(type => type.Name == nameof(GossipNode));
        Assert.NotEmpty(Violations([trespasser], target => target.StartsWith(Simulation, StringComparison.Ordinal)));
        Assert.NotEmpty(Violations([trespasser], IsImpure));
    }

    private static bool IsImpure(string target) =>
        target.StartsWith("Akka.", StringComparison.Ordinal)
        || target.StartsWith("System.IO.", StringComparison.Ordinal)
        || target.StartsWith("System.Net.", StringComparison.Ordinal)
        || target == typeof(Random).FullName
        || target == typeof(TimeProvider).FullName;

    private static List<string> Violations(IEnumerable<IType> types, Func<string, bool> isForbidden) =>
        [.. types.SelectMany(type => type.Dependencies
            .Select(dependency => dependency.Target.FullName)
            .Where(isForbidden)
            .Select(target => $"{type.FullName} -> {target}"))];
}
