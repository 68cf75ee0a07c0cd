using Cjp2p.Actors.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

public sealed class RateLimitsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RateSettings None = new(0, 0, 0, null, 0, 0);

    [Fact]
    public void Without_limits_everything_goes()
    {
        var limits = new RateLimits(None);
        Assert.True(limits.TryUpload(Datagram.At("127.0.0.1:1"), int.MaxValue, TimeSpan.Zero, Noon));
        Assert.Equal(1_000_000, limits.TakeDownload(1_000_000, 4096, TimeSpan.Zero, Noon));
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(100_000)]
    public void Upload_keeps_to_its_rate_however_often_it_is_asked(int rate)
    {
        var limits = new RateLimits(None with { Upload = rate });
        long sent = 0;
        for (var ms = 0; ms < 10_000; ms++)
        {
            if (limits.TryUpload(Datagram.At($"127.0.0.1:{1 + ms % 100}"), 4096, TimeSpan.FromMilliseconds(ms), Noon))
                sent += 4096;
        }

        Assert.InRange(sent, rate * 9, rate * 11);
    }

    [Fact]
    public void One_peer_cannot_take_more_than_its_share_and_the_others_have_theirs()
    {
        var limits = new RateLimits(None with { PeerUpload = 100_000 });
        long greedy = 0, other = 0;
        for (var ms = 0; ms < 10_000; ms++)
        {
            var now = TimeSpan.FromMilliseconds(ms);
            if (limits.TryUpload(Datagram.At("127.0.0.1:1"), 4096, now, Noon))
                greedy += 4096;
            if (ms % 50 == 0 && limits.TryUpload(Datagram.At("127.0.0.1:2"), 4096, now, Noon))
                other += 4096;
        }

        Assert.InRange(greedy, 900_000, 1_110_000);
        Assert.Equal(200 * 4096, other);
    }

    [Fact]
    public void What_goes_to_all_is_divided_evenly_however_often_each_asks()
    {
        var limits = new RateLimits(None with { Upload = 1_000_000 });
        long greedy = 0, other = 0;
        for (var ms = 0; ms < 20_000; ms++)
        {
            var now = TimeSpan.FromMilliseconds(ms);
            if (limits.TryUpload(Datagram.At("127.0.0.1:1"), 4096, now, Noon))
                greedy += 4096;
            if (ms % 7 == 0 && limits.TryUpload(Datagram.At("127.0.0.1:2"), 4096, now, Noon))
                other += 4096;
        }

        Assert.InRange(greedy / (double)other, 0.95, 1.06);
    }

    [Fact]
    public void Download_is_given_as_many_chunks_as_the_rate_allows()
    {
        var limits = new RateLimits(None with { Download = 409_600 });
        var taken = 0;
        for (var ms = 0; ms < 10_000; ms += 20)
            taken += limits.TakeDownload(64, 4096, TimeSpan.FromMilliseconds(ms), Noon);
        Assert.InRange(taken, 990, 1100);
    }

    [Fact]
    public void Other_rates_count_in_quiet_hours_and_lower_ones_at_once()
    {
        Assert.True(QuietHours.TryParse("22:00-06:00", out var night));
        var limits = new RateLimits(None with { Upload = 10_000_000, Quiet = night, QuietUpload = 100_000 });
        var peer = Datagram.At("127.0.0.1:1");
        Assert.True(limits.TryUpload(peer, 1_000_000, TimeSpan.Zero, Noon));
        Assert.False(limits.TryUpload(peer, 1_000_000, TimeSpan.FromSeconds(5), Noon.AddHours(10)));
        Assert.True(limits.TryUpload(peer, 100_000, TimeSpan.FromSeconds(5), Noon.AddHours(17.9)));
        Assert.True(limits.TryUpload(peer, 1_000_000, TimeSpan.FromSeconds(9), Noon.AddHours(18)));
    }

    [Theory]
    [InlineData("8:00-18:30", 12, true)]
    [InlineData("8:00-18:30", 19, false)]
    [InlineData("22:00-06:00", 23, true)]
    [InlineData("22:00-06:00", 5, true)]
    [InlineData("22:00-06:00", 6, false)]
    public void Hours_may_go_over_midnight(string text, int hour, bool isIn)
    {
        Assert.True(QuietHours.TryParse(text, out var hours));
        Assert.Equal(isIn, hours!.Contains(new DateTimeOffset(2026, 7, 1, hour, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("8-18")]
    [InlineData("25:00-06:00")]
    [InlineData("06:00-06:00")]
    [InlineData("06:00")]
    public void What_is_no_hours_is_refused(string text) => Assert.False(QuietHours.TryParse(text, out _));
}
