using System.Globalization;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Hostile;
using Cjp2p.Actors.Simulation.Invariants;
using Cjp2p.Benchmarks.Soak;

namespace Cjp2p.Benchmarks.Simulation;

/// <summary>
/// Many virtual days: nodes come, fetch, leave or crash, and come again, beside two that are always there and are watched, and
/// hostile ones that never stop. Ends with a verdict on every counter and table, as a soak does.
/// </summary>
internal sealed class ChurnDays(int days, int nodes, ulong seed)
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromHours(3);

    internal int Run()
    {
        var began = TimeProvider.System.GetTimestamp();
        using var world = new SimWorld(new SimWorldSettings { Seed = seed });
        world.Invariants.Add(new TableCaps());
        world.Invariants.Add(new Conservation());
        var random = world.RandomFor(7);
        var contents = Enumerable.Range(0, 4).Select(i => world.NewContent(200_000, i)).ToArray();
        SimNode[] steady = [world.AddNode(AccessLink.DataCentre), world.AddNode(AccessLink.Home)];
        foreach (var content in contents)
            steady[0].Shares(content);
        var target = new HostileTarget([.. steady.Select(node => node.Address)], [.. contents]);
        foreach (var kind in new[] { HostileKind.BogusPeers, HostileKind.EofLiar, HostileKind.Silent })
            HostilePeer.Start(world.AddMachine(AccessLink.Home), kind, target);
        var (sessions, crashes) = (0L, 0L);
        for (var i = 0; i < nodes; i++)
            Come(world.AddNode(AccessLink.Home));
        Fetch(steady[1]);

        var samples = steady.Select(_ => new List<SoakSample>()).ToArray();
        while (world.Now < TimeSpan.FromDays(days))
        {
            world.RunFor(SampleEvery);
            for (var i = 0; i < steady.Length; i++)
                samples[i].Add(Sample(world, steady[i]));
            if (world.Now.TotalDays % 1 < SampleEvery.TotalDays / 2)
            {
                Say($"day {world.Now.TotalDays:0}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s, heap {samples[0][^1].Values["world: heap MiB"]:0.0} MiB, {sessions} sessions, {crashes} crashes, {world.Network.Counters.Delivered} datagrams delivered");
            }
        }

        var wrong = new List<string>();
        for (var i = 0; i < steady.Length; i++)
            wrong.AddRange(SoakVerdict.Judge(i == 0 ? "seeder" : "fetcher", samples[i], days, "days", Console.Out));
        wrong.AddRange(world.Violations.Select(violation => violation.ToString()));
        wrong.AddRange(world.Failures.Select(failure => failure.ToString()));
        Say($"{days} virtual days of {nodes} nodes that come and go (seed {seed}): {sessions} sessions, {crashes} crashes, {world.Network.Counters.Delivered} datagrams delivered, {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
        foreach (var line in wrong)
            Console.WriteLine("WRONG: " + line);
        Console.WriteLine(wrong.Count == 0 ? "flat: nothing grew by more than a tenth, and nothing failed" : "NOT flat");
        return wrong.Count == 0 ? 0 : 1;

        // Sessions of twenty minutes in the mean, most of them shorter; half of them end by a crash.
        void Come(SimNode node)
        {
            sessions++;
            if (!node.IsRunning)
                node.Start();
            node.ForgetEnded();
            node.Fetches(contents[random.Next(contents.Length)], steady[0].Address);
            world.After(Exponential(TimeSpan.FromMinutes(20)), () => Go(node));
        }

        void Go(SimNode node)
        {
            if (random.Next(2) == 0)
            {
                crashes++;
                node.Machine.Crash();
            }
            else if (node.IsRunning)
            {
                node.Stop();
            }

            // What it had is gone now and then, so that it fetches again.
            world.After(TimeSpan.FromMinutes(1), () =>
            {
                foreach (var file in node.Machine.Disk.Enumerate("/got").ToArray())
                    node.Machine.Disk.Delete(file.Path);
            });
            world.After(TimeSpan.FromMinutes(2) + Exponential(TimeSpan.FromMinutes(30)), () => Come(node));
        }

        // One content after the other, for ever.
        void Fetch(SimNode node)
        {
            node.ForgetEnded();
            var download = node.Fetches(contents[random.Next(contents.Length)], steady[0].Address, target.Victims[0]);
            Look();

            void Look() => world.After(TimeSpan.FromMinutes(10), () =>
            {
                if (download.EndedAt == null)
                {
                    Look();
                    return;
                }

                if (node.Machine.Disk.TryStat(download.TargetPath, out _))
                    node.Machine.Disk.Delete(download.TargetPath);
                Fetch(node);
            });
        }

        TimeSpan Exponential(TimeSpan mean) => mean * -Math.Log(1 - random.NextDouble());
    }

    private static SoakSample Sample(SimWorld world, SimNode node)
    {
        var services = node.Machine.Services!;
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["world: heap MiB"] = GC.GetTotalMemory(forceFullCollection: true) / 1048576.0,
            ["world: entries that wait"] = world.Scheduler.Live,
            ["world: datagrams in flight"] = world.Network.Counters.InFlight,
            [SoakSample.Actors] = services.Inspection.Facts().Length,
            [SoakSample.Restarts] = services.Inspection.Restarts,
            [SoakSample.Failures] = services.Inspection.Failures,
            ["table: peers"] = services.PeerTable?.Verified ?? 0,
            ["table: hearsay"] = services.PeerTable?.HearsayQueued ?? 0,
            ["table: catalog"] = services.Catalog.Count,
            ["table: downloads"] = services.Routes.Count,
        };
        foreach (var table in services.Tables())
            values["table: " + table.Key] = table.Size;
        return new SoakSample(world.Now.TotalDays, values);
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
