using Cjp2p.Host.Tests.Processes;
using Cjp2p.TestPeers;


namespace Cjp2p.Host.Tests.Interop;

/// <summary>Our node fetches from each of the existing nodes that has content, alone and together.</summary>
public sealed class FetchFromForeignPeersSpecs
{
    /// <summary>What a node of ours writes at once.</summary>
    private const int SpanBytes = 256 * 1024;

    public static TheoryData<string, int> Sources()
    {
        var data = new TheoryData<string, int>();
        foreach (var peer in ForeignPeers.Serving)
        {
            data.Add(peer, 65_537);
            data.Add(peer, 1 << 20);
        }

        return data;
    }

    public static TheoryData<string> Peers() => [.. ForeignPeers.Serving];

    // So that a busy machine does not ask for a whole window twice.
    private const string Patient = "cjp2p.downloads.timeout-min = 500ms";

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Our_node_fetches_from(string peer, int length)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync(Patient);
        var (bytes, id) = InteropWorld.Content(length);
        var source = world.Start(ForeignPeers.Make(peer, world.Options(2)));
        ForeignPeers.Serve(source, id, bytes);

        var finished = await node.Download(id, source.Address).FinishedAsync();

        Assert.InRange(finished.FetchedBytes, length, length * 1.2 + 65_536);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Our_node_fetches_one_content_from_four_different_nodes()
    {
        await using var world = new InteropWorld();
        var (bytes, id) = InteropWorld.Content(4 << 20);
        var july = world.Start(new RustJulyPeer(world.Options(2)));
        var ruby = world.Start(new RubyPeer(world.Options(3)));
        var bash = world.Start(new BashPeer(world.Options(4)));
        var ours = await world.StartNodeAsync();
        await ours.ShareAsync(bytes);
        july.Serve(id, bytes);
        ruby.Serve(id, bytes);
        bash.Serve(id, bytes);
        var node = await world.StartNodeAsync();
        // Lines that are narrow until each has brought something.
        var relays = new List<LossyRelay>();
        foreach (var source in new[] { july.Address, ruby.Address, bash.Address, ours.EndPoint })
        {
            relays.Add(new LossyRelay(source));
            relays[^1].SetBoth(new LossyRelayOptions { BytesPerSecond = 300_000 });
        }

        var download = node.Download(id, [.. relays.Select(relay => relay.Address)]);
        await Until.TrueAsync(() => relays.TrueForAll(relay => relay.ClientCounters.Forwarded > 16), InteropWorld.Patience);
        foreach (var relay in relays)
            relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 3_000_000 });
        var finished = await download.FinishedAsync();

        foreach (var relay in relays)
        {
            Assert.Contains(finished.Sources, source => source.ToEndPoint().Equals(relay.Address));
            await relay.DisposeAsync();
        }

        Assert.InRange(finished.FetchedBytes, bytes.Length, bytes.Length * 1.3);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Ruby_node_that_relays_what_it_has_so_far_without_eof_is_a_source_beside_one_that_says_how_long_it_is()
    {
        const int RelayedBytes = 200 * 4096;
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync();
        var (bytes, id) = InteropWorld.Content(1 << 20);
        var origin = world.Start(new HostileServer(Dies(200), world.Options(2)));
        origin.Serve(id, bytes);
        var ruby = world.Start(new RubyPeer(world.Options(3)));
        var relayed = ruby.Download(id, origin.Address);
        await ruby.WhenAsync(() => relayed.BytesDone == RelayedBytes).WaitAsync(InteropWorld.Patience);

        // Alone it does not do: nobody knows how long the content is.
        var download = node.Download(id, ruby.Address);
        var stalled = await download.WhenAsync(progress => progress.Why.Length > 0);
        Assert.Equal(-1, stalled.LengthBytes);
        Assert.True(ruby.CountSent("Content") > 0);

        var second = world.Start(new HostileServer(Dies(3), world.Options(4)));
        second.Serve(id, bytes);
        node.Download(id, second.Address);
        await download.WhenAsync(progress => progress.DoneBytes >= RelayedBytes / SpanBytes * SpanBytes);
        second.Hostility = new HostileServerOptions();

        var finished = await download.FinishedAsync();
        Assert.Equal(2, finished.Sources.Length);
        world.AssertAllUnharmed();

        static HostileServerOptions Dies(int blocks) => new(HostileBehaviour.Dies) { DiesAfterBlocks = blocks };
    }
}
