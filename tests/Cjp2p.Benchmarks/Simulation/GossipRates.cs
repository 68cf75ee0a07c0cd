using System.Globalization;
using Cjp2p.Actors.Tests.Simulation;

namespace Cjp2p.Benchmarks.Simulation;

/// <summary>
/// How fast the simulator is: a world of small nodes that ask random peers and answer, three times; the first time is the
/// warm-up. Everything runs on one thread, so rates are per core.
/// </summary>
internal static class GossipRates
{
    internal static void Run(int nodes, int seconds, bool withFaults)
    {
        for (var round = 0; round < 3; round++)
            RunOnce(nodes, seconds, withFaults);
    }

    private static void RunOnce(int nodes, int seconds, bool withFaults)
    {
        var began = TimeProvider.System.GetTimestamp();
        var bytesBefore = GC.GetTotalMemory(forceFullCollection: true);
        using var world = GossipWorld.Build(nodes, seed: 1, withFaults);
        var built = TimeProvider.System.GetElapsedTime(began);
        var bytesPerNode = (GC.GetTotalMemory(forceFullCollection: true) - bytesBefore) / nodes;
        var allocatedBefore = GC.GetTotalAllocatedBytes();
        var processorBefore = Environment.CpuUsage.TotalTime;
        began = TimeProvider.System.GetTimestamp();
        world.RunFor(TimeSpan.FromSeconds(seconds));
        var wall = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var processor = (Environment.CpuUsage.TotalTime - processorBefore).TotalSeconds;
        var delivered = world.Network.Counters.Delivered;
        var allocated = (GC.GetTotalAllocatedBytes() - allocatedBefore) / Math.Max(1, delivered);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{nodes} nodes in {built.TotalSeconds:0.00} s, {bytesPerNode} B each; {seconds} virtual s in {wall:0.00} s ({processor:0.00} s of processor, collector and compiler included): {delivered / wall / 1000:0} k deliveries/s ({delivered / processor / 1000:0} k per processor second), {world.Steps / wall / 1000:0} k steps/s, {world.Turns / wall / 1000:0} k turns/s, {allocated} B/delivery, {world.Trace.HashText}"));
    }
}
