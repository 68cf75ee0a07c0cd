using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>
/// Two nodes of ours with a bad line between them, and sources that come and go. What must happen in the middle of a transfer
/// happens after so many bytes, never after some time.
/// </summary>
public sealed class LossyLineSpecs
{
    // One answer is one chunk, so that what happens to datagrams happens to known shares of the content.
    private const string OneChunkEach = "cjp2p.downloads { request-bytes-max = 4096, requests-per-datagram-max = 1 }";

    // Of base64, without what is around it.
    private const double WireBytesPerByte = 4 / 3.0;

    [Fact]
    public async Task Sixteen_megabytes_over_a_line_that_loses_repeats_and_reorders()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 16 << 20, OneChunkEach);
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
        Assert.InRange(relay.ClientCounters.ArrivedBytes / WireBytesPerByte / (8 << 20), 1, 1.4);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Three_flipped_bits_in_either_direction()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 2 << 20, OneChunkEach);
        await using var _1 = relay;
        relay.SetBoth(new LossyRelayOptions { Corruption = 0.02, CorruptedMax = 3 });

        await node.Download(id, relay.Address).FinishedAsync();

        Assert.Equal((3, 3), (relay.ClientCounters.Corrupted, relay.UpstreamCounters.Corrupted));
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Requests_with_flipped_bits_harm_nobody()
    {
        await using var world = new InteropWorld();
        // Patient, so that a busy machine does not ask for a whole window twice.
        var (node, relay, id, _) = await LineAsync(
            world, 1 << 20, "cjp2p.downloads { request-bytes-max = 4096, requests-per-datagram-max = 1, timeout-min = 300ms }");
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
        var (node, relay, id, _) = await LineAsync(world, 2 << 20, OneChunkEach);
        await using var _1 = relay;
        // Most flips in base64 make other base64: of 20, more than none are such, in all but one of a million million runs.
        // All of them happen among the first half of the chunks.
        relay.ToClient = new LossyRelayOptions { Corruption = 0.15, CorruptedMax = 20 };

        var finished = await node.Download(id, relay.Address).FinishedAsync();

        Assert.Contains(world.Warnings, warning => warning.Contains("fetching it again", StringComparison.Ordinal));
        Assert.Equal(20, relay.ClientCounters.Corrupted);
        Assert.InRange(finished.FetchedBytes, 2 * (2 << 20), 2.4 * (2 << 20));
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Outage_of_the_only_source_is_waited_for_and_nothing_is_fetched_again()
    {
        await using var world = new InteropWorld();
        var (node, relay, id, _) = await LineAsync(world, 8 << 20);
        await using var _1 = relay;
        relay.ToClient = UntilPassed(6 << 20);
        var download = node.Download(id, relay.Address);

        var before = await download.WhenAsync(progress => progress.Why.Length > 0);
        var sent = relay.UpstreamCounters.Arrived;
        for (var reports = 0; reports < 6; reports++)
            await download.NextAsync(); // each tells of some 250 ms
        Assert.InRange(relay.UpstreamCounters.Arrived - sent, 1, 60);
        relay.ToClient = LossyRelayOptions.Clean;

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
        relay.ToClient = UntilPassed(6 << 20);
        var download = node.Download(id, relay.Address);
        await download.WhenAsync(progress => progress.Why.Length > 0);

        await source.StopAsync();
        // The cookie that our node was given means nothing to the new one, which takes it for a stranger at first.
        var again = await world.StartNodeAsync($"cjp2p.listen = [\"{source.EndPoint}\"]");
        await again.ShareAsync(InteropWorld.Content(8 << 20).Bytes);
        relay.ToClient = LossyRelayOptions.Clean;

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
        first.ToClient = UntilPassed(2 << 20);
        // Or it would have given everything before the first one vanishes.
        second.ToClient = new LossyRelayOptions { Loss = 1 };
        var download = node.Download(id, first.Address, second.Address);
        await download.WhenAsync(_ => first.ClientCounters.Dropped > 0);

        second.ToClient = LossyRelayOptions.Clean;

        var finished = await download.FinishedAsync();
        Assert.Contains(finished.Sources, source => source.ToEndPoint().Equals(second.Address));
        Assert.InRange(finished.FetchedBytes, 8 << 20, 1.2 * (8 << 20));
        world.AssertAllUnharmed();
    }

    /// <summary>A line that is dead after that much of the content.</summary>
    private static LossyRelayOptions UntilPassed(long contentBytes) =>
        new() { PassedBytesMax = (long)(contentBytes * WireBytesPerByte) };

    /// <summary>Two nodes, one of which shares a content; the other has to go through the relay.</summary>
    private static async Task<(InteropNode Node, LossyRelay Relay, string Id, InteropNode Source)> LineAsync(
        InteropWorld world, int length, string hocon = "")
    {
        var source = await world.StartNodeAsync();
        var ids = await source.ShareAsync(InteropWorld.Content(length).Bytes);
        return (await world.StartNodeAsync(hocon), new LossyRelay(source.EndPoint, seed: 7), ids[0], source);
    }
}
