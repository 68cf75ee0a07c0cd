using Cjp2p.Actors.Content;
using Cjp2p.Actors.Peers;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class RetryPolicyTests
{
    private static readonly RetryPolicy Policy = new(Ms(50), Ms(500), Ms(8000), Ms(100), Ms(10_000));

    [Fact]
    public void Wait_for_an_unknown_source_doubles_with_each_attempt_up_to_the_longest()
    {
        double[] expected = [500, 1000, 2000, 4000, 8000, 8000, 8000];
        Assert.Equal(expected, Enumerable.Range(1, 7).Select(attempt => Policy.Timeout(default, attempt).TotalMilliseconds));
        Assert.Equal(Ms(8000), Policy.Timeout(default, int.MaxValue));
    }

    [Fact]
    public void Wait_for_a_known_source_doubles_only_from_the_fourth_attempt_on()
    {
        double[] expected = [100, 100, 100, 200, 400];
        var roundTrip = default(RoundTripTime).Add(Ms(50)).Add(Ms(50)).Add(Ms(50)).Add(Ms(50));
        Assert.Equal(expected, Enumerable.Range(1, 5).Select(attempt => Policy.Timeout(roundTrip, attempt).TotalMilliseconds));
    }

    [Fact]
    public void Wait_for_a_known_source_follows_its_round_trip_within_the_bounds() =>
        Gen.Select(Gen.Double[0.001, 30_000], Gen.Int[1, 300]).Sample((rtt, attempt) =>
        {
            var roundTrip = default(RoundTripTime).Add(Ms(rtt));
            var timeout = Policy.Timeout(roundTrip, attempt);
            Assert.InRange(timeout, Policy.TimeoutMin, Policy.TimeoutMax);
            Assert.True(Policy.Timeout(roundTrip, attempt + 1) >= timeout);
        });

    [Fact]
    public void Pause_doubles_up_to_the_longest_and_is_shortened_by_up_to_a_half() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Double[0, 0.999_999]).Sample((failures, chance) =>
        {
            var whole = Math.Min(100 * Math.Pow(2, Math.Min(failures - 1, 20)), 10_000);
            Assert.Equal(whole * (1 - chance / 2), Policy.Pause(failures, chance).TotalMilliseconds, 0.001);
        });

    [Fact]
    public void Pauses_of_two_that_failed_together_differ() =>
        Assert.NotEqual(Policy.Pause(3, 0.1), Policy.Pause(3, 0.9));

    private static TimeSpan Ms(double ms) => TimeSpan.FromTicks((long)(ms * TimeSpan.TicksPerMillisecond));
}
