using System.Globalization;
using Akka.Configuration;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Benchmarks.Simulation;

/// <summary>What a simulation of whole production nodes costs, in processor seconds and in bytes.</summary>
internal static class NodeFigures
{
    /// <summary>All nodes but the first fetch one content from the first, at the same time.</summary>
    internal static void Fetch(int nodes, int kibibytes, double loss)
    {
        var (began, processor) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        using var world = new SimWorld(new SimWorldSettings { Seed = 1 });
        var content = world.NewContent(kibibytes * 1024);
        var access = new AccessLink(
            AccessLink.Home.Up with { Loss = loss, BitsPerSecond = 1_000_000_000 }, AccessLink.Home.Down with { Loss = loss });
        var seeder = world.AddNode(access).Shares(content);
        var leeches = Enumerable.Range(1, nodes - 1).Select(_ => world.AddNode(access)).ToArray();
        var downloads = leeches.Select(leech => leech.Fetches(content, seeder.Address)).ToArray();
        var done = 0;
        var all = world.RunUntil(() =>
        {
            while (done < downloads.Length && downloads[done].IsFinished)
                done++;
            return done == downloads.Length;
        }, TimeSpan.FromHours(1));
        Print($"{nodes} nodes, {kibibytes} KiB, loss {loss}: {(all ? "all finished" : $"{done} finished")} after {world.Now.TotalSeconds:0.0} virtual s", world, began, processor);
    }

    /// <summary>Nodes that know one address each find the others and keep in touch.</summary>
    internal static void Idle(int nodes, int seconds)
    {
        var (began, processor) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        using var world = new SimWorld(new SimWorldSettings { Seed = 1 });
        AddKnowing(world, nodes);
        Print($"{nodes} nodes built", world, began, processor);
        for (var quarter = 0; quarter < 4; quarter++)
        {
            (began, processor) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
            world.RunFor(TimeSpan.FromSeconds(seconds / 4.0));
            Print($"{world.Now.TotalSeconds:0} virtual s", world, began, processor);
        }
    }

    /// <summary>What a node weighs when it has started, and when it has found others.</summary>
    internal static void Memory(int nodes)
    {
        var (began, processor) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var world = new SimWorld(new SimWorldSettings { Seed = 1 });
        var machines = GC.GetTotalMemory(forceFullCollection: true);
        AddKnowing(world, nodes);
        Say($"{nodes} nodes: {(GC.GetTotalMemory(forceFullCollection: true) - machines) / nodes} B each when started (world itself {machines - before} B)");
        world.RunFor(TimeSpan.FromMinutes(10));
        Say($"{(GC.GetTotalMemory(forceFullCollection: true) - machines) / nodes} B each after ten minutes; working set {Environment.WorkingSet >> 20} MiB");
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

    private static void AddKnowing(SimWorld world, int nodes)
    {
        // Ten old nodes that everybody knows the address of, as programs come with a list.
        var access = AccessLink.Home;
        var known = new List<string>();
        var settings = SimWorld.DefaultNodeSettings;
        for (var i = 0; i < nodes; i++)
        {
            if (i <= 10)
                settings = Knowing(known);
            var node = world.AddNode(access, settings: settings);
            if (i < 10)
                known.Add(node.Address.ToString());
        }
    }

    private static NodeSettings Knowing(List<string> known) => NodeSettings.FromConfig(ConfigurationFactory.ParseString(
        $$"""
        cjp2p {
          listen = ["0.0.0.0:24254"]
          content.data = "/data"
          peers.bootstrap = [{{string.Join(',', known.Select(address => $"\"{address}\""))}}]
        }
        """));

    private static void Print(string what, SimWorld world, long began, TimeSpan processor)
    {
        var wall = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var used = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        var counters = world.Network.Counters;
        Say($"{what}: {wall:0.0} s wall, {used:0.0} s of processor; {counters.Delivered} delivered so far, {world.Steps} steps, {world.Turns} turns, {world.Scheduler.TimersFired} timers, {world.Scheduler.Count} entries wait, {GC.GetTotalAllocatedBytes() >> 20} MiB allocated, collector stood in the way for {GC.GetTotalPauseDuration().TotalSeconds:0.0} s ({GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)} times), {world.Trace.HashText}");
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
