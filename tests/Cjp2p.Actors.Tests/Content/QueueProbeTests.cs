using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class QueueProbeTests
{
    [Fact]
    public void Share_of_a_standing_queue_is_what_the_round_trip_follows_the_window_by() =>
        Gen.Select(Gen.Double[0, 1000], Gen.Double[1, 1000], Gen.Double[0.5, 0.9]).Sample((foreign, own, factor) =>
        {
            var probe = new QueueProbe();
            probe.Begin(factor, RoundTrip(own, foreign));
            probe.Restore(RoundTrip(own * factor, foreign));
            var share = probe.End(RoundTrip(own, foreign));
            // Round trips are whole ticks.
            Assert.InRange(share.Mean, own / (own + foreign) - 0.01, own / (own + foreign) + 0.01);
            Assert.InRange(share.Least, share.Mean - 0.01, share.Mean);
        });

    [Theory]
    [InlineData(1.3)]
    [InlineData(0.7)]
    public void Round_trip_that_stays_the_same_says_that_nothing_there_is_ours(double factor)
    {
        var probe = new QueueProbe();
        probe.Begin(factor, TimeSpan.FromMilliseconds(40));
        probe.Restore(TimeSpan.FromMilliseconds(40));
        Assert.Equal(new QueueShare(0, 0), probe.End(TimeSpan.FromMilliseconds(40)));
    }

    [Fact]
    public void Somebody_who_gives_way_meanwhile_moves_one_edge_only()
    {
        var probe = new QueueProbe();
        probe.Begin(0.7, RoundTrip(100, 100));
        probe.Restore(RoundTrip(70, 70));
        var share = probe.End(RoundTrip(100, 70));
        // One edge says that all is ours, the other what was ours in the end.
        Assert.Equal(0.794, share.Mean, 3);
        Assert.Equal(0.588, share.Least, 3);
    }

    [Fact]
    public void It_runs_from_its_beginning_to_its_end()
    {
        var probe = new QueueProbe();
        Assert.False(probe.IsRunning);
        probe.Begin(0.7, TimeSpan.FromMilliseconds(40));
        Assert.Equal((true, false), (probe.IsRunning, probe.IsRestored));
        probe.Restore(TimeSpan.FromMilliseconds(30));
        Assert.Equal((true, true), (probe.IsRunning, probe.IsRestored));
        probe.End(TimeSpan.FromMilliseconds(40));
        Assert.False(probe.IsRunning);
        probe.Begin(0.7, TimeSpan.FromMilliseconds(40));
        Assert.Equal((true, false), (probe.IsRunning, probe.IsRestored));
        probe.Cancel();
        Assert.False(probe.IsRunning);
    }

    // A millisecond for each chunk that is there.
    private static TimeSpan RoundTrip(double own, double foreign) => TimeSpan.FromMilliseconds(own + foreign);
}
