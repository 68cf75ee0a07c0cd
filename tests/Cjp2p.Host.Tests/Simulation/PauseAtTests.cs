using Cjp2p.Host.Simulation;

namespace Cjp2p.Host.Tests.Simulation;

/// <summary>Where a simulation is to be paused.</summary>
public sealed class PauseAtTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("90", 90)]
    [InlineData("1.5", 1.5)]
    [InlineData("250ms", 0.25)]
    [InlineData("2m", 120)]
    [InlineData("1h", 3600)]
    public void A_virtual_time_is_a_number_of_seconds_or_has_its_unit(string text, double seconds)
    {
        Assert.True(PauseAt.TryParse(text, out var pause));
        Assert.Equal(TimeSpan.FromSeconds(seconds), pause.Time);
    }

    [Fact]
    public void Failure_is_no_time()
    {
        Assert.True(PauseAt.TryParse("failure", out var pause));
        Assert.Null(pause.Time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("-1s")]
    [InlineData("Failure")]
    [InlineData("soon")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    public void Anything_else_is_refused(string text) => Assert.False(PauseAt.TryParse(text, out _));
}
