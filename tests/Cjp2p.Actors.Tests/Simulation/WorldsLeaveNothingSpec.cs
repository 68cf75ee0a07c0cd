using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>A finished world leaves nothing.</summary>
[Collection(MeasuresTheProcess.Name)]
public sealed class WorldsLeaveNothingSpec
{
    [Fact]
    public void A_hundred_worlds_with_nodes_that_fetch_leave_memory_flat()
    {
        // The first ones fill caches of Akka and of the runtime.
        for (ulong seed = 0; seed < 20; seed++)
            RunWorld(seed);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (ulong seed = 20; seed < 120; seed++)
            RunWorld(seed);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 2_000_000, $"{grown} bytes more after a hundred worlds");
    }

    private static void RunWorld(ulong seed)
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = seed });
        world.Invariants.AddStandard();
        var content = world.NewContent(100_000);
        var seeder = world.AddNode(AccessLink.Home).Shares(content);
        var downloads = Enumerable.Range(0, 4).Select(_ => world.AddNode(AccessLink.Home).Fetches(content, seeder.Address)).ToArray();
        Assert.True(world.RunUntil(() => downloads.All(download => download.IsFinished), TimeSpan.FromMinutes(5)));
        world.End();
        Assert.Empty(world.Violations);
    }
}
