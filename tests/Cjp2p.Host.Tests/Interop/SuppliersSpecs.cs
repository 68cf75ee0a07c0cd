using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>Who has a content is known only to a third node, which says so in MaybeTheyHaveSome.</summary>
public sealed class SuppliersSpecs
{
    [Fact]
    public async Task Node_that_asks_one_that_is_fetching_itself_learns_from_whom()
    {
        await using var world = new InteropWorld();
        var (bytes, id) = InteropWorld.Content(4 << 20);
        var holder = await world.StartNodeAsync();
        await holder.ShareAsync(bytes);
        var middle = await world.StartNodeAsync();
        await using var relay = new LossyRelay(holder.EndPoint);
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 1_000_000 });
        var slow = middle.Download(id, relay.Address);
        await slow.WhenAsync(progress => progress.FetchedBytes > 0);
        var asker = await world.StartNodeAsync();

        var finished = await asker.Download(id, middle.EndPoint).FinishedAsync();

        Assert.Equal(relay.Address, finished.Sources.Single().ToEndPoint());
        Assert.False(slow.IsOver);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Node_that_asks_one_that_has_lost_a_content_learns_who_fetched_it_from_there()
    {
        await using var world = new InteropWorld();
        var (bytes, id) = InteropWorld.Content(1 << 20);
        var middle = await world.StartNodeAsync();
        await middle.ShareAsync(bytes);
        var holder = await world.StartNodeAsync();
        await holder.ShareAsync();
        await holder.DownloadAndShare(id, middle.EndPoint).FinishedAsync();
        middle.DeleteShared();
        var asker = await world.StartNodeAsync();

        var finished = await asker.Download(id, middle.EndPoint).FinishedAsync();

        Assert.Contains(finished.Sources, source => source.ToEndPoint().Equals(holder.EndPoint));
        world.AssertAllUnharmed();
    }
}
