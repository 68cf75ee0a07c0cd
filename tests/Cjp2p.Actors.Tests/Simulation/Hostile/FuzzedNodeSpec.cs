using Cjp2p.Actors.Simulation.Hostile;
using Cjp2p.Actors.Tests.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Simulation.Hostile;

/// <summary>
/// Spoilt datagrams of the existing nodes against a live node. tests/Cjp2p.Fuzz does the same ten million times, and guided by
/// coverage.
/// </summary>
public sealed class FuzzedNodeSpec
{
    [Fact]
    public void No_actor_of_a_live_node_fails_by_spoilt_datagrams_and_no_table_grows_beyond_its_cap()
    {
        const int Datagrams = 15_000;
        const int Seed = 1;
        using var node = new FuzzedNode(
            (ulong)Seed, "cjp2p { peers.peers-max = 200, peers.hearsay-max = 20, cookies.kept-max = 100, wire.unknown-names-max = 20 }");
        var mutator = new DatagramMutator(node.SeedsOf(Captures.All.Select(captured => captured.Datagram)), Seed);
        for (var i = 0; i < Datagrams; i++)
        {
            node.Send(mutator.Next());
            if (i % 1000 == 0)
                node.Check();
        }

        node.Check();
        // Every way in was tried.
        foreach (var way in new[]
        {
            WireCount.Verified, WireCount.Unreadable, WireCount.BadElements, WireCount.UnknownElements, WireCount.ChunksStored,
            WireCount.ContentUnasked, WireCount.ContentOtherLength, WireCount.Replies,
        })
            Assert.True(node.Count(way) > 0, $"nothing was {way}");
    }
}
