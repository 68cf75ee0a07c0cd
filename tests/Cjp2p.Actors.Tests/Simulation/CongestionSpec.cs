using Cjp2p.Actors.Simulation;
using Xunit.Abstractions;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>
/// How well the production node fills a link and how much it disturbs others there, on simulated links, in virtual time.
/// A chunk of 4,096 bytes travels as 5,626 bytes with base64, JSON, UDP and IP; shares of a link are of what is left for
/// content after that. (The figures of docs/performance.md are the lines that these tests print.)
/// </summary>
public sealed class CongestionSpec(ITestOutputHelper output)
{
    private const long LinkBitsPerSecond = 100_000_000;
    private const double LinkMegabytesPerSecond = LinkBitsPerSecond / 8e6 * 4096 / 5626;
    private static readonly TimeSpan LinkRoundTrip = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(0, 0.90)]
    [InlineData(0.01, 0.85)]
    [InlineData(0.02, 0.80)]
    [InlineData(0.05, 0.65)]
    public void A_lossy_link_is_filled_and_its_queue_is_not(double loss, double least)
    {
        using var path = new Path(LinkBitsPerSecond, LinkRoundTrip, loss);
        var content = path.World.NewContent(32 << 20);
        path.Source.Shares(content);
        path.World.RunFor(TimeSpan.FromSeconds(3));

        var download = path.Fetcher.Fetches(content, path.Source.Address);
        var queues = path.RunUntil(() => download.EndedAt is not null);

        Assert.True(download.IsFinished, path.World.ToString());
        var share = Rate(download) / LinkMegabytesPerSecond;
        var fetched = (double)download.FetchedBytes / content.Bytes.Length;
        // Of all but the worst twentieth of the time: the start overshoots for a moment.
        var queue = queues.Order().ElementAt(queues.Count * 19 / 20);
        output.WriteLine(
            $"100 Mbit/s, 40 ms, loss {loss:P0}: {Rate(download):0.00} MB/s, {share:P1} of the link, {fetched:0.000} bytes fetched a byte, queue {queue.TotalMilliseconds:0} ms");
        Assert.True(share >= least, $"{share:P1}");
        Assert.True(fetched <= 1.1, $"{fetched:0.000}");
        Assert.True(queue < TimeSpan.FromMilliseconds(50), $"{queue}");
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(0.01, 45)]
    [InlineData(0.05, 25)]
    public void A_long_way_without_a_limit_is_used(double loss, double leastMegabytesPerSecond)
    {
        using var path = new Path(0, TimeSpan.FromMilliseconds(20), loss);
        var content = path.World.NewContent(64 << 20);
        path.Source.Shares(content);
        path.World.RunFor(TimeSpan.FromSeconds(3));

        var download = path.Fetcher.Fetches(content, path.Source.Address);
        path.RunUntil(() => download.EndedAt is not null);

        Assert.True(download.IsFinished, path.World.ToString());
        var fetched = (double)download.FetchedBytes / content.Bytes.Length;
        output.WriteLine($"no limit, 20 ms, loss {loss:P0}: {Rate(download):0.0} MB/s, {fetched:0.000} bytes fetched a byte");
        // What was lost on the way is not among them: these are requests beyond what loss explains.
        Assert.True(fetched <= 1.1, $"{fetched:0.000}");
        Assert.True(Rate(download) >= leastMegabytesPerSecond, $"{Rate(download):0.0} MB/s");
    }

    // Here a datagram takes longer than a way of this kind should: at first all that comes has been asked for twice.
    [Theory]
    [InlineData(1_000_000, 1)]
    [InlineData(5_000_000, 4)]
    [InlineData(20_000_000, 8)]
    public void A_slow_line_is_used(long bitsPerSecond, int mebibytes)
    {
        using var path = new Path(bitsPerSecond, LinkRoundTrip, loss: 0);
        var content = path.World.NewContent(mebibytes << 20);
        path.Source.Shares(content);
        path.World.RunFor(TimeSpan.FromSeconds(3));

        var download = path.Fetcher.Fetches(content, path.Source.Address);
        path.RunUntil(() => download.EndedAt is not null);

        Assert.True(download.IsFinished, path.World.ToString());
        var share = Rate(download) / (LinkMegabytesPerSecond * bitsPerSecond / LinkBitsPerSecond);
        output.WriteLine($"{bitsPerSecond / 1e6:0} Mbit/s, 40 ms: {share:P1} of the link, start included");
        Assert.True(share >= 0.88, $"{share:P1}");
    }

    [Fact]
    public void Two_downloads_on_one_link_share_it()
    {
        using var path = new Path(LinkBitsPerSecond / 2, LinkRoundTrip, loss: 0);
        SimContent[] contents = [path.World.NewContent(80 << 20, 1), path.World.NewContent(80 << 20, 2)];
        foreach (var content in contents)
            path.Source.Shares(content);
        path.World.RunFor(TimeSpan.FromSeconds(3));

        var first = path.Fetcher.Fetches(contents[0], path.Source.Address);
        path.RunFor(TimeSpan.FromSeconds(4));
        var second = path.Fetcher.Fetches(contents[1], path.Source.Address);
        // Until the shortest round trip was measured again with an empty queue.
        path.RunFor(TimeSpan.FromSeconds(13));
        var (firstBefore, secondBefore) = (first.Progress!.DoneBytes, second.Progress!.DoneBytes);
        path.RunFor(TimeSpan.FromSeconds(8));

        var ratio = (double)(first.Progress!.DoneBytes - firstBefore) / (second.Progress!.DoneBytes - secondBefore);
        output.WriteLine($"two downloads on one link: {ratio:0.00} to 1");
        Assert.InRange(ratio, 1 / 1.25, 1.25);
    }

    [Fact]
    public void After_an_outage_of_half_a_minute_it_is_as_fast_as_before_within_two_seconds()
    {
        using var path = new Path(LinkBitsPerSecond, LinkRoundTrip, loss: 0);
        var content = path.World.NewContent(96 << 20);
        path.Source.Shares(content);
        path.World.RunFor(TimeSpan.FromSeconds(3));
        var download = path.Fetcher.Fetches(content, path.Source.Address);
        path.RunFor(TimeSpan.FromSeconds(4));

        path.World.Isolate(path.Fetcher.Machine);
        path.RunFor(TimeSpan.FromSeconds(30));
        path.World.Heal();
        path.RunFor(TimeSpan.FromSeconds(2));
        var before = download.Progress!.DoneBytes;
        path.RunFor(TimeSpan.FromSeconds(2));

        var rate = (download.Progress!.DoneBytes - before) / 1e6 / 2;
        output.WriteLine($"two seconds after an outage of 30 s: {rate:0.00} MB/s");
        Assert.True(rate >= 0.85 * LinkMegabytesPerSecond, $"{rate:0.00} MB/s");
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(8, 15)]
    [InlineData(8, 28)]
    [InlineData(-6, 10)]
    public void Beside_a_TCP_transfer_that_fills_the_queue_both_have_a_third(int tcpSecondsAhead, int secondsUntilEven)
    {
        using var path = new Path(LinkBitsPerSecond, LinkRoundTrip, loss: 0);
        var content = path.World.NewContent(192 << 20);
        path.Source.Shares(content);
        path.World.RunFor(TimeSpan.FromSeconds(3));
        CubicFlow? tcp = null;
        if (tcpSecondsAhead >= 0)
            tcp = new CubicFlow(path.World, path.Fetcher.Machine.Host.Down, LinkRoundTrip / 2);
        path.RunFor(TimeSpan.FromSeconds(Math.Max(0, tcpSecondsAhead)));
        var download = path.Fetcher.Fetches(content, path.Source.Address);
        path.RunFor(TimeSpan.FromSeconds(Math.Max(0, -tcpSecondsAhead)));
        tcp ??= new CubicFlow(path.World, path.Fetcher.Machine.Host.Down, LinkRoundTrip / 2);
        path.RunFor(TimeSpan.FromSeconds(secondsUntilEven));

        var (before, tcpBefore) = (download.Progress!.DoneBytes, tcp.DeliveredBytes);
        path.RunFor(TimeSpan.FromSeconds(10));
        // On the wire, so that the two are compared by what they take.
        var ours = (download.Progress!.DoneBytes - before) * 5626.0 / 4096 * 8 / 10 / LinkBitsPerSecond;
        var theirs = (tcp.DeliveredBytes - tcpBefore) * 1500.0 / 1460 * 8 / 10 / LinkBitsPerSecond;
        var fetched = (double)download.Progress!.FetchedBytes / download.Progress!.DoneBytes;
        output.WriteLine(
            $"beside CUBIC that began {tcpSecondsAhead} s earlier: {ours:P0} of the link, CUBIC {theirs:P0}, {fetched:0.000} bytes fetched a byte");
        Assert.True(ours >= 1 / 3.0, $"{ours:P1}");
        Assert.True(theirs >= 1 / 3.0, $"{theirs:P1}");
        Assert.True(fetched <= 1.1, $"{fetched:0.000}");
    }

    [Fact]
    public void A_source_that_vanishes_costs_its_share_for_less_than_a_second()
    {
        using var path = new Path(LinkBitsPerSecond, LinkRoundTrip, loss: 0);
        var other = path.World.AddNode();
        var content = path.World.NewContent(96 << 20);
        path.Source.Shares(content);
        other.Shares(content);
        path.World.RunFor(TimeSpan.FromSeconds(3));
        var download = path.Fetcher.Fetches(content, path.Source.Address, other.Address);
        path.RunFor(TimeSpan.FromSeconds(3));

        path.World.Isolate(path.Source.Machine);
        var before = download.Progress!.FetchedBytes;
        path.RunFor(TimeSpan.FromSeconds(3));

        var lost = 3 - (download.Progress!.FetchedBytes - before) / 1e6 / LinkMegabytesPerSecond;
        output.WriteLine($"one of two sources vanishes: costs what the link carries in {lost:0.00} s");
        Assert.InRange(lost, -0.1, 0.5);
    }

    [Fact]
    public void A_link_that_drops_every_fragment_is_filled_with_small_packets()
    {
        using var path = new Path(LinkBitsPerSecond, LinkRoundTrip, loss: 0, mtuBytes: 1500, dropsFragments: true);
        var content = path.World.NewContent(128 << 20);
        path.Source.Shares(content);
        path.World.RunFor(TimeSpan.FromSeconds(3));

        var download = path.Fetcher.Fetches(content, path.Source.Address);
        path.RunUntil(() => download.EndedAt is not null);

        // 960 bytes travel in some 1,450.
        var share = Rate(download) / (LinkBitsPerSecond / 8e6 * 960 / 1450);
        output.WriteLine($"no fragment arrives: {Rate(download):0.00} MB/s, {share:P1} of what small packets can");
        Assert.True(download.IsFinished, path.World.ToString());
        Assert.InRange(share, 0.85, 1.05);
    }

    // As where a kernel has no room left for the fragments of datagrams that are not complete.
    [Fact]
    public void When_fragments_stop_arriving_small_packets_fill_the_link_within_seconds()
    {
        var rate = RateWithoutFragments(loss: 0, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4));

        output.WriteLine($"in the fifth second after fragments stopped arriving: {rate:0.00} MB/s");
        Assert.True(rate >= 0.85 * LinkBitsPerSecond / 8e6 * 960 / 1450, $"{rate:0.00} MB/s");
    }

    // A kernel keeps what is left of the datagrams of which a packet was lost, until it has no more room: it must not come so far.
    [Fact]
    public void Where_single_packets_get_lost_no_fragments_are_needed_after_seconds()
    {
        var rate = RateWithoutFragments(loss: 0.02, TimeSpan.FromSeconds(2), TimeSpan.Zero);

        output.WriteLine($"2 % of all packets lost, without fragments from then on: {rate:0.00} MB/s");
        Assert.True(rate >= 0.75 * LinkBitsPerSecond / 8e6 * 960 / 1450, $"{rate:0.00} MB/s");
    }

    /// <summary>MB/s of a download that began on a link with fragments: in one second, some time after they stopped arriving.</summary>
    private static double RateWithoutFragments(double loss, TimeSpan before, TimeSpan after)
    {
        using var path = new Path(LinkBitsPerSecond, LinkRoundTrip, loss, mtuBytes: 1500);
        var content = path.World.NewContent(64 << 20);
        path.Source.Shares(content);
        path.World.RunFor(TimeSpan.FromSeconds(3));
        var download = path.Fetcher.Fetches(content, path.Source.Address);
        path.RunFor(before);

        var down = path.Fetcher.Machine.Host.Down;
        down.Settings = down.Settings with { DropsFragments = true };
        path.RunFor(after);
        var fetched = download.Progress!.DoneBytes;
        path.RunFor(TimeSpan.FromSeconds(1));
        return (download.Progress!.DoneBytes - fetched) / 1e6;
    }

    private static double Rate(SimDownload download) =>
        download.Progress!.LengthBytes / 1e6 / (download.EndedAt!.Value - download.StartedAt).TotalSeconds;

    /// <summary>A source, and a fetcher behind a link with a queue of 250 ms.</summary>
    private sealed class Path : IDisposable
    {
        private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

        public Path(long bitsPerSecond, TimeSpan roundTrip, double loss, int mtuBytes = 0, bool dropsFragments = false)
        {
            Source = World.AddNode();
            Fetcher = World.AddNode(new AccessLink(
                // Requests get lost as answers do.
                new LinkSettings { Latency = roundTrip / 2, Loss = loss },
                new LinkSettings
                {
                    Latency = roundTrip / 2,
                    BitsPerSecond = bitsPerSecond,
                    QueueBytesMax = (int)(bitsPerSecond / 8 / 4),
                    Loss = loss,
                    DropsFragments = dropsFragments,
                    MtuBytes = mtuBytes,
                }));
        }

        public SimWorld World { get; } = new(new SimWorldSettings { Seed = 5 });

        public SimNode Source { get; }

        public SimNode Fetcher { get; }

        public void Dispose() => World.Dispose();

        public void RunFor(TimeSpan time)
        {
            var end = World.Now + time;
            RunUntil(() => World.Now >= end);
        }

        /// <summary>Returns how long the queue before the link was every few milliseconds.</summary>
        public List<TimeSpan> RunUntil(Func<bool> condition)
        {
            var queues = new List<TimeSpan>();
            var end = World.Now + Limit;
            var down = Fetcher.Machine.Host.Down;
            while (!condition() && World.Now < end)
            {
                World.RunFor(Step);
                if (down.Settings.BitsPerSecond > 0)
                    queues.Add(TimeSpan.FromSeconds(down.QueuedBytes(World.Now.Ticks) * 8.0 / down.Settings.BitsPerSecond));
            }

            return queues;
        }
    }
}
