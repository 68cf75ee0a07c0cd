using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>Two nodes of ours with a bad line between them, and sources that come and go.</summary>
public sealed class LossyLineSpecs
{
    // So that there is a middle of a transfer in which something can happen.
    private static readonly LossyRelayOptions Unhurried = new() { BytesPerSecond = 8_000_000, QueueBytesMax = 1 << 20 };
    private static readonly LossyRelayOptions Cut = new() { Loss = 1 };

    [Fact]
    public async Task Sixteen_megabytes_over_a_line_that_loses_repeats_and_reorders()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 16 << 20);
        await using var _1 = relay;
        relay.SetBoth(new LossyRelayOptions { Loss = 0.05, Duplication = 0.02, Reordering = 0.05 });

        var finished = await node.Download(id, relay.Address).FinishedAsync();

        Assert.InRange(finished.FetchedBytes, 16 << 20, 1.2 * (16 << 20));
        Assert.InRange(relay.ClientCounters.Dropped, 1, 0.2 * relay.ClientCounters.Arrived);
        Assert.True(relay.UpstreamCounters.Dropped > 0);
        Assert.True(relay.ClientCounters.Duplicated > 0);
        Assert.True(relay.ClientCounters.Reordered > 0);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Sixteen_megabytes_over_a_line_of_thirty_milliseconds_each_way()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 16 << 20);
        await using var _1 = relay;
        relay.SetBoth(new LossyRelayOptions { Delay = TimeSpan.FromMilliseconds(30) });

        var finished = await node.Download(id, relay.Address).FinishedAsync();

        Assert.InRange(finished.FetchedBytes, 16 << 20, 1.1 * (16 << 20));
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Narrow_line_is_filled_without_much_in_vain()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 8 << 20);
        await using var _1 = relay;
        relay.SetBoth(new LossyRelayOptions
        {
            BytesPerSecond = 8_000_000,
            QueueBytesMax = 256 << 10,
            Delay = TimeSpan.FromMilliseconds(10),
        });

        await node.Download(id, relay.Address).FinishedAsync();

        // What did not fit the queue of the line, and what was repeated while it waited there.
        Assert.InRange(relay.ClientCounters.Arrived * 4096.0 / (8 << 20), 1, 1.4);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task One_datagram_in_a_thousand_with_a_flipped_bit()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 1 << 20);
        await using var _1 = relay;
        relay.SetBoth(new LossyRelayOptions { Corruption = 0.001 });

        await node.Download(id, relay.Address).FinishedAsync();

        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Requests_with_flipped_bits_harm_nobody()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 1 << 20);
        await using var _1 = relay;
        relay.ToUpstream = new LossyRelayOptions { Corruption = 0.2 };

        var finished = await node.Download(id, relay.Address).FinishedAsync();

        Assert.True(relay.UpstreamCounters.Corrupted > 3);
        Assert.InRange(finished.FetchedBytes, 1 << 20, 1.2 * (1 << 20));
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Flipped_bits_that_nothing_but_the_hash_of_the_whole_shows_cost_another_fetch()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 2 << 20);
        await using var _1 = relay;
        relay.ToUpstream = Unhurried;
        // Most flips in base64 make other base64: of 20, more than none are such, in all but one of a million million runs.
        relay.ToClient = Unhurried with { Corruption = 0.08 };

        var download = node.Download(id, relay.Address);
        await download.WhenAsync(_ => relay.ClientCounters.Corrupted >= 20);
        relay.ToClient = Unhurried;

        var finished = await download.FinishedAsync();
        Assert.Contains(world.Warnings, warning => warning.Contains("fetching it again", StringComparison.Ordinal));
        Assert.InRange(finished.FetchedBytes, 2 * (2 << 20), 2.4 * (2 << 20));
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Outage_of_the_only_source_is_waited_for_and_nothing_is_fetched_again()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 8 << 20);
        await using var _1 = relay;
        relay.SetBoth(Unhurried);
        var download = node.Download(id, relay.Address);
        await download.WhenAsync(progress => progress.DoneBytes >= 2 << 20);

        relay.SetBoth(Cut);
        var before = await download.WhenAsync(progress => progress.Why.Length > 0);
        var sent = relay.UpstreamCounters.Arrived;
        for (var reports = 0; reports < 6; reports++)
            await download.NextAsync(); // some 1.5 s
        Assert.InRange(relay.UpstreamCounters.Arrived - sent, 1, 60);
        relay.SetBoth(Unhurried);

        var finished = await download.FinishedAsync();
        Assert.True(before.DoneBytes >= 2 << 20);
        Assert.InRange(finished.FetchedBytes, 8 << 20, 1.2 * (8 << 20));
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Source_that_is_restarted_with_another_secret_is_gone_on_with()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, source) = await LineAsync(world, 8 << 20);
        await using var _1 = relay;
        relay.SetBoth(Unhurried);
        var download = node.Download(id, relay.Address);
        await download.WhenAsync(progress => progress.DoneBytes >= 2 << 20);

        await source.StopAsync();
        await download.WhenAsync(progress => progress.Why.Length > 0);
        // The cookie that our node was given means nothing to the new one, which takes it for a stranger at first.
        var again = await world.StartNodeAsync($"cjp2p.listen = [\"{source.EndPoint}\"]");
        await again.ShareAsync(InteropWorld.Content(8 << 20).Bytes);

        var finished = await download.FinishedAsync();
        Assert.InRange(finished.FetchedBytes, 8 << 20, 1.2 * (8 << 20));
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Source_that_vanishes_is_replaced_by_one_that_stays()
    {
        await using var world = new InteropWorld();
        var (node, first, id, _) = await LineAsync(world, 8 << 20);
        await using var _1 = first;
        var (_, second, _, _) = await LineAsync(world, 8 << 20);
        await using var _2 = second;
        first.SetBoth(Unhurried);
        second.SetBoth(Unhurried);
        var download = node.Download(id, first.Address, second.Address);
        await download.WhenAsync(progress => progress.DoneBytes >= 2 << 20);

        first.SetBoth(Cut);

        var finished = await download.FinishedAsync();
        Assert.Contains(finished.Sources, source => source.ToEndPoint().Equals(second.Address));
        Assert.InRange(finished.FetchedBytes, 8 << 20, 1.2 * (8 << 20));
        world.AssertAllUnharmed();
    }

    /// <summary>Two nodes, one of which shares a content; the other has to go through the relay.</summary>
    private static async Task<(InteropNode Node, LossyRelay Relay, string Id, InteropNode Source)> LineAsync(
        InteropWorld world, int length)
    {
        var source = await world.StartNodeAsync();
        var ids = await source.ShareAsync(InteropWorld.Content(length).Bytes);
        return (await world.StartNodeAsync(), new LossyRelay(source.EndPoint, seed: 7), ids[0], source);
    }
}
