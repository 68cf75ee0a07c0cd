
namespace Cjp2p.Host.Tests.Interop;

/// <summary>Each of the existing nodes that has content fetches from ours, with its own rules.</summary>
public sealed class FetchFromOurNodeSpecs
{
    [Theory]
    [MemberData(nameof(FetchFromForeignPeersSpecs.Sources), MemberType = typeof(FetchFromForeignPeersSpecs))]
    public async Task Foreign_peer_fetches_from_our_node(string peer, int length)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync("cjp2p.content.ignore-unverified-one-in = 0");
        var (bytes, id) = InteropWorld.Content(length);
        // Several files, so that it matters which is asked for; the peers know none but the one.
        await node.ShareAsync(InteropWorld.Content(length, 2).Bytes, bytes, InteropWorld.Content(5000, 3).Bytes);
        var sink = world.Start(ForeignPeers.Make(peer, world.Options(2)));

        var download = ForeignPeers.Download(sink, id, node.EndPoint);

        Assert.Equal(bytes, await download.Completion.WaitAsync(InteropWorld.Patience));
        Assert.True(download.HashMatched);
        Assert.True(download.Refused > 0); // the short Content for strangers, with which it learned our cookie
        world.AssertAllUnharmed();
    }

    [Theory]
    [MemberData(nameof(FetchFromForeignPeersSpecs.Peers), MemberType = typeof(FetchFromForeignPeersSpecs))]
    public async Task Foreign_peer_with_all_that_it_does_now_and_then_exchanges_contents_with_our_node(string peer)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync();
        var (ours, ourId) = InteropWorld.Content(2 << 20, 1);
        var (theirs, theirId) = InteropWorld.Content(2 << 20, 2);
        await node.ShareAsync(ours);
        var foreign = world.Start(ForeignPeers.Make(peer, world.Knowing(node, 4) with { RareEvents = true }));
        ForeignPeers.Serve(foreign, theirId, theirs);

        var toUs = node.Download(theirId, foreign.Address);
        var toThem = ForeignPeers.Download(foreign, ourId, node.EndPoint);

        await toUs.FinishedAsync();
        Assert.Equal(ours, await toThem.Completion.WaitAsync(InteropWorld.Patience));
        world.AssertAllUnharmed();
    }

    [Theory]
    [MemberData(nameof(FetchFromForeignPeersSpecs.Peers), MemberType = typeof(FetchFromForeignPeersSpecs))]
    public async Task Foreign_peer_fetches_three_contents_from_our_node_one_after_the_other(string peer)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync();
        var contents = Enumerable.Range(1, 3).Select(seed => InteropWorld.Content(100_000 + seed, seed).Bytes).ToArray();
        var ids = await node.ShareAsync(contents);
        var sink = world.Start(ForeignPeers.Make(peer, world.Knowing(node, 3)));

        for (var i = 0; i < contents.Length; i++)
        {
            var download = ForeignPeers.Download(sink, ids[i], node.EndPoint);
            Assert.Equal(contents[i], await download.Completion.WaitAsync(InteropWorld.Patience));
        }

        world.AssertAllUnharmed();
    }

    [Theory]
    [MemberData(nameof(FetchFromForeignPeersSpecs.Peers), MemberType = typeof(FetchFromForeignPeersSpecs))]
    public async Task Foreign_peer_fetches_from_our_node_what_that_is_fetching_from_another(string peer)
    {
        await using var world = new InteropWorld();
        // A stalled download asks all peers; the Bash node ends when it is asked for what it is just starting to fetch.
        var node = await world.StartNodeAsync("cjp2p.downloads.stall-after = 60s");
        var (bytes, id) = InteropWorld.Content(1 << 20);
        var origin = world.Start(new HostileServer(
            new HostileServerOptions(HostileBehaviour.Dies) { DiesAfterBlocks = 20 }, world.Options(1)));
        origin.Serve(id, bytes);
        var fetch = node.Download(id, origin.Address);
        await origin.WhenAsync(() => origin.BlocksServed >= 20).WaitAsync(InteropWorld.Patience);
        var sink = world.Start(ForeignPeers.Make(peer, world.Options(2)));

        var download = ForeignPeers.Download(sink, id, node.EndPoint);
        await sink.WhenAsync(() => sink.CountReceived("MaybeTheyHaveSome") > 0).WaitAsync(InteropWorld.Patience);
        origin.Hostility = new HostileServerOptions();

        await fetch.FinishedAsync();
        // The Rust nodes go to the origin that they were told of; the others just wait for what they asked us for.
        if (sink is RustPeer)
            Assert.Equal(bytes, await download.Completion.WaitAsync(InteropWorld.Patience));
        world.AssertAllUnharmed();
    }

    [Theory]
    [InlineData(ForeignPeers.July)]
    [InlineData(ForeignPeers.March)]
    [InlineData(ForeignPeers.Ruby)]
    [InlineData(ForeignPeers.Bash)]
    public async Task Content_without_a_byte_does_not_make_a_loop_at_the_rate_of_round_trips(string peer)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync();
        var (bytes, id) = InteropWorld.Content(0);
        await node.ShareAsync(bytes);
        var sink = world.Start(ForeignPeers.Make(peer, world.Options(2) with { Probes = false }));

        var download = ForeignPeers.Download(sink, id, node.EndPoint);
        await sink.WhenAsync(() => download.Requests >= 20).WaitAsync(InteropWorld.Patience);

        // Nothing of it is ever answered, so that all it asks is what it asks by itself after silence. (The other answer,
        // a Content with eof 0, ends the March node and makes the July node ask again at once, for ever.)
        Assert.Equal(0, sink.CountReceived("Content"));
        world.AssertAllUnharmed();
    }
}
