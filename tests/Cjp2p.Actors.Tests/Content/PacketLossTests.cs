using Cjp2p.Actors.Content;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Content;

public sealed class PacketLossTests
{
    private const int Large = 4096;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    [Theory]
    [InlineData(0.003)]
    [InlineData(0.01)]
    [InlineData(0.02)]
    [InlineData(0.05)]
    public void Loss_of_single_packets_is_found_out_before_a_kernel_has_kept_half_of_what_it_can(double loss)
    {
        var ways = Ways(loss, 1 - Math.Pow(1 - loss, 4));
        Assert.InRange(ways.Count(way => way.Run(TimeSpan.FromSeconds(20), untilPackets: true) == PacketLossVerdict.Packets), 97, 100);
        Assert.InRange(ways.Average(way => way.LostBytes), 128 * 1024, 1024 * 1024);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.1)]
    [InlineData(0.2)]
    public void Loss_of_whole_datagrams_is_seldom_taken_for_loss_of_packets(double loss) =>
        Assert.InRange(Ways(loss, loss).Count(way => way.Run(TimeSpan.FromSeconds(20), untilPackets: true) == PacketLossVerdict.Packets), 0, 5);

    [Fact]
    public void Where_datagrams_are_lost_it_compares_ever_more_seldom()
    {
        var way = new Way(1, 0.05, 0.05);
        way.Run(TimeSpan.FromMinutes(5), untilPackets: false);
        // Pauses of 2, 8, 32 and 128 seconds lie between them.
        Assert.InRange(way.Comparisons, 3, 5);
        Assert.InRange(way.Small, 1, way.Requests / 100);
    }

    [Fact]
    public void Little_loss_is_not_looked_into()
    {
        var way = new Way(1, 0, 0.002);
        way.Run(TimeSpan.FromMinutes(2), untilPackets: false);
        Assert.Equal(0, way.Comparisons);
    }

    [Fact]
    public void What_is_lost_at_one_moment_is_no_proof()
    {
        var loss = new PacketLoss();
        loss.LargeLost(64 * Large, Step);
        Assert.True(loss.IsSuspected(Step));
        loss.Compare();
        loss.LargeAcked(100 * Large);
        for (var i = 0; i < 100; i++)
            loss.LargeLost(Large, Step * 2);
        Assert.Equal(PacketLossVerdict.None, loss.Small(acked: 1000, lost: 0, Step * 3));
    }

    [Fact]
    public void Small_requests_say_nothing_while_nothing_is_compared() =>
        Assert.Equal(PacketLossVerdict.None, new PacketLoss().Small(acked: 10_000, lost: 0, Step));

    [Fact]
    public void Loss_that_ended_is_not_compared_for_ever()
    {
        var loss = new PacketLoss();
        loss.LargeLost(64 * Large, Step);
        loss.Compare();
        for (var i = 0; loss.IsComparing; i++)
        {
            Assert.InRange(i, 0, 5000);
            loss.LargeAcked(10 * Large);
            loss.Small(acked: 1, lost: 0, i * Step);
        }
    }

    private static Way[] Ways(double smallLoss, double largeLoss) =>
        [.. Enumerable.Range(1, 100).Select(seed => new Way((ulong)seed, smallLoss, largeLoss))];

    /// <summary>2,000 requests a second, and 400 for one packet each where these are compared; each is lost by itself.</summary>
    private sealed class Way(ulong seed, double smallLoss, double largeLoss)
    {
        private readonly PacketLoss _loss = new();
        private SplitMix _chance = new(seed);

        public int Comparisons { get; private set; }

        public long Requests { get; private set; }

        public long Small { get; private set; }

        public long LostBytes { get; private set; }

        public PacketLossVerdict Run(TimeSpan time, bool untilPackets)
        {
            for (var now = Step; now < time; now += Step)
            {
                for (var i = 0; i < 4; i++)
                    Ask(now);
                if (_loss.IsSuspected(now))
                {
                    _loss.Compare();
                    Comparisons++;
                }

                if (!_loss.IsComparing || now.Ticks / Step.Ticks % 5 > 3)
                    continue;
                Small++;
                var lost = _chance.Chance(smallLoss) ? 1 : 0;
                if (_loss.Small(1 - lost, lost, now) == PacketLossVerdict.Packets && untilPackets)
                    return PacketLossVerdict.Packets;
            }

            return PacketLossVerdict.None;
        }

        private void Ask(TimeSpan now)
        {
            Requests++;
            if (!_chance.Chance(largeLoss))
            {
                _loss.LargeAcked(Large);
                return;
            }

            LostBytes += Large;
            _loss.LargeLost(Large, now);
        }
    }
}
