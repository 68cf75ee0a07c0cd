using Cjp2p.Actors.Inspection;

namespace Cjp2p.Actors.Tests.Inspection;

public sealed class HandlingTimesTests
{
    [Fact]
    public void Nothing_took_no_time()
    {
        var times = new HandlingTimes();
        Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), (times.Count, times.Total, times.Longest, times.Percentile(0.99)));
    }

    [Fact]
    public void Percentiles_are_at_most_42_percent_too_high_and_never_too_low()
    {
        var random = new Random(5);
        var all = new List<long>();
        var times = new HandlingTimes();
        for (var i = 0; i < 10_000; i++)
        {
            var ticks = (long)Math.Exp(random.NextDouble() * 18);
            all.Add(ticks);
            times.Add(TimeSpan.FromTicks(ticks));
        }

        all.Sort();
        foreach (var share in new[] { 0.01, 0.5, 0.9, 0.99, 1 })
        {
            var exact = all[(int)Math.Ceiling(share * all.Count) - 1];
            Assert.InRange(times.Percentile(share).Ticks, exact, (long)Math.Ceiling(exact * 1.5));
        }

        Assert.Equal(all[^1], times.Longest.Ticks);
        Assert.Equal(all.Sum(), times.Total.Ticks);
    }

    [Fact]
    public void Work_that_took_no_time_counts()
    {
        var times = new HandlingTimes();
        for (var i = 0; i < 99; i++)
            times.Add(TimeSpan.Zero);
        times.Add(TimeSpan.FromMilliseconds(5));
        Assert.Equal(100, times.Count);
        Assert.Equal(TimeSpan.Zero, times.Percentile(0.99));
        Assert.Equal(TimeSpan.FromMilliseconds(5), times.Percentile(1));
    }

    [Fact]
    public void Very_long_times_have_a_class_too()
    {
        var times = new HandlingTimes();
        times.Add(TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.FromDays(1), times.Longest);
        Assert.InRange(times.Percentile(0.5), TimeSpan.FromMinutes(7), TimeSpan.FromDays(1));
    }
}
