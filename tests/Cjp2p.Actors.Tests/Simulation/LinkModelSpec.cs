using Cjp2p.Actors.Simulation;
using CsCheck;

namespace Cjp2p.Actors.Tests.Simulation;

public sealed class LinkModelSpec
{
    private static readonly LinkSettings Faulty = new()
    {
        Latency = TimeSpan.FromMilliseconds(10),
        Jitter = TimeSpan.FromMilliseconds(5),
        Loss = 0.1,
        Bursts = new BurstLoss(0.02, 0.2),
        Duplication = 0.05,
        Reordering = 0.1,
        Corruption = 0.05,
        BitsPerSecond = 8_000_000,
        QueueBytesMax = 20_000,
        MtuBytes = 1500,
    };

    private static readonly Gen<LinkSettings> AnySettings = Gen.Select(
        Gen.Long[0, 1_000_000],
        Gen.Long[0, 500_000],
        Gen.Enum<JitterShape>(),
        Gen.Double[0, 1],
        Gen.Bool,
        Gen.OneOf(Gen.Const(0L), Gen.Long[10_000, 1_000_000_000]),
        Gen.Int[0, 100_000],
        Gen.OneOf(Gen.Const(0), Gen.Int[576, 9000])).Select((latency, jitter, shape, chance, keeps, rate, queue, mtu) =>
            new LinkSettings
            {
                Latency = new TimeSpan(latency),
                Jitter = new TimeSpan(jitter),
                JitterShape = shape,
                KeepsOrder = keeps,
                Loss = chance / 4,
                Bursts = chance > 0.5 ? new BurstLoss(chance / 10, chance / 2, chance) : null,
                Duplication = chance / 3,
                Reordering = chance / 2,
                Corruption = chance / 5,
                BitsPerSecond = rate,
                QueueBytesMax = queue,
                MtuBytes = mtu,
                DropsFragments = mtu % 2 == 1,
            });

    [Fact]
    public void A_perfect_link_delivers_everything_at_once_and_untouched()
    {
        var link = new LinkModel(new LinkSettings(), 1);
        for (var i = 0; i < 100; i++)
            Assert.Equal(new LinkOutcome(DropReason.None, i, -1, -1, false), link.Offer(i, 65_507));
    }

    [Fact]
    public void Same_seed_decides_the_same_and_another_seed_does_not() =>
        Gen.Select(AnySettings, Gen.ULong, Gen.Int[0, 65_507].Array[1, 200]).Sample((settings, seed, sizes) =>
        {
            var (one, same) = (new LinkModel(settings, seed), new LinkModel(settings, seed));
            for (var i = 0; i < sizes.Length; i++)
                Assert.Equal(one.Offer(i * 1000L, sizes[i]), same.Offer(i * 1000L, sizes[i]));
        }, iter: 300);

    [Fact]
    public void Packet_has_the_fate_of_a_datagram_as_long_as_it_is_on_the_wire() =>
        Gen.Select(AnySettings, Gen.ULong, Gen.Int[0, 1400].Array[1, 100]).Sample((settings, seed, sizes) =>
        {
            // Neither is cut, and what is flipped in it depends on its length, which differs by the headers.
            settings = settings with { MtuBytes = 0, Corruption = 0 };
            var (one, same) = (new LinkModel(settings, seed), new LinkModel(settings, seed));
            for (var i = 0; i < sizes.Length; i++)
                Assert.Equal(one.Offer(i * 1000L, sizes[i]), same.OfferPacket(i * 1000L, LinkModel.WireBytes(sizes[i], 0, false, out _)));
        }, iter: 200);

