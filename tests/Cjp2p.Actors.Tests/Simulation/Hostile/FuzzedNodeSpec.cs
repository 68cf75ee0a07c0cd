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
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_actor_of_a_live_node_fails_by_spoilt_datagrams_and_no_table_grows_beyond_its_cap(int seed)
    {
        const int Datagrams = 15_000;
        using var node = new FuzzedNode(
            (ulong)seed, "cjp2p { peers.peers-max = 200, peers.hearsay-max = 20, cookies.kept-max = 100, wire.unknown-names-max = 20 }");
        var mutator = new DatagramMutator(node.SeedsOf(Captures.All.Select(captured => captured.Datagram)), seed);
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
            WireCount.ChunksUseless, WireCount.ContentUnasked, WireCount.ContentOtherLength, WireCount.Replies,
        })
            Assert.True(node.Count(way) > 0, $"nothing was {way}");
    }
}
