using Cjp2p.Actors.Inspection;

namespace Cjp2p.Actors.Tests.Inspection;

/// <summary>Numbers as people read them.</summary>
public sealed class AmountsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1024 * 1024 - 1, "1 MiB")]
    [InlineData(20_000_000, "19.1 MiB")]
    [InlineData(268_435_456, "256 MiB")]
    [InlineData(long.MaxValue, "8192 PiB")]
    public void Bytes(long bytes, string text) => Assert.Equal(text, Amounts.Bytes(bytes));

    [Theory]
    [InlineData(0, "0 B/s")]
    [InlineData(999, "999 B/s")]
    [InlineData(1200, "1.2 kB/s")]
    [InlineData(999_999, "1 MB/s")]
    [InlineData(231e6, "231 MB/s")]
    [InlineData(5e12, "5000 GB/s")]
    [InlineData(-5, "0 B/s")]
    [InlineData(double.NaN, "0 B/s")]
    public void Rates(double bytesPerSecond, string text) => Assert.Equal(text, Amounts.Rate(bytesPerSecond));

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(67, "1:07")]
    [InlineData(3723, "1:02:03")]
    [InlineData(273906, "3d 04:05:06")]
    public void Clocks(int seconds, string text) => Assert.Equal(text, Amounts.Clock(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0.015, "0.02 s")]
    [InlineData(1.49, "1.5 s")]
    [InlineData(75, "75 s")]
    public void Durations(double seconds, string text) => Assert.Equal(text, Amounts.Seconds(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0.1234, "0.123 ms")]
    [InlineData(12.34, "12.3 ms")]
    [InlineData(1500, "1500 ms")]
    public void Round_trips(double ms, string text) => Assert.Equal(text, Amounts.Milliseconds(TimeSpan.FromMilliseconds(ms)));

    [Theory]
    [InlineData(0, "0 sources")]
    [InlineData(1, "1 source")]
    [InlineData(12345, "12,345 sources")]
    public void Counts(int count, string text) => Assert.Equal(text, Amounts.Count(count, "source"));
}