    [Fact]
    public void Fragment_of_a_datagram_whose_fate_is_known_has_it_too_and_takes_its_time_on_the_wire()
    {
        var link = new LinkModel(new LinkSettings { Loss = 0.5, BitsPerSecond = 8_000_000 }, 1);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(DropReason.Loss, link.OfferPacket(0, 1000, isFragment: true, DropReason.Loss).Drop);
            Assert.Equal((2 * i + 2) * TimeSpan.TicksPerMillisecond, link.OfferPacket(0, 1000, isFragment: true, DropReason.None).ArrivalTicks);
        }
    }

    [Fact]
    public void Two_seeds_lose_different_datagrams()
    {
        static IEnumerable<DropReason> Fates(ulong seed)
        {
            var link = new LinkModel(Faulty, seed);
            return [.. Enumerable.Range(0, 1000).Select(i => link.Offer(i * 100_000L, 100).Drop)];
        }

        Assert.NotEqual(Fates(1), Fates(2));
        Assert.Equal(Fates(1), Fates(1));
    }

    [Fact]
    public void Nothing_arrives_before_half_its_latency_nor_its_copy_before_itself_nor_bits_outside_are_flipped() =>
        Gen.Select(AnySettings, Gen.ULong, Gen.Int[0, 65_507].Array[1, 100]).Sample((settings, seed, sizes) =>
        {
            var link = new LinkModel(settings, seed);
            for (var i = 0; i < sizes.Length; i++)
            {
                var now = i * 5000L;
                var outcome = link.Offer(now, sizes[i]);
                if (outcome.Drop != DropReason.None)
                    continue;
                Assert.True(outcome.ArrivalTicks >= now + (settings.Latency.Ticks / 2));
                Assert.True(outcome.CopyArrivalTicks == -1 || outcome.CopyArrivalTicks >= outcome.ArrivalTicks);
                Assert.InRange(outcome.FlippedBit, -1, Math.Max(-1, (sizes[i] * 8) - 1));
            }
        }, iter: 300);

    [Fact]
    public void Random_loss_is_as_frequent_as_it_says()
    {
        var link = new LinkModel(new LinkSettings { Loss = 0.05 }, 3);
        var lost = Enumerable.Range(0, 100_000).Count(i => link.Offer(i, 100).Drop == DropReason.Loss);
        Assert.InRange(lost, 4_700, 5_300);
    }

    [Fact]
    public void A_lost_fragment_loses_the_datagram()
    {
        // 5,598 bytes are 4 fragments at 1500: 1 - 0.95^4 = 18.5 %.
        var link = new LinkModel(new LinkSettings { Loss = 0.05, MtuBytes = 1500 }, 3);
        var lost = Enumerable.Range(0, 100_000).Count(i => link.Offer(i, 5_598).Drop == DropReason.Loss);
        Assert.InRange(lost, 18_000, 19_000);
    }

    [Fact]
    public void Bursts_are_as_long_and_as_frequent_as_they_say()
    {
        var bursts = new BurstLoss(0.01, 0.1);
        var link = new LinkModel(new LinkSettings { Bursts = bursts }, 7);
        var lost = Enumerable.Range(0, 200_000).Select(i => link.Offer(i, 100).Drop == DropReason.Burst).ToArray();
        var losses = lost.Count(isLost => isLost);
        var runs = lost.Zip(lost.Prepend(false), (now, before) => now && !before).Count(begins => begins);

        // A share of 1/11 of all packets, in runs of ten on average; independent losses of that share would run 1.1 long.
        Assert.Equal(1.0 / 11, bursts.BadShare, 6);
        Assert.InRange(losses / 200_000.0, 0.08, 0.10);
        Assert.InRange((double)losses / runs, 9, 11);
    }

    [Theory]
    [InlineData(1472, false)]
    [InlineData(1473, true)]
    public void Fragments_are_dropped_from_the_first_byte_over_the_mtu_on(int payloadBytes, bool dropped)
    {
        var link = new LinkModel(new LinkSettings { MtuBytes = 1500, DropsFragments = true }, 1);
        Assert.Equal(dropped ? DropReason.Fragments : DropReason.None, link.Offer(0, payloadBytes).Drop);
    }

    [Theory]
    [InlineData(0, 1500, false, 1, 28)]
    [InlineData(1472, 1500, false, 1, 1500)]
    [InlineData(1473, 1500, false, 2, 1521)]
    [InlineData(2952, 1500, false, 2, 3000)]
    [InlineData(2953, 1500, false, 3, 3021)]
    [InlineData(5598, 1500, false, 4, 5686)]
    [InlineData(1452, 1500, true, 1, 1500)]
    [InlineData(1453, 1500, true, 2, 1557)]
    [InlineData(65_507, 0, false, 1, 65_535)]
    public void Bytes_on_the_wire_count_every_header(int payload, int mtu, bool isIPv6, int fragments, int bytes)
    {
        Assert.Equal(bytes, LinkModel.WireBytes(payload, mtu, isIPv6, out var counted));
        Assert.Equal(fragments, counted);
    }

    [Fact]
    public void A_limited_link_carries_exactly_what_it_says()
    {
        // 972 bytes of payload are 1,000 on the wire: 1 ms each at 8 Mbit/s, and 3 Mbit/s do not divide evenly.
        var link = new LinkModel(new LinkSettings { BitsPerSecond = 8_000_000, QueueBytesMax = 10_000_000 }, 1);
        for (var i = 1; i <= 1000; i++)
            Assert.Equal(i * TimeSpan.TicksPerMillisecond, link.Offer(0, 972).ArrivalTicks);
        var odd = new LinkModel(new LinkSettings { BitsPerSecond = 3_000_000, QueueBytesMax = 10_000_000 }, 1);
        var last = 0L;
        for (var i = 1; i <= 3000; i++)
            last = odd.Offer(0, 972).ArrivalTicks;
        Assert.Equal(8 * TimeSpan.TicksPerSecond, last);
    }

    [Fact]
    public void Queue_takes_what_fits_and_drops_the_next_and_takes_again_when_it_has_drained()
    {
        var link = new LinkModel(new LinkSettings { BitsPerSecond = 8_000_000, QueueBytesMax = 3_000 }, 1);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(DropReason.None, link.Offer(0, 972).Drop));
        Assert.Equal(DropReason.QueueFull, link.Offer(0, 972).Drop);
        Assert.Equal(3_000, link.QueuedBytes(0));

        // A tick before a millisecond has passed there is no room for another one, after it there is.
        Assert.Equal(DropReason.QueueFull, link.Offer(TimeSpan.TicksPerMillisecond - 1, 972).Drop);
        Assert.Equal(DropReason.None, link.Offer(TimeSpan.TicksPerMillisecond, 972).Drop);
    }

    [Fact]
    public void A_datagram_longer_than_the_queue_still_passes_an_idle_link()
    {
        var link = new LinkModel(new LinkSettings { BitsPerSecond = 8_000_000, QueueBytesMax = 100 }, 1);
        Assert.Equal(DropReason.None, link.Offer(0, 5_000).Drop);
        Assert.Equal(DropReason.QueueFull, link.Offer(1, 10).Drop);
    }

    [Theory]
    [InlineData(JitterShape.Uniform, 0.97, 1.03)]
    [InlineData(JitterShape.Exponential, 0.97, 1.03)]
    [InlineData(JitterShape.HeavyTail, 0.75, 1.05)]
    public void Extra_delay_is_the_jitter_on_average(JitterShape shape, double least, double most)
    {
        var settings = new LinkSettings { Jitter = TimeSpan.FromMilliseconds(10), JitterShape = shape, KeepsOrder = false };
        var link = new LinkModel(settings, 11);
        var mean = Enumerable.Range(0, 100_000).Average(_ => link.Offer(0, 100).ArrivalTicks);
        Assert.InRange(mean / settings.Jitter.Ticks, least, most);
    }

    [Fact]
    public void Exponential_delays_have_the_quantiles_of_an_exponential()
    {
        var settings = new LinkSettings
        {
            Jitter = TimeSpan.FromSeconds(1),
            JitterShape = JitterShape.Exponential,
            KeepsOrder = false,
        };
        var link = new LinkModel(settings, 13);
        var delays = Enumerable.Range(0, 100_000).Select(_ => new TimeSpan(link.Offer(0, 1).ArrivalTicks).TotalSeconds).Order().ToArray();
        foreach (var share in (double[])[0.1, 0.5, 0.9, 0.99])
            Assert.InRange(delays[(int)(share * 100_000)] / -Math.Log(1 - share), 0.97, 1.03);
    }

    [Fact]
    public void Normal_delays_lie_around_the_latency_and_never_under_half_of_it()
    {
        var settings = new LinkSettings
        {
            Latency = TimeSpan.FromMilliseconds(20),
            Jitter = TimeSpan.FromMilliseconds(10),
            JitterShape = JitterShape.Normal,
            KeepsOrder = false,
        };
        var link = new LinkModel(settings, 17);
        var ms = Enumerable.Range(0, 100_000).Select(_ => new TimeSpan(link.Offer(0, 1).ArrivalTicks).TotalMilliseconds).ToArray();
        Assert.InRange(ms.Count(x => x < 20) / 100_000.0, 0.49, 0.51);
        Assert.InRange(ms.Count(x => x is > 10 and < 30) / 100_000.0, 0.67, 0.70);
        Assert.Equal(10, ms.Min());
    }

    [Fact]
    public void Jitter_overtakes_only_when_order_is_not_kept()
    {
        static int Overtakings(bool keepsOrder)
        {
            var settings = new LinkSettings { Jitter = TimeSpan.FromMilliseconds(10), KeepsOrder = keepsOrder };
            var link = new LinkModel(settings, 19);
            return Enumerable.Range(0, 1000).Count(i => link.Offer(i * 1000L, 100).Overtakes);
        }

        Assert.Equal(0, Overtakings(keepsOrder: true));
        Assert.InRange(Overtakings(keepsOrder: false), 500, 1000);
    }

    [Fact]
    public void Held_back_datagrams_are_overtaken_by_the_rest_which_keep_their_order()
    {
        var link = new LinkModel(new LinkSettings { Reordering = 0.1, ReorderingDelay = TimeSpan.FromMilliseconds(10) }, 23);
        var outcomes = Enumerable.Range(0, 1000).Select(i => (Sent: i * 1000L, Outcome: link.Offer(i * 1000L, 100))).ToArray();
        var heldBack = outcomes.Count(each => each.Outcome.ArrivalTicks > each.Sent);
        Assert.InRange(heldBack, 70, 130);
        Assert.InRange(outcomes.Count(each => each.Outcome.Overtakes), heldBack, 1000);
    }

    [Fact]
    public void Copies_and_flipped_bits_are_as_frequent_as_they_say()
    {
        var link = new LinkModel(new LinkSettings { Duplication = 0.02, Corruption = 0.03 }, 29);
        var outcomes = Enumerable.Range(0, 100_000).Select(i => link.Offer(i, 100)).ToArray();
        Assert.InRange(outcomes.Count(outcome => outcome.CopyArrivalTicks >= 0), 1_800, 2_200);
        Assert.InRange(outcomes.Count(outcome => outcome.FlippedBit >= 0), 2_750, 3_250);
        Assert.Equal(800, outcomes.Where(outcome => outcome.FlippedBit >= 0).Select(outcome => outcome.FlippedBit).Append(799).Max() + 1);
    }

    [Fact]
    public void Settings_may_change_while_it_runs()
    {
        var link = new LinkModel(new LinkSettings(), 31);
        Assert.Equal(DropReason.None, link.Offer(0, 100).Drop);
        link.Settings = link.Settings with { Loss = 1 };
        Assert.Equal(DropReason.Loss, link.Offer(1, 100).Drop);
        link.Settings = link.Settings with { Loss = 0 };
        Assert.Equal(DropReason.None, link.Offer(2, 100).Drop);
    }

    public static TheoryData<LinkSettings, string> Nonsense => new()
    {
        { new LinkSettings { Loss = 1.01 }, "Loss" },
        { new LinkSettings { Loss = double.NaN }, "Loss" },
        { new LinkSettings { Duplication = -0.1 }, "Duplication" },
        { new LinkSettings { Bursts = new BurstLoss(0.1, 2) }, "Bursts.BadToGood" },
        { new LinkSettings { Latency = TimeSpan.FromTicks(-1) }, "Latency" },
        { new LinkSettings { Jitter = TimeSpan.FromHours(2) }, "Jitter" },
        { new LinkSettings { BitsPerSecond = -1 }, "BitsPerSecond" },
        { new LinkSettings { QueueBytesMax = -1 }, "QueueBytesMax" },
        { new LinkSettings { MtuBytes = 575 }, "MtuBytes" },
        { new LinkSettings { JitterShape = (JitterShape)9 }, "JitterShape" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void Numbers_that_make_no_sense_are_refused_by_name(LinkSettings settings, string name)
    {
        Assert.StartsWith(name, Assert.Throws<ArgumentException>(() => new LinkModel(settings, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new LinkModel(new LinkSettings(), 1).Settings = settings);
    }

    [Fact]
    public void The_presets_make_sense()
    {
        foreach (var access in (AccessLink[])[AccessLink.Perfect, AccessLink.Lan, AccessLink.DataCentre, AccessLink.Home, AccessLink.Mobile])
        {
            access.Up.Validate();
            access.Down.Validate();
        }

        Assert.True(AccessLink.Home.Down.BitsPerSecond > AccessLink.Home.Up.BitsPerSecond);
    }
}
