using Cjp2p.Actors.Peers;
using CsCheck;

namespace Cjp2p.Actors.Tests.Peers;

public sealed class RoundTripTimeTests
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Unknown = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(8);

    [Fact]
    public void Nothing_is_known_before_the_first_sample()
    {
        Assert.False(default(RoundTripTime).IsKnown);
        Assert.Equal(Unknown, default(RoundTripTime).Timeout(Least, Unknown, Most));
    }

    // RFC 6298 section 2.2: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 * RTTVAR.
    [Fact]
    public void First_sample_R_makes_the_timeout_three_R()
    {
        var rtt = default(RoundTripTime).Add(Ms(100));
        Assert.True(rtt.IsKnown);
        Assert.Equal((Ms(100), Ms(50), Ms(100)), (rtt.Smoothed, rtt.Variation, rtt.Least));
        Assert.Equal(Ms(300), rtt.Timeout(Least, Unknown, Most));
    }

    // RFC 6298 section 2.3: RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R'|, then SRTT = 7/8 SRTT + 1/8 R'.
    [Fact]
    public void Next_sample_moves_the_variation_first_and_then_the_mean()
    {
        var rtt = default(RoundTripTime).Add(Ms(100)).Add(Ms(180));
        Assert.Equal(Ms(57.5), rtt.Variation);
        Assert.Equal(Ms(110), rtt.Smoothed);
        Assert.Equal(Ms(100), rtt.Least);
        Assert.Equal(Ms(340), rtt.Timeout(Least, Unknown, Most));
    }

    [Fact]
    public void Timeout_stays_within_its_bounds_and_estimates_within_the_samples() =>
        Gen.Double[0, 20_000].Array[1, 60].Sample(samples =>
        {
            var rtt = samples.Aggregate(default(RoundTripTime), (sum, sample) => sum.Add(Ms(sample)));
            Assert.True(rtt.IsKnown);
            Assert.InRange(rtt.Timeout(Least, Unknown, Most), Least, Most);
            Assert.InRange(rtt.Smoothed, Ms(samples.Min()) - Ms(0.01), Ms(samples.Max()) + Ms(0.01));
            Assert.True(rtt.Variation >= TimeSpan.Zero);
            Assert.InRange(rtt.Least, TimeSpan.FromTicks(1), TimeSpan.FromTicks(Math.Max(1, Ms(samples.Min()).Ticks)));
        });

    [Fact]
    public void Steady_samples_make_the_timeout_shrink_to_its_least()
    {
        var rtt = default(RoundTripTime);
        for (var i = 0; i < 100; i++)
            rtt = rtt.Add(Ms(1));
        Assert.Equal(Least, rtt.Timeout(Least, Unknown, Most));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void Sample_of_no_time_counts_as_the_shortest(double ms) =>
        Assert.Equal(TimeSpan.FromTicks(1), default(RoundTripTime).Add(Ms(ms)).Smoothed);

    private static TimeSpan Ms(double ms) => TimeSpan.FromTicks((long)(ms * TimeSpan.TicksPerMillisecond));
}
