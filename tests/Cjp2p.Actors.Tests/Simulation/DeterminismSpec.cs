using System.Diagnostics;
using System.Globalization;
using Cjp2p.Actors.Simulation;
using Trace = Cjp2p.Actors.Simulation.Trace;

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
        var first = RunHere(7);
        Assert.Equal(first, RunHere(7));
        Assert.Equal(first, RunInAnotherProcess(7));
        Assert.NotEqual(Hash(first), Hash(RunHere(8)));
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

    private static string RunHere(ulong seed)
    {
        using var world = GossipWorld.Build(Nodes, seed, withFaults: true);
        world.RunFor(TimeSpan.FromSeconds(Seconds));
        Assert.InRange(world.Trace.Deliveries, 20_000, long.MaxValue);
        return GossipWorld.Summary(world);
    }

    /// <summary>This very assembly is a program too: see <see cref="Program"/>.</summary>
    private static string RunInAnotherProcess(ulong seed)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList = { "exec", typeof(Program).Assembly.Location },
        };
        foreach (var number in (ulong[])[Nodes, seed, Seconds])
            start.ArgumentList.Add(number.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }

    private static string Hash(string summary) => summary.Split(' ')[1];
}
