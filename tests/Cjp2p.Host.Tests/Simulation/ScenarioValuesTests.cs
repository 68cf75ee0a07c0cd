using Cjp2p.Host.Simulation;

namespace Cjp2p.Host.Tests.Simulation;

public sealed class ScenarioValuesTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("5us", 5)]
    [InlineData("1.5ms", 1500)]
    [InlineData("20 ms", 20_000)]
    [InlineData("90s", 90_000_000)]
    [InlineData("5m", 300_000_000)]
    [InlineData("1h", 3_600_000_000)]
    [InlineData("1d", 86_400_000_000)]
    [InlineData("-2s", -2_000_000)]
    public void A_time_has_a_unit(string text, long microseconds)
    {
        Assert.True(ScenarioValues.TryTime(text, out var time));
        Assert.Equal(microseconds, time.Ticks / TimeSpan.TicksPerMicrosecond);
        Assert.True(ScenarioValues.TryTime(ScenarioValues.Time(time), out var again));
        Assert.Equal(time, again);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("1e3s")]
    [InlineData("five s")]
    [InlineData("99999999999999999999d")]
    [InlineData("NaNs")]
    public void What_is_no_time_is_refused(string text) => Assert.False(ScenarioValues.TryTime(text, out _));

    [Theory]
    [InlineData("512", 512)]
    [InlineData("1KiB", 1024)]
    [InlineData("1.5MiB", 1572864)]
    [InlineData("2GiB", 2147483648)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("7B", 7)]
    public void A_size_may_have_a_unit(string text, long bytes)
    {
        Assert.True(ScenarioValues.TryBytes(text, out var size));
        Assert.Equal(bytes, size);
        Assert.True(ScenarioValues.TryBytes(ScenarioValues.Bytes(size), out var again));
        Assert.Equal(size, again);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0.5B")]
    [InlineData("1XiB")]
    [InlineData("99999999999GiB")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ScenarioValues.TryBytes(text, out _));

    [Theory]
    [InlineData("20Mbit", 20_000_000)]
    [InlineData("512kbit", 512_000)]
    [InlineData("1Gbit", 1_000_000_000)]
    [InlineData("0", 0)]
    public void A_rate_is_in_bits(string text, long bits)
    {
        Assert.True(ScenarioValues.TryBits(text, out var rate));
        Assert.Equal(bits, rate);
    }

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("0.05", 0.05)]
    [InlineData("100%", 1)]
    [InlineData("-5%", -0.05)]
    public void A_part_may_be_in_percent(string text, double part)
    {
        Assert.True(ScenarioValues.TryNumber(text, out var number));
        Assert.Equal(part, number, 12);
    }
}
