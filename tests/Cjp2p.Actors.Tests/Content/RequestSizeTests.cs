using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class RequestSizeTests
{
    private const int Most = 40_960;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void It_begins_with_what_every_node_serves() => Assert.Equal(4096, new RequestSize(Most).Bytes);

    [Fact]
    public void It_grows_step_by_step_to_its_limit_while_nothing_is_lost() =>
        Assert.Equal([4096, 8192, 16_384, 32_768, Most], StepsOf(new RequestSize(Most), rounds: 10_000));

    [Fact]
    public void It_never_grows_beyond_its_limit() =>
        Assert.Equal([4096, 8192, 10_000], StepsOf(new RequestSize(10_000), rounds: 10_000));

    [Fact]
    public void It_keeps_to_what_a_path_carries_and_tries_more_ever_more_seldom()
    {
        var now = TimeSpan.Zero;
        var size = new RequestSize(Most);
        long bytesAtMost = 0, bytesTooLarge = 0;
        for (var i = 0; i < 100_000; i++)
        {
            if (size.Bytes > 8192)
            {
                bytesTooLarge += size.Bytes;
                size.Lost(size.Bytes, now += Tick);
            }
            else
            {
                bytesAtMost += size.Bytes;
                size.Acked(size.Bytes);
            }
        }

        Assert.True(bytesTooLarge > 0);
        Assert.True(bytesTooLarge < bytesAtMost / 100, $"{bytesTooLarge} of {bytesAtMost}");
    }

    [Fact]
    public void Where_a_probe_is_answered_and_nothing_larger_it_goes_down_to_one_packet()
    {
        var size = Down(out _);
        Assert.True(size.IsOnePacket);
        Assert.Equal(RequestSize.OnePacketBytes, size.Bytes);
    }

    [Fact]
    public void Also_from_its_largest()
    {
        var size = new RequestSize(Most);
        StepsOf(size, rounds: 10_000);
        Assert.Equal(Most, size.Bytes);
        size.OnePacketArrived(TimeSpan.Zero);
        for (var i = 1; i <= 30; i++)
            size.Lost(Most, i * Tick);
        Assert.True(size.Bytes < Most);
    }

    [Fact]
    public void Where_nothing_at_all_arrives_the_size_stays()
    {
        var size = new RequestSize(Most);
        for (var i = 0; i < 1000; i++)
            size.Lost(4096, i * Tick);
        Assert.Equal(4096, size.Bytes);
        // Losses before a probe was answered say nothing about what came since.
        size.OnePacketArrived(TimeSpan.Zero);
        size.Lost(4096, 1001 * Tick);
        Assert.Equal(4096, size.Bytes);
    }

    [Fact]
    public void Two_answered_probes_with_nothing_but_losses_between_them_are_enough()
    {
        var size = new RequestSize(Most);
        size.OnePacketArrived(Tick);
        size.Lost(2 * 4096, 2 * Tick);
        Assert.Equal(4096, size.Bytes);
        size.OnePacketArrived(3 * Tick);
        Assert.True(size.IsOnePacket);
    }

    [Fact]
    public void Probes_answered_while_larger_ones_arrive_change_nothing()
    {
        var size = new RequestSize(Most);
        for (var i = 0; i < 10; i++)
        {
            size.OnePacketArrived(i * Tick);
            size.Acked(4096);
            size.Lost(2 * 4096, i * Tick);
        }

        Assert.Equal(4096, size.Bytes);
    }

    [Fact]
    public void One_packet_is_left_only_when_a_larger_one_arrives()
    {
        var size = Down(out _);
        for (var i = 0; i < 100_000; i++)
            size.Acked(size.Bytes);
        Assert.True(size.IsOnePacket);
        size.LargerArrived();
        Assert.Equal([4096, 8192, 16_384, 32_768, Most], StepsOf(size, rounds: 10_000));
    }

    [Fact]
    public void Larger_one_that_came_by_luck_costs_a_moment()
    {
        var size = Down(out var now);
        size.LargerArrived();
        for (var i = 0; i < 8; i++)
            size.Lost(4096, now += Tick);
        Assert.True(size.IsOnePacket);
    }

    [Fact]
    public void Larger_ones_are_asked_for_now_and_then_ever_more_seldom()
    {
        var size = Down(out var now);
        List<TimeSpan> probes = [];
        for (var i = 0; i < 100_000; i++)
        {
            if (size.TakeLargerProbe(now += Tick))
                probes.Add(now);
        }

        // 5,000 seconds: half a second, doubled until a minute.
        Assert.InRange(probes.Count, 80, 95);
        Assert.All(probes.Zip(probes.Skip(1)), pair => Assert.InRange((pair.Second - pair.First).TotalSeconds, 0.5, 60.1));
        Assert.InRange((probes[1] - probes[0]).TotalSeconds, 0.5, 1.1);
    }

    [Fact]
    public void Nothing_larger_is_probed_for_where_larger_ones_are_asked_for_anyway() =>
        Assert.False(new RequestSize(Most).TakeLargerProbe(TimeSpan.FromHours(1)));

    [Fact]
    public void Some_loss_at_the_usual_size_changes_nothing()
    {
        var now = TimeSpan.Zero;
        var size = new RequestSize(Most);
        for (var i = 0; i < 10_000; i++)
        {
            size.Acked(9 * 4096);
            size.Lost(4096, now += Tick);
            Assert.Equal(4096, size.Bytes);
        }
    }

    [Fact]
    public void Loss_at_a_larger_size_makes_it_smaller()
    {
        var now = TimeSpan.Zero;
        var size = new RequestSize(Most);
        while (size.Bytes < Most)
            size.Acked(size.Bytes);
        for (var i = 0; i < 10; i++)
        {
            size.Acked(9 * Most);
            size.Lost(Most, now += Tick);
        }

        Assert.True(size.Bytes < Most);
    }

    [Fact]
    public void What_is_lost_at_one_moment_says_nothing_about_the_size()
    {
        var now = TimeSpan.Zero;
        var size = new RequestSize(Most);
        for (var i = 0; i < 100; i++)
        {
            now += Tick;
            for (var lost = 0; lost < 20; lost++)
                size.Lost(4096, now);
            size.Acked(4096);
            Assert.Equal(4096, size.Bytes);
        }
    }

    [Fact]
    public void What_nobody_answers_is_not_compared()
    {
        // As from a source that has only a part: it gave that, and nothing comes any more.
        var size = new RequestSize(Most);
        for (var i = 0; i < 15; i++)
            size.Acked(4096);
        for (var i = 1; i <= 100; i++)
            size.Lost(8 * 4096, i * Tick);
        Assert.Equal((4096, false), (size.Bytes, size.IsComparing));
    }

    [Fact]
    public void It_is_always_one_of_its_steps() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 64]).Array[0, 2000].Sample(events =>
        {
            var now = TimeSpan.Zero;
            var size = new RequestSize(Most);
            foreach (var (isAcked, requests) in events)
            {
                if (requests % 7 == 0)
                    size.OnePacketArrived(TimeSpan.Zero);
                if (requests % 11 == 0)
                    size.LargerArrived();
                if (requests % 5 == 0)
                    size.SmallSettled(requests, isAcked ? 0 : 1, now);
                if (requests % 13 == 0)
                    size.TakeLargerProbe(now);
                if (isAcked)
                    size.Acked((long)requests * size.Bytes);
                else
                    size.Lost((long)requests * size.Bytes, now += Tick);
                Assert.Contains(size.Bytes, new[] { 960, 4096, 8192, 16_384, 32_768, Most });
            }
        });

    [Fact]
    public void A_limit_below_what_every_node_serves_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RequestSize(4095));

    [Fact]
    public void Where_single_packets_get_lost_it_goes_down_to_one_packet()
    {
        var now = TimeSpan.Zero;
        var size = new RequestSize(Most);
        LoseSinglePackets(size, ref now);
        Assert.True(size.IsOnePacket);
    }

    [Fact]
    public void Then_larger_answers_that_were_on_their_way_do_not_bring_it_back()
    {
        var now = TimeSpan.Zero;
        var size = new RequestSize(Most);
        LoseSinglePackets(size, ref now);
        size.LargerArrived();
        Assert.True(size.IsOnePacket);
        Assert.False(size.TakeLargerProbe(now + TimeSpan.FromSeconds(29)));
        Assert.True(size.TakeLargerProbe(now + TimeSpan.FromSeconds(30)));
        size.LargerArrived();
        Assert.Equal(4096, size.Bytes);
    }

    [Fact]
    public void Each_time_it_stays_down_for_longer()
    {
        var now = TimeSpan.Zero;
        var size = new RequestSize(Most);
        List<double> seconds = [];
        for (var i = 0; i < 5; i++)
        {
            LoseSinglePackets(size, ref now);
            var down = now;
            while (!size.TakeLargerProbe(now += Tick))
            {
            }

            seconds.Add(Math.Round((now - down).TotalSeconds));
            size.LargerArrived();
        }

        Assert.Equal([30, 60, 120, 240, 240], seconds);
    }

    [Fact]
    public void Where_a_few_large_ones_of_many_get_lost_it_goes_back_before_a_kernel_is_full_of_their_rest()
    {
        var now = TimeSpan.Zero;
        var size = new RequestSize(Most);
        StepsOf(size, rounds: 10_000);
        var lost = 0;
        for (var i = 1; size.Bytes > 4096; i++)
        {
            size.Acked(199 * Most);
            size.Lost(Most, now += Tick);
            lost += Most;
        }

        Assert.InRange(lost, Most, 256 * 1024);
        // And does not come again soon.
        for (var i = 0; i < 32; i++)
            size.Acked(4096);
        Assert.Equal(4096, size.Bytes);
    }

    private static void LoseSinglePackets(RequestSize size, ref TimeSpan now)
    {
        for (var i = 0; i < 1000 && !size.IsOnePacket; i++)
        {
            Assert.Equal(4096, size.Bytes);
            size.Acked(9 * 4096);
            size.Lost(4096, now += Tick);
            if (size.IsComparing)
                size.SmallSettled(acked: 4, lost: i % 10 == 0 ? 1 : 0, now);
        }
    }

    private static RequestSize Down(out TimeSpan now)
    {
        var size = new RequestSize(Most);
        now = TimeSpan.Zero;
        size.OnePacketArrived(TimeSpan.Zero);
        for (var i = 0; i < 8; i++)
            size.Lost(4096, now += Tick);
        return size;
    }

    private static List<int> StepsOf(RequestSize size, int rounds)
    {
        List<int> steps = [size.Bytes];
        for (var i = 0; i < rounds; i++)
        {
            size.Acked(size.Bytes);
            if (size.Bytes != steps[^1])
                steps.Add(size.Bytes);
        }

        return steps;
    }
}
