using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>A thousand production nodes in one world.</summary>
public sealed class ManyNodesSpec
{
    private const int Nodes = 1000;

    [Fact]
    public void A_thousand_production_nodes_do_the_same_in_two_processes()
    {
        using var other = AnotherProcess.Start("many", 5);
        Assert.Equal(Run(seed: 5), other.Output());
    }

    /// <summary>All but one fetch a small content over lossy lines; says what two runs must agree on.</summary>
    internal static string Run(ulong seed)
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = seed });
        world.Invariants.AddStandard();
        var content = world.NewContent(20_000);
        var access = new AccessLink(
            AccessLink.Home.Up with { Loss = 0.01, BitsPerSecond = 100_000_000 }, AccessLink.Home.Down with { Loss = 0.01 });
        var seeder = world.AddNode(access).Shares(content);
        var downloads = Enumerable.Range(1, Nodes - 1)
            .Select(_ => world.AddNode(access)).ToArray()
            .Select(leech => leech.Fetches(content, seeder.Address)).ToArray();
        Assert.True(
            world.RunUntil(() => downloads.All(download => download.IsFinished), TimeSpan.FromMinutes(10)), world.ToString());
        world.End();
        Assert.Empty(world.Violations);
        Assert.Empty(world.Failures);
        Assert.Equal(0, world.ForeignTouches);
        return $"{world.Now} {GossipWorld.Summary(world)}";
    }
}
