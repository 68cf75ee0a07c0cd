using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>Who has a content is known only to a third node, which says so in MaybeTheyHaveSome.</summary>
public sealed class SuppliersSpecs
{
    // Otherwise they would tell each other of the holder in Peers too, and it would be asked as one of the peers.
    private const string DeafToPeers = "cjp2p.peers.hearsay-max = 0";

    [Fact]
    public async Task Node_that_asks_one_that_is_fetching_itself_learns_from_whom()
    {
        await using var world = new InteropWorld();
        var (bytes, id) = InteropWorld.Content(1 << 20);
        var holder = await world.StartNodeAsync(DeafToPeers);
        await holder.ShareAsync(bytes);
        var middle = await world.StartNodeAsync(DeafToPeers);
        await using var relay = new LossyRelay(holder.EndPoint);
        // Until the other asks, so that it is still under way then.
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 100_000 });
        var slow = middle.Download(id, relay.Address);
        await slow.WhenAsync(progress => progress.FetchedBytes > 0);
        var asker = await world.StartNodeAsync(DeafToPeers);

        var asked = asker.Download(id, middle.EndPoint);
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 3_000_000 });
        var finished = await asked.FinishedAsync();

        Assert.Equal(relay.Address, finished.Sources.Single().ToEndPoint());
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Node_that_asks_one_that_has_lost_a_content_learns_who_fetched_it_from_there()
    {
        await using var world = new InteropWorld();
        var (bytes, id) = InteropWorld.Content(1 << 20);
        var middle = await world.StartNodeAsync(DeafToPeers);
        await middle.ShareAsync(bytes);
        var holder = await world.StartNodeAsync(DeafToPeers);
        await holder.ShareAsync();
        await holder.DownloadAndShare(id, middle.EndPoint).FinishedAsync();
        middle.DeleteShared();
        await middle.WhenStatusAsync(status => status.Store is { Files: 0 });
        var asker = await world.StartNodeAsync(DeafToPeers);

        var finished = await asker.Download(id, middle.EndPoint).FinishedAsync();

        Assert.Equal(holder.EndPoint, finished.Sources.Single().ToEndPoint());
        world.AssertAllUnharmed();
    }
}
