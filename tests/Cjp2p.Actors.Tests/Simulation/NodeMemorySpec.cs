using System.Collections.Immutable;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>What a whole node costs when nothing happens: as many as fit decide how large a world can be.</summary>
[Collection(MeasuresTheProcess.Name)]
public sealed class NodeMemorySpec
{
    private static readonly ImmutableArray<PeerAddress> Silent =
        [.. Enumerable.Range(1, 10).Select(number => PeerAddress.FromIPv4(0xC633_6400 + (uint)number, 24254))];

    [Fact]
    public void Idle_node_that_knows_ten_addresses_fits_a_million_times_into_16_GiB()
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 1 });
        var settings = Knowing(Silent);
        var each = BytesEach(world, 20, 100, _ => world.AddNode(AccessLink.Home, settings: settings));
        // Below the first nothing was measured.
        Assert.InRange(each, 8_000, (16L << 30) / 1_000_000);
    }

    [Fact]
    public void Node_that_has_found_32_others_costs_at_most_twice_as_much()
    {
        const int Neighbours = 33;
        using var world = new SimWorld(new SimWorldSettings { Seed = 1 });
        var machines = Enumerable.Range(0, 2 * Neighbours).Select(_ => world.AddMachine(AccessLink.Home)).ToArray();
        var settings = machines.Chunk(Neighbours)
            .Select(chunk => Knowing([.. chunk.Select(machine => machine.Host.Address.WithPort(24254))])).ToArray();
        var each = BytesEach(
            world, Neighbours, Neighbours, number => machines[number].StartNode(settings[number / Neighbours], world.SpanBuffers));
        Assert.All(machines, machine => Assert.InRange(machine.Services!.PeerCounts.Verified, 30, 32));
        Assert.InRange(each, 8_000, 2 * (16L << 30) / 1_000_000);
    }

    private static NodeSettings Knowing(ImmutableArray<PeerAddress> addresses)
    {
        var settings = SimWorld.DefaultNodeSettings;
        return settings with { Peers = settings.Peers with { Bootstrap = addresses } };
    }

    // With the first ones comes what all have in common: code, tables of the world, datagrams that go round.
    private static long BytesEach(SimWorld world, int first, int nodes, Action<int> start)
    {
        var before = 0L;
        for (var i = 0; i < first + nodes; i++)
        {
            if (i == first)
            {
                world.RunFor(TimeSpan.FromMinutes(2));
                before = GC.GetTotalMemory(forceFullCollection: true);
            }

            start(i);
            world.RunFor(TimeSpan.FromSeconds(1));
        }

        world.RunFor(TimeSpan.FromMinutes(2));
        return (GC.GetTotalMemory(forceFullCollection: true) - before) / nodes;
    }
}
