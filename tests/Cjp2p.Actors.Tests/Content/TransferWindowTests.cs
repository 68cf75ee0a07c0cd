using Cjp2p.Actors.Content;
using Cjp2p.Actors.Peers;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class TransferWindowTests
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(40);

    [Fact]
    public void Window_doubles_each_round_trip_at_the_start_up_to_its_most()
    {
        var window = new TransferWindow(4, 2, 30);
        var now = TimeSpan.Zero;
        foreach (var expected in new[] { 8, 16, 30, 30 })
        {
            Round(window, ref now, window.Size, 0);
            Assert.Equal(expected, window.Size);
        }
    }

    [Fact]
    public void A_first_round_trip_that_took_long_does_not_end_the_start()
    {
        // That of a process whose code was not ready yet: it stays in the smoothed one for some rounds of few chunks.
        var window = new TransferWindow(2, 2, 512);
        var smoothed = RoundTrip * 1.7;
        var now = TimeSpan.Zero;
        while (window.Size < 512)
        {
            var size = window.Size;
            window.Sent(size, now);
            now += RoundTrip * 1.7;
            window.Acked(size, now, RoundTrip, smoothed);
            Assert.Equal(Math.Min(2 * size, 512), window.Size);
        }

        Assert.True(window.IsStarting);
    }

    [Fact]
    public void Start_ends_when_more_on_the_way_brings_no_more()
    {
        var link = new Link(new TransferWindow(4, 2, 10_000), chunksPerSecond: 1000, RoundTrip);
        link.Run(TimeSpan.FromSeconds(3));
        Assert.False(link.Window.IsStarting);
        Assert.InRange(link.Window.RatePerSecond, 900, 1150);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(2_000)]
    [InlineData(20_000)]
    public void Window_settles_at_what_the_way_holds_and_a_short_queue(int chunksPerSecond)
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), chunksPerSecond, RoundTrip);
        link.Run(TimeSpan.FromSeconds(30));
        var delivered = link.Run(TimeSpan.FromSeconds(5));
        Assert.InRange(delivered, 4.75 * chunksPerSecond, 5.1 * chunksPerSecond);
        Assert.InRange(link.Queue.TotalMilliseconds, 0.5, 120 / Math.Sqrt(chunksPerSecond) * 10);
    }

    [Fact]
    public void Queue_is_drained_now_and_then_so_that_the_shortest_round_trip_stays_known()
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), 2000, RoundTrip);
        link.Run(TimeSpan.FromMinutes(5));
        Assert.InRange(link.Queue.TotalMilliseconds, 0, 40);
    }

    [Fact]
    public void Longer_way_is_noticed()
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), 2000, RoundTrip);
        link.Run(TimeSpan.FromSeconds(15));
        link.RoundTrip = RoundTrip * 3;
        link.Run(TimeSpan.FromSeconds(60));
        Assert.InRange(link.Run(TimeSpan.FromSeconds(5)), 9_300, 10_500);
    }

    [Fact]
    public void More_capacity_is_noticed()
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), 1000, RoundTrip);
        link.Run(TimeSpan.FromSeconds(15));
        link.ChunksPerSecond = 5000;
        link.Run(TimeSpan.FromSeconds(30));
        Assert.InRange(link.Run(TimeSpan.FromSeconds(5)), 24_000, 26_000);
    }

    [Fact]
    public void Two_on_one_link_share_it_evenly()
    {
        var first = new TransferWindow(16, 2, 100_000);
        var link = new Link(first, 2000, RoundTrip);
        link.Run(TimeSpan.FromSeconds(15));
        link.Add(new TransferWindow(16, 2, 100_000));
        link.Run(TimeSpan.FromSeconds(60));
        link.Run(TimeSpan.FromSeconds(30));
        Assert.InRange(link.DeliveredOf(0) / (double)link.DeliveredOf(1), 0.8, 1.25);
    }

    [Theory]
    [InlineData(0.05, 2000)]
    [InlineData(0.1, 2000)] // 5 % of the requests and 5 % of the answers.
    [InlineData(0.1, 10_000)]
    public void Random_loss_does_not_shrink_it(double loss, int chunksPerSecond)
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), chunksPerSecond, RoundTrip) { Loss = loss };
        link.Run(TimeSpan.FromSeconds(20));
        Assert.InRange(link.Run(TimeSpan.FromSeconds(5)), chunksPerSecond * 5 * 0.85, chunksPerSecond * 5.1);
    }

    [Fact]
    public void Queue_that_overflows_makes_it_content_with_a_shorter_one()
    {
        // Room for three chunks only.
        var link = new Link(new TransferWindow(16, 2, 100_000), 2000, RoundTrip) { QueueMax = TimeSpan.FromMilliseconds(1.5) };
        link.Run(TimeSpan.FromSeconds(20));
        link.Lost = 0;
        var delivered = link.Run(TimeSpan.FromSeconds(10));
        Assert.InRange(delivered, 2000 * 10 * 0.7, 2000 * 10.1);
        Assert.True(link.Lost < delivered / 5, $"{link.Lost} of {delivered}");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(300)]
    [InlineData(450)]
    public void Beside_somebody_who_keeps_a_queue_half_of_it_is_ours(int foreign)
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), 2000, RoundTrip) { ForeignChunks = foreign };
        link.Run(TimeSpan.FromSeconds(30));
        Assert.True(link.Window.IsCompeting);
        Assert.InRange(link.Run(TimeSpan.FromSeconds(20)) / (2000 * 20.0), 0.42, 0.58);
    }

    [Fact]
    public void Somebody_who_comes_later_and_makes_the_queue_overflow_is_noticed()
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), 2000, RoundTrip) { QueueMax = TimeSpan.FromMilliseconds(150) };
        link.Run(TimeSpan.FromSeconds(15));
        Assert.False(link.Window.IsCompeting);
        // Less than what overflows for ever.
        link.ForeignChunks = 400;
        link.Run(TimeSpan.FromSeconds(2));
        link.ForeignChunks = 200;
        link.Run(TimeSpan.FromSeconds(30));
        Assert.True(link.Window.IsCompeting);
        Assert.InRange(link.Run(TimeSpan.FromSeconds(20)) / (2000 * 20.0), 0.4, 0.6);
    }

    [Fact]
    public void When_the_other_has_left_the_queue_is_short_again()
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), 2000, RoundTrip) { ForeignChunks = 300 };
        link.Run(TimeSpan.FromSeconds(30));
        link.ForeignChunks = 0;
        link.Run(TimeSpan.FromSeconds(10));
        Assert.False(link.Window.IsCompeting);
        Assert.InRange(link.Run(TimeSpan.FromSeconds(5)), 9_300, 10_500);
        Assert.InRange(link.Queue.TotalMilliseconds, 0, 40);
    }

    [Fact]
    public void Where_round_trips_are_short_nobody_is_competed_with()
    {
        // As on loopback, where processors make the queue.
        var link = new Link(new TransferWindow(16, 2, 512), 50_000, TimeSpan.FromMilliseconds(1)) { ForeignChunks = 250 };
        for (var i = 0; i < 40; i++)
        {
            link.Run(TimeSpan.FromSeconds(0.1));
            Assert.False(link.Window.IsCompeting);
        }

        Assert.False(link.Window.IsStarting);
    }

    [Theory]
    [InlineData(0.7, 0, 0)]
    [InlineData(2.2, 0, 0)]
    [InlineData(3.1, 8, 0)]
    [InlineData(1.3, 8, 0.01)]
    [InlineData(1.9, 3, 0.003)]
    [InlineData(0.4, 13, 0.05)]
    public void Two_nodes_keep_no_long_queue_against_each_other(double secondsAhead, int secondsLater, double loss)
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), 2000, RoundTrip) { Loss = loss };
        link.Run(TimeSpan.FromSeconds(secondsLater));
        link.Add(new TransferWindow(16, 2, 100_000), TimeSpan.FromSeconds(secondsAhead));
        link.Run(TimeSpan.FromSeconds(10));
        var queues = Enumerable.Range(0, 24).Select(_ => link.QueueMean(TimeSpan.FromSeconds(5)).TotalMilliseconds).ToArray();
        Assert.InRange(queues.Average(), 0, 60);
        Assert.InRange(queues.Max(), 0, 120);
    }

    [Theory]
    [InlineData(1.3, 8)]
    [InlineData(3.1, 8)]
    [InlineData(2.3, 33)]
    public void Two_nodes_that_know_the_time_of_day_share_evenly(double secondsAhead, int secondsLater)
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), 2000, RoundTrip);
        link.Run(TimeSpan.FromSeconds(secondsLater));
        var ahead = TimeSpan.FromSeconds(secondsAhead);
        // Epoch: when its clock showed zero, by the clock of the first.
        link.Add(new TransferWindow(16, 2, 100_000, new SharedProbes(-ahead)), ahead);
        link.Run(TimeSpan.FromSeconds(15));
        link.Run(TimeSpan.FromSeconds(30));
        Assert.InRange(link.DeliveredOf(0) / (double)link.DeliveredOf(1), 0.8, 1.25);
    }

    [Fact]
    public void Two_windows_of_a_node_want_half_together()
    {
        var probes = new SharedProbes();
        var link = new Link(new TransferWindow(16, 2, 100_000, probes), 2000, RoundTrip) { ForeignChunks = 300 };
        link.Add(new TransferWindow(16, 2, 100_000, probes));
        link.Run(TimeSpan.FromSeconds(40));
        Assert.InRange(link.Run(TimeSpan.FromSeconds(20)) / (2000 * 20.0), 0.42, 0.62);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.01)]
    public void Windows_of_a_node_keep_no_long_queue_against_each_other(double loss)
    {
        var probes = new SharedProbes();
        var link = new Link(new TransferWindow(16, 2, 100_000, probes), 2000, RoundTrip) { Loss = loss };
        for (var i = 0; i < 3; i++)
        {
            link.Run(TimeSpan.FromSeconds(2));
            link.Add(new TransferWindow(16, 2, 100_000, probes));
        }

        link.Run(TimeSpan.FromSeconds(60));
        Assert.InRange(link.QueueMean(TimeSpan.FromSeconds(20)).TotalMilliseconds, 0, 50);
    }

    [Fact]
    public void Longer_way_on_which_chunks_are_lost_is_noticed_and_no_long_queue_made()
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), 2000, RoundTrip) { Loss = 0.01 };
        link.Run(TimeSpan.FromSeconds(15));
        link.RoundTrip = RoundTrip * 3;
        link.Run(TimeSpan.FromSeconds(60));
        Assert.InRange(link.Run(TimeSpan.FromSeconds(5)), 9_300, 10_500);
        Assert.InRange(link.QueueMean(TimeSpan.FromSeconds(20)).TotalMilliseconds, 0, 50);
    }

    [Fact]
    public void Window_never_shrinks_below_its_least()
    {
        var window = new TransferWindow(8, 2, 300);
        var now = TimeSpan.Zero;
        for (var i = 0; i < 20; i++)
            Round(window, ref now, 0, 5);
        Assert.InRange(window.Size, 2, 8);
    }

    [Fact]
    public void Collapsed_window_starts_again_with_the_least_and_doubles()
    {
        var window = new TransferWindow(60, 2, 300);
        window.Collapse();
        Assert.Equal(2, window.Size);
        var now = TimeSpan.Zero;
        Round(window, ref now, 2, 0);
        Assert.Equal(4, window.Size);
    }

    [Fact]
    public void Chunks_of_another_size_fill_the_same_link_at_once_and_its_queue_no_more()
    {
        var link = new Link(new TransferWindow(16, 2, 100_000), chunksPerSecond: 2000, RoundTrip);
        link.Run(TimeSpan.FromSeconds(5));
        foreach (var times in new[] { 4, 0.25 })
        {
            link.Cut(times);
            link.Run(TimeSpan.FromSeconds(0.2));
            Assert.InRange(link.Run(TimeSpan.FromSeconds(0.5)), 0.9 * 0.5 * link.ChunksPerSecond, 1.1 * 0.5 * link.ChunksPerSecond);
            Assert.True(link.QueueMean(TimeSpan.FromSeconds(1)) < TimeSpan.FromMilliseconds(50));
        }
    }

    [Fact]
    public void Cancelled_chunks_leave_the_size_alone()
    {
        var window = new TransferWindow(10, 2, 300);
        window.Sent(10, TimeSpan.Zero);
        window.Cancelled(10);
        Assert.Equal((10, 0, 10), (window.Size, window.InFlight, window.Available));
    }

    [Fact]
    public void In_flight_is_what_was_sent_and_not_settled_and_size_stays_within_its_bounds() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 50], Gen.Int[0, 20]).Array[0, 300].Sample(acts =>
        {
            var window = new TransferWindow(16, 2, 64);
            var now = TimeSpan.Zero;
            var inFlight = 0;
            foreach (var (act, chunks, wait) in acts)
            {
                now += TimeSpan.FromMilliseconds(wait);
                var settled = Math.Min(chunks, inFlight);
                if (act == 0)
                {
                    window.Sent(chunks, now);
                    inFlight += chunks;
                }
                else
                {
                    inFlight -= settled;
                    if (act == 1)
                        window.Acked(settled, now, TimeSpan.FromMilliseconds(wait), RoundTrip);
                    else if (act == 2)
                        window.Lost(settled, now, RoundTrip);
                    else
                        window.Cancelled(settled);
                }

                Assert.Equal(inFlight, window.InFlight);
                Assert.InRange(window.Size, 2, 64);
                Assert.Equal(Math.Max(0, window.Size - inFlight), window.Available);
            }
        });

    [Theory]
    [InlineData(0, 10)]
    [InlineData(5, 4)]
    public void Bounds_that_make_no_sense_are_refused(int least, int most) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TransferWindow(10, least, most));

    private static void Round(TransferWindow window, ref TimeSpan now, int acked, int lost)
    {
        window.Sent(acked + lost, now);
        now += RoundTrip;
        if (lost > 0)
            window.Lost(lost, now, RoundTrip);
        if (acked > 0)
            window.Acked(acked, now, RoundTrip, RoundTrip);
    }

    /// <summary>A link that takes so many chunks a second, with a queue before it, and those who use it.</summary>
    private sealed class Link(TransferWindow first, int chunksPerSecond, TimeSpan roundTrip)
    {
        private readonly Random _random = new(1);
        private readonly PriorityQueue<(int User, TimeSpan SentAt, bool IsLost), TimeSpan> _arrivals = new();
        private readonly List<TransferWindow> _users = [first];
        private readonly List<TimeSpan> _ahead = [TimeSpan.Zero];
        private readonly List<long> _delivered = [0];
        private readonly List<RoundTripTime> _smoothed = [default];
        private const int Foreign = -1;
        private TimeSpan _now;
        private TimeSpan _free;
        private int _foreignInFlight;

        public TransferWindow Window => _users[0];

        /// <summary>Somebody else has so many on the way all the time, whatever happens.</summary>
        public int ForeignChunks { get; set; }

        public double ChunksPerSecond { get; set; } = chunksPerSecond;

        public TimeSpan RoundTrip { get; set; } = roundTrip;

        public double Loss { get; set; }

        public TimeSpan QueueMax { get; set; } = TimeSpan.FromSeconds(1);

        public int Lost { get; set; }

        public TimeSpan Queue => _free > _now ? _free - _now : TimeSpan.Zero;

        /// <summary>Somebody more; with a clock of its own, which is ahead, when it is part of another node.</summary>
        public void Add(TransferWindow window, TimeSpan ahead = default)
        {
            _users.Add(window);
            _ahead.Add(ahead);
            _delivered.Add(0);
            _smoothed.Add(default);
        }

        /// <summary>Cuts chunks smaller, so many times as many.</summary>
        public void Cut(double times)
        {
            ChunksPerSecond *= times;
            first.Rescale(times, _now, _smoothed[0].Smoothed);
        }

        public long DeliveredOf(int user) => _delivered[user];

        /// <summary>Runs on, and returns the mean queue of many moments.</summary>
        public TimeSpan QueueMean(TimeSpan time)
        {
            var sum = TimeSpan.Zero;
            for (var i = 0; i < 100; i++)
            {
                Run(time / 100);
                sum += Queue;
            }

            return sum / 100;
        }

        /// <summary>Returns how many chunks arrived.</summary>
        public long Run(TimeSpan time)
        {
            for (var i = 0; i < _delivered.Count; i++)
                _delivered[i] = 0;
            var end = _now + time;
            Fill();
            while (_arrivals.TryDequeue(out var chunk, out var at))
            {
                _now = at;
                if (chunk.User == Foreign)
                {
                    _foreignInFlight--;
                }
                else if (chunk.IsLost)
                {
                    Lost++;
                    _users[chunk.User].Lost(1, _now + _ahead[chunk.User], _smoothed[chunk.User].Smoothed);
                }
                else
                {
                    _delivered[chunk.User]++;
                    _smoothed[chunk.User] = _smoothed[chunk.User].Add(_now - chunk.SentAt);
                    _users[chunk.User].Acked(1, _now + _ahead[chunk.User], _now - chunk.SentAt, _smoothed[chunk.User].Smoothed);
                }

                Fill();
                if (_now > end)
                    break;
            }

            return _delivered.Sum();
        }

        private void Fill()
        {
            for (var user = 0; user < _users.Count; user++)
            {
                while (_users[user].Available > 0)
                {
                    _users[user].Sent(1, _now + _ahead[user]);
                    Send(user);
                }
            }

            for (; _foreignInFlight < ForeignChunks; _foreignInFlight++)
                Send(Foreign);
        }

        private void Send(int user)
        {
            var isLost = _random.NextDouble() < Loss || Queue > QueueMax;
            if (!isLost)
                _free = (_free > _now ? _free : _now) + TimeSpan.FromSeconds(1 / ChunksPerSecond);
            // A loss is noticed later than an arrival.
            _arrivals.Enqueue((user, _now, isLost), isLost ? _now + RoundTrip * 2 : _free + RoundTrip);
        }
    }
}
