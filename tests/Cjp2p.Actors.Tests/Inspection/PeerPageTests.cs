using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Inspection;

public sealed class PeerPageTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);

    [Theory]
    [InlineData(PeerOrder.Address, false, new[] { 1, 2, 3, 4 })]
    [InlineData(PeerOrder.Address, true, new[] { 4, 3, 2, 1 })]
    [InlineData(PeerOrder.RoundTrip, false, new[] { 3, 1, 2, 4 })]
    [InlineData(PeerOrder.RoundTrip, true, new[] { 1, 3, 4, 2 })]
    [InlineData(PeerOrder.Heard, false, new[] { 4, 3, 2, 1 })]
    [InlineData(PeerOrder.UnansweredProbes, true, new[] { 2, 4, 3, 1 })]
    public void Peers_come_in_the_order_that_was_asked_for(PeerOrder order, bool descending, int[] ports)
    {
        // The round trips of 2 and 4 are not known: they are last from either end.
        PeerRecord[] peers = [Peer(1, 20, 0), Peer(2, 0, 9), Peer(3, 10, 0), Peer(4, 0, 3)];
        Assert.Equal(ports, Page(peers, new PeerQuery(Order: order, Descending: descending)).Peers.Select(peer => (int)peer.Address.Port));
    }

    [Fact]
    public void Page_has_what_was_asked_for_and_says_how_many_there_are()
    {
        var peers = Enumerable.Range(1, 50).Select(port => Peer(port, 1, 0)).ToArray();
        var page = Page(peers, new PeerQuery(Skip: 48, Most: 10));
        Assert.Equal((50, 50, 2, 48, 2), (page.Total, page.Verified, page.Hearsay, page.Skip, page.Peers.Length));
        Assert.Empty(Page(peers, new PeerQuery(Skip: 50)).Peers);
        Assert.Empty(Page(peers, new PeerQuery(Skip: int.MaxValue)).Peers);
        var found = Page(peers, new PeerQuery(Find: ":5"));
        Assert.Equal((2, 5, 50), (found.Total, found.Peers[0].Address.Port, found.Peers[1].Address.Port));
        Assert.Equal([false, false], Page(peers, new PeerQuery(Hearsay: true)).Peers.Select(peer => peer.IsVerified));
    }

    [Fact]
    public void Page_is_never_longer_than_a_thousand()
    {
        var peers = Enumerable.Range(1, 1001).Select(port => Peer(port, 1, 0)).ToArray();
        Assert.Equal(1000, Page(peers, new PeerQuery(Most: 1000)).Peers.Length);
        Assert.Equal(1000, Page(peers, new PeerQuery(Most: 1001)).Peers.Length);
    }

    [Fact]
    public void Doubt_is_said_in_words()
    {
        PeerRecord[] peers = [Peer(1, 1, 0), Peer(2, 1, 1), Peer(3, 1, 2), Peer(4, 1, 0)];
        Assert.Equal(
            ["", "", "2 probes unanswered", "banned: the user: spam"],
            PeerPage.Of(All(peers), new PeerQuery(), Now, address => address.Port == 4 ? "the user: spam" : null).Peers.Select(peer => peer.Doubt));
        Assert.All(Page(peers, new PeerQuery(Hearsay: true)).Peers, peer => Assert.Equal("only others named it", peer.Doubt));
    }

    private static PeerPage Page(PeerRecord[] peers, PeerQuery query) => PeerPage.Of(All(peers), query, Now, _ => null);

    private static PeerRegistryProtocol.AllPeers All(PeerRecord[] peers) => new(
        [.. peers], [PeerAddress.FromIPv4(0x7F000002, 1), PeerAddress.FromIPv4(0x7F000003, 1)]);

    private static PeerRecord Peer(int port, int roundTripMs, int unanswered) => new(
        PeerAddress.FromIPv4(0x7F000001, (ushort)port), Now, TimeSpan.FromSeconds(port), Now, unanswered, TimeSpan.FromMilliseconds(roundTripMs));
}
