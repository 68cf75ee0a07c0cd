using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class TransferWindowTests
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(10);

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
    public void Loss_above_a_tenth_of_a_round_trip_takes_a_third_off()
    {
        var window = new TransferWindow(30, 2, 300);
        var now = TimeSpan.Zero;
        Round(window, ref now, 26, 4);
        var before = window.Size;
        Round(window, ref now, 1, 0);
        Assert.InRange(window.Size, before * 2 / 3 - 1, before * 2 / 3 + 2);
    }

    [Fact]
    public void Loss_of_a_tenth_is_borne()
    {
        var window = new TransferWindow(30, 2, 300);
        var now = TimeSpan.Zero;
        Round(window, ref now, 27, 3);
        var before = window.Size;
        Round(window, ref now, 10, 0);
        Assert.True(window.Size >= before);
    }

    [Fact]
    public void After_a_loss_it_grows_by_about_one_a_round_trip()
    {
        var window = new TransferWindow(60, 2, 300);
        var now = TimeSpan.Zero;
        Round(window, ref now, 40, 20);
        Round(window, ref now, 10, 0);
        var size = window.Size;
        Round(window, ref now, size, 0);
        Assert.InRange(window.Size, size, size + 2);
    }

    [Fact]
    public void Window_never_shrinks_below_its_least()
    {
        var window = new TransferWindow(8, 2, 300);
        var now = TimeSpan.Zero;
        for (var i = 0; i < 20; i++)
            Round(window, ref now, 0, 5);
        Assert.Equal(2, window.Size);
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
    public void Cancelled_chunks_leave_the_size_alone()
    {
        var window = new TransferWindow(10, 2, 300);
        window.Sent(10);
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
                    window.Sent(chunks);
                    inFlight += chunks;
                }
                else
                {
                    inFlight -= settled;
                    if (act == 1)
                        window.Acked(settled, now, RoundTrip);
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
        window.Sent(acked + lost);
        now += RoundTrip;
        if (lost > 0)
            window.Lost(lost, now, RoundTrip);
        if (acked > 0)
            window.Acked(acked, now, RoundTrip);
    }
}
