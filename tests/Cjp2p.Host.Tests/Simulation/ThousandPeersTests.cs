using System.Globalization;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Actors.Tests.Simulation;
using Cjp2p.Host.Simulation;
using Xunit.Abstractions;

namespace Cjp2p.Host.Tests.Simulation;

/// <summary>
/// The scenarios with a thousand peers, so far as there is time for: <c>SimulateTests</c> plays them with few to their end, and
/// with as many as <c>CJP2P_SIMULATE_PEERS</c> says.
/// </summary>
public sealed class ThousandPeersTests(ITestOutputHelper output)
{
    private const int Peers = 1000;
    private const int Steps = 400_000;
    private const int StepsLeast = 150_000;

    [Fact]
    public void Every_scenario_with_a_thousand_peers_does_the_same_in_two_processes()
    {
        using var other = AnotherProcess.Start("scenarios", Peers, Steps);
        var here = Play(Peers, Steps);
        output.WriteLine(here);
        Assert.Equal(here, other.Output());
        Assert.Equal(ScenarioCatalog.Names, here.Split('\n').Select(line => line.Split(' ')[0]));
    }

    /// <summary>Plays all of them to this step, or to their end; says of each what two processes must agree on.</summary>
    internal static string Play(int peers, int steps) => string.Join('\n', ScenarioCatalog.Names.Select(name =>
    {
        using var run = new ScenarioRun(ScenarioCatalog.Load(name) with { Peers = peers }, seed: 7);
        var isOver = !run.RunToStep(steps);
        Assert.True(run.World.Steps >= StepsLeast, $"{name} was over before");
        Assert.Empty(run.Violations);
        Assert.Empty(run.World.Failures);
        Assert.Equal(0, run.World.ForeignTouches);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {run.World.Now:c} {run.World.Network.Counters.Delivered} delivered {run.World.Turns} turns {run.World.Trace.HashText}{(isOver ? ", whole" : "")}");
    }));
}
