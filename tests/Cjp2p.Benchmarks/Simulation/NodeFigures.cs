using System.Collections.Immutable;
using System.Globalization;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Benchmarks.Simulation;

/// <summary>What a simulation of whole production nodes costs, in processor seconds and in bytes.</summary>
internal static class NodeFigures
{
    private const int Old = 10;

    // As people come, so that not all first datagrams are under way at once.
    private const int SecondsOfStarts = 100;

    // Ten addresses that everybody knows as programs come with a list, where nobody is any more.
    private static readonly ImmutableArray<PeerAddress> Silent =
        [.. Enumerable.Range(1, Old).Select(number => PeerAddress.FromIPv4(0xC633_6400 + (uint)number, 24254))];

    /// <summary>All nodes but the first fetch one content from the first, at the same time.</summary>
    internal static Task FetchAsync(int nodes, int kibibytes, double loss, int threads)
    {
        var access = new AccessLink(
            AccessLink.Home.Up with { Loss = loss, BitsPerSecond = 1_000_000_000 }, AccessLink.Home.Down with { Loss = loss });
        return PlayAsync(
            new Scenario($"{nodes} nodes, {kibibytes} KiB, loss {Text(loss)}") { Duration = TimeSpan.FromHours(1) }
                .WithContent("film", kibibytes * 1024)
                .WithNodes(1, "seeder", access, sharing: ["film"])
                .WithNodes(nodes - 1, "crowd", access, fetching: ["film"]),
            threads);
    }

    /// <summary>Nodes that know ten old ones find the others and keep in touch.</summary>
    internal static Task IdleAsync(int nodes, int seconds, int threads)
    {
        var idle = TimeSpan.FromSeconds(seconds);
        return PlayAsync(
            new Scenario($"{nodes} nodes, idle") { Duration = idle, Peers = nodes }
                .With(new ScenarioGroup("old") { Count = Old })
                .With(new ScenarioGroup("others") { Knows = ["old"], KnowsMax = Old })
                // Something that is still to go wrong keeps the world going until then.
                .With(ScenarioFaultKind.InterfaceDown, "old", idle - TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), count: 1),
            threads);
    }

    /// <summary>
    /// What a node weighs when it has started, and at rest. Nodes stand in neighbourhoods that know each other and nobody
    /// else, so that each has found as many others as was asked for; with 0, each knows ten addresses where nobody answers.
    /// </summary>
    internal static void Memory(int nodes, int found, int seconds)
    {
        var (began, processor) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var world = new SimWorld(new SimWorldSettings { Seed = 1 });
        var world0 = GC.GetTotalMemory(forceFullCollection: true);
        Say($"the world itself: {world0 - before} B");
        while (world.Machines.Count < nodes)
        {
            StartNeighbours(world, Math.Min(found + 1, nodes - world.Machines.Count));
            var started = world.Machines.Count;
            if (started * (long)SecondsOfStarts / nodes == (long)world.Now.TotalSeconds)
                continue;
            if (world.Now == TimeSpan.Zero)
                Say($"{started} nodes: {(GC.GetTotalMemory(forceFullCollection: true) - world0) / started} B each when just started, their first datagrams under way");
            world.RunFor(TimeSpan.FromSeconds(1));
            if ((int)world.Now.TotalSeconds % (SecondsOfStarts / 10) == 0)
                Say($"{started} nodes after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s wall");
        }

        world.RunFor(TimeSpan.FromSeconds(seconds));
        var peers = world.Machines.Average(machine => machine.Services!.PeerCounts.Verified);
        Say($"{(GC.GetTotalMemory(forceFullCollection: true) - world0) / nodes} B each at rest {seconds} virtual s after the last start, {peers:0.0} others found; committed {GC.GetGCMemoryInfo().TotalCommittedBytes >> 20} MiB, working set {Environment.WorkingSet >> 20} MiB");
        Print($"{nodes} nodes", world, began, processor);
    }

    /// <summary>Worlds with nodes that fetch, one after the other.</summary>
    internal static void Worlds(int worlds, int nodes)
    {
        for (var i = 0; i < worlds; i++)
        {
            using (var world = new SimWorld(new SimWorldSettings { Seed = (ulong)i }))
            {
                var content = world.NewContent(100_000);
                var seeder = world.AddNode(AccessLink.Home).Shares(content);
                for (var leech = 1; leech < nodes; leech++)
                    world.AddNode(AccessLink.Home).Fetches(content, seeder.Address);
                world.RunFor(TimeSpan.FromSeconds(30));
            }

            if (i % 10 == 9)
                Say($"after {i + 1} worlds: {GC.GetTotalMemory(forceFullCollection: true) / 1024} KiB, {ThreadPool.ThreadCount} pool threads");
        }
    }

    private static async Task PlayAsync(Scenario scenario, int threads)
    {
        var (began, processor) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        using var slices = await SlicesOnThreads.BuildAsync(scenario, seed: 1, threads);
        Say($"{scenario.Name}, {threads} threads: built in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        var run = new SlicedScenario(scenario, seed: 1, slices);
        var result = await run.RunAsync();
        var wall = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var used = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        Say($"{result.Completed} of {result.Fetches.Count} finished, {result.Violations.Count} violations after {result.VirtualTime.TotalSeconds:0.0} virtual s: {wall:0.0} s wall, {used:0.0} s of processor; {result.Delivered} delivered, {result.Steps} steps, {GC.GetTotalAllocatedBytes() >> 20} MiB allocated, collector stood in the way for {GC.GetTotalPauseDuration().TotalSeconds:0.0} s ({GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)} times), working set {Environment.WorkingSet >> 20} MiB, {result.TraceHash}");
        foreach (var violation in result.Violations.Take(5))
            Say($"  {violation.Invariant}: {violation.What}");
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static NodeSettings Alone { get; } =
        SimWorld.DefaultNodeSettings with { Peers = SimWorld.DefaultNodeSettings.Peers with { Bootstrap = Silent } };

    private static void StartNeighbours(SimWorld world, int count)
    {
        var machines = new SimMachine[count];
        for (var i = 0; i < count; i++)
            machines[i] = world.AddMachine(AccessLink.Home);
        var settings = SimWorld.DefaultNodeSettings;
        if (count == 1)
            settings = Alone;
        else
        {
            var addresses = machines.Select(machine => machine.Host.Address.WithPort(settings.Listen[0].Port));
            settings = settings with { Peers = settings.Peers with { Bootstrap = [.. addresses] } };
        }

        foreach (var machine in machines)
            machine.StartNode(settings, world.SpanBuffers);
    }

    private static void Print(string what, SimWorld world, long began, TimeSpan processor)
    {
        var wall = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var used = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        var counters = world.Network.Counters;
        Say($"{what}: {wall:0.0} s wall, {used:0.0} s of processor; {counters.Delivered} delivered so far, {world.Steps} steps, {world.Turns} turns, {world.Scheduler.TimersFired} timers, {world.Scheduler.Count} entries wait, {GC.GetTotalAllocatedBytes() >> 20} MiB allocated, collector stood in the way for {GC.GetTotalPauseDuration().TotalSeconds:0.0} s ({GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)} times), {world.Trace.HashText}");
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
