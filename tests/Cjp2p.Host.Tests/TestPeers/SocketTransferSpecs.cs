using System.Security.Cryptography;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>The models over real sockets, with and without a bad line between them. Their clocks run twenty times faster.</summary>
public sealed class SocketTransferSpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FasterTime _time = new(20);

    [Fact]
    public async Task July_node_fetches_two_megabytes_from_another()
    {
        (byte[] content, string id) = Content(2_000_000);
        await using RustJulyPeer source = Start(new RustJulyPeer(Options(1)));
        await using RustJulyPeer sink = Start(new RustJulyPeer(Options(2)));
        source.Serve(id, content);

        ForeignDownload download = sink.Download(id, source.Address);

        Assert.Equal(content, await download.Completion.WaitAsync(Patience));
        Assert.Empty(source.Crashes);
        Assert.True(source.CountReceived("PleaseSendContent") >= 489);
        Assert.True(sink.CountReceived("Content") >= 489);
    }

    [Fact]
    public async Task Bash_node_fetches_from_the_July_node_over_a_line_that_repeats_and_reorders()
    {
        (byte[] content, string id) = Content(400_000);
        await using RustJulyPeer source = Start(new RustJulyPeer(Options(3)));
        await using var relay = new LossyRelay(source.Address, seed: 3);
        relay.SetBoth(new LossyRelayOptions { Duplication = 0.1, Reordering = 0.1 });
        await using BashPeer sink = Start(new BashPeer(Options(4)));
        source.Serve(id, content);

        ForeignDownload download = sink.Download(id, relay.Address);

        Assert.Equal(content, await download.Completion.WaitAsync(Patience));
        Assert.True(relay.ClientCounters.Duplicated + relay.UpstreamCounters.Duplicated > 0);
        Assert.True(relay.ClientCounters.Reordered + relay.UpstreamCounters.Reordered > 0);
    }

    [Fact]
    public async Task March_node_fetches_from_another_over_a_line_that_loses_and_spoils()
    {
        (byte[] content, string id) = Content(400_000);
        await using RustMarchPeer source = Start(new RustMarchPeer(Options(5)));
        await using var relay = new LossyRelay(source.Address, seed: 5);
        relay.ToUpstream = new LossyRelayOptions { Loss = 0.03, Corruption = 0.01 };
        relay.ToClient = new LossyRelayOptions { Loss = 0.03 };
        await using RustMarchPeer sink = Start(new RustMarchPeer(Options(6)));
        source.Serve(id, content);

        ForeignDownload download = sink.Download(id, relay.Address);

        Assert.Equal(content, await download.Completion.WaitAsync(Patience));
        Assert.True(relay.ClientCounters.Dropped > 0);
        Assert.True(relay.UpstreamCounters.Dropped > 0);
    }

    [Fact]
    public async Task Condition_is_seen_as_soon_as_it_holds()
    {
        await using HaskellPeer haskell = Start(new HaskellPeer(Options(8)));
        await using RubyPeer ruby = Start(new RubyPeer(Options(7)));
        haskell.AddPeer(ruby.Address);

        await haskell.WhenAsync(() => haskell.PeersKnown > 0 && haskell.CountReceived("Peers") >= 2).WaitAsync(Patience);
        await ruby.WhenAsync(() => ruby.CountReceived("PleaseSendPeers") >= 2).WaitAsync(Patience);
        Assert.Empty(haskell.Crashes);
    }

    [Fact]
    public async Task Two_presence_peers_tell_each_other_that_they_are_here()
    {
        await using PresencePeer first = Start(new PresencePeer(PresenceKind.Go, Options(9)));
        await using PresencePeer second = Start(new PresencePeer(PresenceKind.Python, Options(10) with { Peers = [first.Address] }));

        await first.WhenAsync(() => first.CountReceived("IAmHere") > 0).WaitAsync(Patience);
        await second.WhenAsync(() => second.CountReceived("IAmHere") > 0).WaitAsync(Patience);
    }

    private static T Start<T>(T peer) where T : ForeignModel
    {
        peer.Start();
        return peer;
    }

    private static (byte[] Content, string Id) Content(int length)
    {
        byte[] content = ModelTransferSpecs.Random(length);
        return (content, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    private ForeignModelOptions Options(int seed) => new() { Seed = seed, Time = _time, OpenWire = SocketWire.Open };
}
