using System.Globalization;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>
/// A world of small nodes that send to random peers and answer each other: what the determinism check and the benchmark of
/// the simulator run. With faults there is all the simulator has: bad links, NATs, a partition, clogs, crashes and disks.
/// </summary>
public static class GossipWorld
{
    /// <summary>Builds the world; its nodes are started.</summary>
    public static SimWorld Build(int nodes, ulong seed, bool withFaults)
    {
        var world = new SimWorld(new SimWorldSettings { Seed = seed });
        var plain = new AccessLink(
            new LinkSettings { Latency = TimeSpan.FromMilliseconds(1), Jitter = TimeSpan.FromMilliseconds(20), KeepsOrder = false },
            new LinkSettings());
        AccessLink[] mix = withFaults
            ? [AccessLink.Home, AccessLink.DataCentre, AccessLink.Lan, AccessLink.Mobile, Bad]
            : [plain];
        var nats = withFaults
            ? Enum.GetValues<NatKind>().Select(kind => world.Network.AddNat(new NatSettings { Kind = kind })).ToArray()
            : [];
        for (var i = 0; i < nodes; i++)
            world.AddMachine(mix[i % mix.Length], withFaults && i % 7 == 3 ? nats[i % nats.Length] : null);
        var addresses = world.Machines.Select(machine => machine.Host.OutsideAddress.WithPort(GossipNode.Port)).ToArray();
        foreach (var machine in world.Machines)
            machine.Start(GossipNode.Props(machine, addresses, withFaults));
        if (withFaults)
            AddFaults(world, addresses);
        return world;
    }

    /// <summary>Runs a world with faults and says what two runs must agree on.</summary>
    public static string RunWithFaults(int nodes, ulong seed, int seconds)
    {
        using var world = Build(nodes, seed, withFaults: true);
        world.RunFor(TimeSpan.FromSeconds(seconds));
        return Summary(world);
    }

    /// <summary>One line about a run: what two runs must agree on.</summary>
    public static string Summary(SimWorld world)
    {
        ArgumentNullException.ThrowIfNull(world);
        var counters = world.Network.Counters;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"trace {world.Trace.HashText} steps {world.Steps} turns {world.Turns} sent {counters.Sent} delivered {counters.Delivered} dropped {counters.Dropped} duplicated {counters.Duplicated} reordered {counters.Reordered} corrupted {counters.Corrupted} foreign {world.ForeignTouches}");
    }

    private static AccessLink Bad { get; } = new(new LinkSettings
    {
        Latency = TimeSpan.FromMilliseconds(40),
        Jitter = TimeSpan.FromMilliseconds(40),
        JitterShape = JitterShape.Normal,
        KeepsOrder = false,
        Loss = 0.02,
        Bursts = new BurstLoss(0.01, 0.2, 0.8),
        Duplication = 0.02,
        Reordering = 0.05,
        Corruption = 0.01,
        BitsPerSecond = 300_000,
        QueueBytesMax = 6_000,
        MtuBytes = 1280,
    });

    private static void AddFaults(SimWorld world, PeerAddress[] addresses)
    {
        var machines = world.Machines;
        world.After(TimeSpan.FromSeconds(1), () => world.Partition(machines.Take(machines.Count / 3), machines.Skip(machines.Count / 3)));
        world.After(TimeSpan.FromSeconds(2), world.Heal);
        for (var i = 0; i < machines.Count; i += 10)
        {
            var machine = machines[i];
            world.After(TimeSpan.FromMilliseconds(1500 + i), machine.Crash);
            world.After(TimeSpan.FromMilliseconds(2500 + i), () => machine.Start(GossipNode.Props(machine, addresses, true)));
            var stopped = machines[Math.Min(i + 3, machines.Count - 1)];
            world.After(TimeSpan.FromMilliseconds(2200 + i), stopped.Stop);
            var clogged = machines[Math.Min(i + 5, machines.Count - 1)].Host;
            world.After(TimeSpan.FromMilliseconds(1200 + i), () => clogged.Clog());
            world.After(TimeSpan.FromMilliseconds(1700 + i), clogged.Unclog);
        }
    }
}
