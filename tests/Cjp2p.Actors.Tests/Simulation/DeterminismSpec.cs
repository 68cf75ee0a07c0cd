using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>
/// The promise of the simulator. Two processes are needed to keep it: orders that depend on the hash of a string are the
/// same within one process and differ in the next.
/// </summary>
public sealed class DeterminismSpec
{
    private const int Nodes = 1000;
    private const int Seconds = 4;

    [Fact]
    public void A_thousand_nodes_under_every_fault_do_the_same_twice_and_in_another_process_and_another_thing_with_another_seed()
    {
        using var other = AnotherProcess.Start("gossip", Nodes, 7, Seconds);
        var first = GossipWorld.RunWithFaults(Nodes, 7, Seconds);
        Assert.Equal(first, GossipWorld.RunWithFaults(Nodes, 7, Seconds));
        Assert.Equal(first, other.Output());
        Assert.NotEqual(Hash(first), Hash(GossipWorld.RunWithFaults(Nodes, 8, Seconds)));
    }

    [Fact]
    public void The_faults_that_the_determinism_check_asks_for_happen()
    {
        using var world = GossipWorld.Build(100, 7, withFaults: true);
        world.RunFor(TimeSpan.FromSeconds(Seconds));
        var counters = world.Network.Counters;
        foreach (var reason in (DropReason[])[
            DropReason.Loss, DropReason.Burst, DropReason.QueueFull, DropReason.Fragments, DropReason.Partition,
            DropReason.HostOff, DropReason.NoEndpoint, DropReason.NatFilter])
            Assert.True(counters.DroppedFor(reason) > 0, $"Nothing was dropped for {reason}.");
        Assert.True(counters.Duplicated > 0);
        Assert.True(counters.Reordered > 0);
        Assert.True(counters.Corrupted > 0);
        Assert.True(counters.Clogged > 0);
        Assert.True(world.Machines.Sum(machine => machine.Disk.Counters.SectorsLost) > 0);
        Assert.True(world.Machines.Sum(machine => machine.Disk.Counters.SectorsKept) > 0);
        Assert.Empty(world.Failures);
        Assert.Equal(0, world.ForeignTouches);
        Assert.Equal(0, world.Scheduler.ActionsFailed);
    }

    [Fact]
    public void Two_runs_that_differ_in_one_thing_part_at_the_checkpoint_before_it()
    {
        static Trace Run(bool disturbed)
        {
            using var world = GossipWorld.Build(50, 7, withFaults: false);
            world.RunFor(TimeSpan.FromSeconds(1));
            if (disturbed)
                world.Machines[0].Random.Next();
            world.RunFor(TimeSpan.FromSeconds(1));
            return world.Trace;
        }

        var (one, other) = (Run(false), Run(true));
        var difference = Trace.FirstDifference(one.Checkpoints, other.Checkpoints);
        Assert.NotNull(difference);
        Assert.InRange(difference.Value.Different.At, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.3));
    }

    private static string Hash(string summary) => summary.Split(' ')[1];
}
