using System.Text;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>Our node and each of the existing nodes ask each other for peers, cookies and round trips, and nobody suffers.</summary>
public sealed class DiscoverySpecs
{
    public static TheoryData<string> All() => [.. ForeignPeers.Serving, .. ForeignPeers.Presence, ForeignPeers.Haskell];

    public static TheoryData<string> AnsweringPings() => [.. ForeignPeers.Serving];

    public static TheoryData<string> ReturningCookies() => [.. ForeignPeers.Serving, .. ForeignPeers.Presence];

    [Theory]
    [MemberData(nameof(AnsweringPings))]
    public async Task Our_node_gets_to_know_a_foreign_peer_that_was_told_of_it_and_measures_the_way_to_it(string peer)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync();
        var foreign = world.Start(ForeignPeers.Make(peer, world.Knowing(node, 2)));

        await node.WhenPeerAsync(foreign.Address, like => like.RoundTrip > TimeSpan.Zero);
        await foreign.WhenAsync(() => foreign.CountReceived("Peers") > 1).WaitAsync(InteropWorld.Patience);
        world.AssertAllUnharmed();
    }

    [Theory]
    [MemberData(nameof(ReturningCookies))]
    public async Task Our_node_verifies_a_foreign_peer_that_its_user_named(string peer)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync();
        var foreign = world.Start(ForeignPeers.Make(peer, world.Options(2)));

        node.AddPeers(foreign.Address);

        await node.WhenPeerAsync(foreign.Address);
        world.AssertAllUnharmed();
    }

    [Theory]
    [InlineData(ForeignPeers.July)]
    [InlineData(ForeignPeers.March)]
    [InlineData(ForeignPeers.MarchNumber)]
    [InlineData(ForeignPeers.MarchToken)]
    [MemberData(nameof(PresenceKinds))]
    public async Task Foreign_peer_that_gives_cookies_gets_its_own_back(string peer)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync();
        var foreign = world.Start(ForeignPeers.Make(peer, world.Knowing(node, 2)));
        node.AddPeers(foreign.Address);

        await foreign.WhenAsync(() => foreign.CountReceived("AlwaysReturned") > 1).WaitAsync(InteropWorld.Patience);

        var cookie = foreign is RustPeer rust ? rust.CookieFor(node.EndPoint) : ((PresencePeer)foreign).CookieFor(node.EndPoint);
        // Word for word, which for Python's is with a space.
        var returned = foreign.Received.Select(Text).Where(text => text.Contains("AlwaysReturned", StringComparison.Ordinal));
        Assert.All(returned, text => Assert.Contains(
            $$"""{"AlwaysReturned":{{cookie}}}""", text.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal));
        world.AssertAllUnharmed();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Foreign_peer_survives_a_node_that_knows_IPv6_peers_and_was_told_odd_addresses(string peer)
    {
        await using var world = new InteropWorld();
        // Those that only ask are not forgotten however late the foreign peer is.
        var node = await world.StartNodeAsync("""cjp2p { listen = ["127.0.0.1:0", "[::1]:0"], peers.forget-after-probes = 100 }""");
        using var six = new RawPeer(node.EndPoint6!);
        await six.VerifyAsync();
        await node.WhenPeerAsync(six.Address);
        using var gossip = new RawPeer(node.EndPoint);
        var cookie = await gossip.VerifyAsync();
        await node.WhenPeerAsync(gossip.Address);
        await gossip.SendAsync($$$"""
            [{"AlwaysReturned":{"cookie":"{{{cookie}}}"}},{"Peers":{"peers":["nonsense","localhost:5","127.0.0.1:0","127.0.0.1",
            "[::1]:0","[2001:818::1]:24254","[fe80::1%3]:24254","224.0.0.1:24254","0.1.2.3:24254","255.255.255.255:24254",
            "240.0.0.1:9",17,null,"","'\"/:1"]}}]
            """);
        Assert.NotEqual("", await gossip.ExchangeAsync($$$"""[{"AlwaysReturned":{"cookie":"{{{cookie}}}"}},{"PleaseSendPeers":{}}]"""));

        var foreign = world.Start(ForeignPeers.Make(peer, world.Knowing(node, 2)));
        node.AddPeers(foreign.Address);

        // Most ask as strangers first and then as peers that are known; the presence demonstrations ask only once.
        var asksMax = foreign is PresencePeer ? 1 : 4;
        await foreign.WhenAsync(() => foreign.CountSent("PleaseSendPeers") >= asksMax).WaitAsync(InteropWorld.Patience);
        if (foreign is not HaskellPeer)
        {
            await foreign.WhenAsync(() => foreign.CountReceived("Peers") >= asksMax / 2 + asksMax % 2).WaitAsync(InteropWorld.Patience);
            Assert.Contains(foreign.Received, datagram => Text(datagram).Contains(gossip.Address.ToString(), StringComparison.Ordinal));
        }

        Assert.DoesNotContain(foreign.Received, datagram => Text(datagram).Contains("[::", StringComparison.Ordinal));
        world.AssertAllUnharmed();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Replies_to_strangers_are_short_and_hold_IPv4_only_however_many_peers_our_node_knows(string peer)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync("""cjp2p.listen = ["127.0.0.1:0", "[::1]:0"]""");
        var crowd = new List<RawPeer>();
        try
        {
            for (var i = 0; i < 60; i++)
            {
                crowd.Add(new RawPeer(i % 2 == 0 ? node.EndPoint : node.EndPoint6!));
                await crowd[^1].VerifyAsync();
            }

            await node.WhenPeerAsync(crowd[^1].Address);
            // It is a stranger for as long as it does not know our cookie; the models of nodes that return cookies do soon.
            var foreign = world.Start(ForeignPeers.Make(peer, world.Knowing(node, 2)));
            await foreign.WhenAsync(() => foreign.DatagramsReceived > 0).WaitAsync(InteropWorld.Patience);

            var first = foreign.Received[0];
            Assert.Contains("PleaseAlwaysReturnThisMessage", Text(first), StringComparison.Ordinal);
            Assert.InRange(first.Bytes.Length, 1, 1023);
            Assert.DoesNotContain("[::", Text(first), StringComparison.Ordinal);
            if (ForeignPeers.Serving.Contains(peer))
            {
                // These ask again and again, and prove themselves: then they are told of many.
                await foreign.WhenAsync(() => foreign.Received.Any(datagram => datagram.Bytes.Length > 400))
                    .WaitAsync(InteropWorld.Patience);
                Assert.DoesNotContain(foreign.Received, datagram => Text(datagram).Contains("[::", StringComparison.Ordinal));
                Assert.All(foreign.Received, datagram => Assert.InRange(datagram.Bytes.Length, 1, 5888));
            }

            world.AssertAllUnharmed();
        }
        finally
        {
            crowd.ForEach(one => one.Dispose());
        }
    }

    [Theory]
    [InlineData("""{"cookie":"COOKIE"}""", true)]
    [InlineData("""{ "cookie" : "COOKIE" }""", true)]
    [InlineData("""["COOKIE"]""", true)]
    [InlineData("""["cookie","COOKIE"]""", true)]
    [InlineData("\"COOKIE\"", true)]
    [InlineData("{}", false)] // what the presence demonstration in JavaScript returns to some
    [InlineData("""{"cookie":null}""", false)]
    [InlineData("""{"key":17}""", false)]
    [InlineData("17", false)]
    [InlineData("[]", false)]
    [InlineData("""{"cookie":"0000000000000000"}""", false)]
    public async Task Returned_cookie_of_any_shape_is_harmless_and_ours_is_recognized_in_each_that_is_in_use(string shape, bool proves)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync();
        using var peer = new RawPeer(node.EndPoint);
        var cookie = await peer.GetCookieAsync();

        var answer = await peer.ExchangeAsync(
            $$$"""[{"AlwaysReturned":{{{shape.Replace("COOKIE", cookie, StringComparison.Ordinal)}}}},{"PleaseSendPeers":{}}]""");

        Assert.Equal(!proves, answer.Contains("PleaseAlwaysReturnThisMessage", StringComparison.Ordinal));
        Assert.Contains("\"Peers\"", answer, StringComparison.Ordinal);
        world.AssertAllUnharmed();
    }

    public static TheoryData<string> PresenceKinds() => [.. ForeignPeers.Presence];

    private static string Text(ReceivedDatagram datagram) => Encoding.UTF8.GetString(datagram.Bytes);
}
