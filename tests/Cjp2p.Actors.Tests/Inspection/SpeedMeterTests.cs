using Cjp2p.Actors.Inspection;

namespace Cjp2p.Actors.Tests.Inspection;

/// <summary>Speed over the last seconds.</summary>
public sealed class SpeedMeterTests
{
    private readonly SpeedMeter _meter = new(TimeSpan.FromSeconds(3));

    [Fact]
    public void One_sample_is_no_speed()
    {
        _meter.Add(TimeSpan.Zero, 100);

        Assert.Equal(0, _meter.PerSecond);
    }

    [Fact]
    public void It_is_what_was_added_in_the_window()
    {
        for (var second = 0; second <= 10; second++)
            _meter.Add(TimeSpan.FromSeconds(second), second < 5 ? 0 : (second - 5) * 100);

        Assert.Equal(100, _meter.PerSecond);
    }

    [Fact]
    public void A_stall_shows_once_the_window_has_passed()
    {
        _meter.Add(TimeSpan.Zero, 0);
        _meter.Add(TimeSpan.FromSeconds(1), 1000);
        _meter.Add(TimeSpan.FromSeconds(2), 1000);
        Assert.Equal(500, _meter.PerSecond);

        _meter.Add(TimeSpan.FromSeconds(4), 1000);

        Assert.Equal(0, _meter.PerSecond);
    }

    [Fact]
    public void Two_samples_at_one_time_are_no_speed()
    {
        _meter.Add(TimeSpan.Zero, 0);
        _meter.Add(TimeSpan.Zero, 100);

        Assert.Equal(0, _meter.PerSecond);
    }

    [Fact]
    public void Looks_while_time_stands_still_change_nothing()
    {
        _meter.Add(TimeSpan.Zero, 0);
        for (var look = 0; look < 10; look++)
            _meter.Add(TimeSpan.FromSeconds(2), 1000);

        Assert.Equal(500, _meter.PerSecond);
    }

    [Fact]
    public void A_clock_that_begins_anew_is_the_first_sample_of_another_one()
    {
        _meter.Add(TimeSpan.FromSeconds(100), 5000);
        _meter.Add(TimeSpan.FromSeconds(1), 0);
        Assert.Equal(0, _meter.PerSecond);

        _meter.Add(TimeSpan.FromSeconds(2), 300);

        Assert.Equal(300, _meter.PerSecond);
    }

    [Fact]
    public void Time_that_is_left_is_what_is_missing_at_this_speed_and_nobody_knows_it_at_rest()
    {
        Assert.Null(_meter.TimeFor(1));
        _meter.Add(TimeSpan.Zero, 0);
        _meter.Add(TimeSpan.FromSeconds(2), 1000);
        Assert.Equal(TimeSpan.FromSeconds(3), _meter.TimeFor(1500));
        Assert.Equal(TimeSpan.Zero, _meter.TimeFor(0));
        Assert.Equal(TimeSpan.FromDays(99), _meter.TimeFor(long.MaxValue));

        _meter.Add(TimeSpan.FromSeconds(5), 1000);

        Assert.Null(_meter.TimeFor(1500));
    }
}
