using System.Buffers.Binary;
using Cjp2p.Actors.Simulation;
using Cjp2p.TestPeers;
using CsCheck;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>What a path does with real IPv4 packets, without a network and without a clock.</summary>
public sealed class PacketPathSpecs
{
    private const int HeaderBytes = 20;
    private const int PacketBytes = 1500;
    private static readonly LinkSettings Half = new() { Loss = 0.5, Latency = TimeSpan.FromMilliseconds(10) };

    // As many fragments as each datagram has; those of the two senders come in turn.
    private static readonly Gen<int[]> FragmentCounts = Gen.Int[1, 38].Array[1, 60];

    [Fact]
    public void Fragments_of_a_datagram_share_its_fate_when_datagrams_are_lost() =>
        Gen.Select(FragmentCounts, Gen.ULong).Sample((counts, seed) =>
        {
            var path = new PacketPath(Half, losesDatagrams: true, seed);
            foreach (var fates in FatesOfPairs(path, counts))
                Assert.Single(fates.Distinct());
        }, iter: 50);

    [Fact]
    public void Fragments_are_lost_each_by_itself_when_packets_are_lost()
    {
        var path = new PacketPath(Half, losesDatagrams: false, seed: 1);
        var fates = FatesOfPairs(path, [.. Enumerable.Repeat(38, 20)]);
        Assert.All(fates, ofOne => Assert.Equal(2, ofOne.Distinct().Count()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(38)]
    public void As_many_datagrams_are_lost_as_the_settings_say_however_long_they_are(int fragments)
    {
        var path = new PacketPath(Half with { Loss = 0.05 }, losesDatagrams: true, seed: 1);
        var fates = FatesOfPairs(path, [.. Enumerable.Repeat(fragments, 2000)]);
        Assert.InRange(fates.Count(ofOne => ofOne[0] == DropReason.Loss), 4000 * 0.04, 4000 * 0.06);
        Assert.Equal(4000 * fragments, path.Passed + path.Lost);
    }

    [Fact]
    public void Same_seed_decides_the_same_and_another_one_does_not()
    {
        static IEnumerable<DropReason> Fates(ulong seed) =>
            FatesOfPairs(new PacketPath(Half, losesDatagrams: true, seed), [.. Enumerable.Repeat(4, 100)]).SelectMany(ofOne => ofOne);

        Assert.Equal(Fates(1), Fates(1));
        Assert.NotEqual(Fates(1), Fates(2));
    }

    [Fact]
    public void Packets_wait_for_those_before_them_and_what_finds_no_room_is_dropped()
    {
        // A packet of 1,500 bytes takes a millisecond, and two may wait.
        var path = new PacketPath(new LinkSettings { BitsPerSecond = 12_000_000, QueueBytesMax = 2 * PacketBytes, Latency = TimeSpan.FromMilliseconds(5) }, true, 1);
        var packet = Packet(source: 1, id: 0, offset: 0, hasMore: false, PacketBytes);
        long[] arrivals = [.. Enumerable.Range(0, 2).Select(_ => path.Offer(0, packet).ArrivalTicks / TimeSpan.TicksPerMillisecond)];
        Assert.Equal([6, 7], arrivals);
        Assert.Equal(TimeSpan.FromMilliseconds(2), path.Queue(0));
        Assert.Equal(DropReason.QueueFull, path.Offer(0, packet).Drop);
        Assert.Equal(1, path.Overflowed);
        Assert.Equal(TimeSpan.Zero, path.Queue(TimeSpan.TicksPerSecond));
    }

    [Fact]
    public void No_fragment_passes_where_they_are_dropped_and_all_else_does()
    {
        var path = new PacketPath(new LinkSettings { DropsFragments = true }, true, 1);
        Assert.Equal(DropReason.None, path.Offer(0, Packet(1, 1, 0, hasMore: false)).Drop);
        Assert.Equal(DropReason.Fragments, path.Offer(0, Packet(1, 2, 0, hasMore: true)).Drop);
        Assert.Equal(DropReason.Fragments, path.Offer(0, Packet(1, 2, 185, hasMore: true)).Drop);
        Assert.Equal(DropReason.Fragments, path.Offer(0, Packet(1, 2, 370, hasMore: false)).Drop);
    }

    [Fact]
    public void Datagrams_whose_end_never_comes_are_forgotten()
    {
        var path = new PacketPath(Half with { Loss = 1 }, true, 1);
        for (var id = 0; id <= PacketPath.OpenDatagramsMax; id++)
            path.Offer(0, Packet(1, id, 0, hasMore: true));
        Assert.Equal(DropReason.None, path.Offer(0, Packet(1, 0, 185, hasMore: false)).Drop);
        Assert.Equal(DropReason.Loss, path.Offer(0, Packet(1, PacketPath.OpenDatagramsMax, 185, hasMore: false)).Drop);
    }

    [Fact]
    public void What_is_not_IPv4_goes_nowhere() =>
        Gen.Byte.Array[0, 100].Sample(bytes =>
        {
            var path = new PacketPath(new LinkSettings(), true, 1);
            var isIPv4 = bytes.Length >= 20 && bytes[0] >> 4 == 4;
            Assert.Equal(isIPv4 ? DropReason.None : DropReason.NoHost, path.Offer(0, bytes).Drop);
        });

    /// <summary>Two senders send these datagrams at the same time; what became of the fragments of each.</summary>
    private static List<DropReason[]> FatesOfPairs(PacketPath path, int[] fragmentCounts)
    {
        var fates = new List<DropReason[]>();
        for (var id = 0; id < fragmentCounts.Length; id++)
        {
            var count = fragmentCounts[id];
            var (first, second) = (new DropReason[count], new DropReason[count]);
            for (var i = 0; i < count; i++)
            {
                first[i] = path.Offer(id, Packet(1, id, i * 185, i < count - 1)).Drop;
                second[i] = path.Offer(id, Packet(2, id, i * 185, i < count - 1)).Drop;
            }

            fates.Add(first);
            fates.Add(second);
        }

        return fates;
    }

    private static byte[] Packet(byte source, int id, int offset, bool hasMore, int bytes = HeaderBytes)
    {
        var packet = new byte[bytes];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)id);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)(offset | (hasMore ? 0x2000 : 0)));
        packet[9] = 17;
        packet[15] = source;
        return packet;
    }
}
