using System.Buffers.Binary;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Simulation;

namespace Cjp2p.Host.Tests.Simulation;

public sealed class PcapFileTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Datagrams_of_both_families_are_read_back_with_their_virtual_time()
    {
        using var stream = new MemoryStream();
        var big = new byte[60_000];
        new Random(1).NextBytes(big);
        using (var pcap = new PcapFile(new Kept(stream), Start))
        {
            pcap.Write(TimeSpan.FromTicks(15_000_001), Address("5.0.0.1:24254"), Address("10.0.0.1:4000"), "one"u8);
            pcap.Write(TimeSpan.FromHours(1), Address("[2001:db8::1]:24254"), Address("[2001:db8::2]:5000"), "odd length"u8);
            pcap.Write(TimeSpan.FromHours(2), Address("5.0.0.1:24254"), Address("5.0.0.2:24254"), big);
        }

        var packets = Read(stream.ToArray()).ToArray();
        Assert.Equal(3, packets.Length);
        Assert.Equal(
            (Start.AddTicks(15_000_001), "5.0.0.1:24254", "10.0.0.1:4000", "one"),
            (packets[0].At, packets[0].From.ToString(), packets[0].To.ToString(), System.Text.Encoding.ASCII.GetString(packets[0].Payload)));
        Assert.Equal(
            (Start.AddHours(1), "[2001:db8::1]:24254", "[2001:db8::2]:5000", "odd length"),
            (packets[1].At, packets[1].From.ToString(), packets[1].To.ToString(), System.Text.Encoding.ASCII.GetString(packets[1].Payload)));
        Assert.Equal(big, packets[2].Payload);
    }

    internal static IEnumerable<Packet> Read(byte[] file)
    {
        Assert.Equal(0xA1B23C4Du, BinaryPrimitives.ReadUInt32LittleEndian(file));
        Assert.Equal(101u, BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(20)));
        for (var at = 24; at < file.Length;)
        {
            var seconds = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
            var nanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4));
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 12)));
            var packet = file[(at + 16)..(at + 16 + length)];
            at += 16 + length;
            var isIPv6 = packet[0] >> 4 == 6;
            var header = isIPv6 ? 40 : 20;
            Assert.Equal(17, packet[isIPv6 ? 6 : 9]);
            Assert.Equal(length, isIPv6 ? BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(4)) + 40 : BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2)));
            var udp = packet.AsSpan(header);
            Assert.Equal(udp.Length, BinaryPrimitives.ReadUInt16BigEndian(udp[4..]));
            if (isIPv6)
                Assert.Equal(0xFFFF, Sum([.. packet.AsSpan(8, 32), 0, 17, .. packet.AsSpan(4, 2), .. udp]));
            else
                Assert.Equal(0xFFFF, Sum(packet.AsSpan(0, 20)));
            yield return new Packet(
                DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100),
                Endpoint(packet, isIPv6 ? 8 : 12, isIPv6, BinaryPrimitives.ReadUInt16BigEndian(udp)),
                Endpoint(packet, isIPv6 ? 24 : 16, isIPv6, BinaryPrimitives.ReadUInt16BigEndian(udp[2..])),
                udp[8..].ToArray());
        }
    }

    private static PeerAddress Endpoint(byte[] packet, int at, bool isIPv6, ushort port) => isIPv6
        ? PeerAddress.FromIPv6(packet.AsSpan(at, 16), port, 0)
        : PeerAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(at)), port);

    // Ones' complement: with the checksum in it, the sum of what it covers is all ones.
    private static int Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        for (var i = 0; i < bytes.Length; i += 2)
            sum += (uint)(bytes[i] << 8) + (i + 1 < bytes.Length ? bytes[i + 1] : 0u);
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (int)sum;
    }

    private static PeerAddress Address(string text) => PeerAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text);

    internal sealed record Packet(DateTimeOffset At, PeerAddress From, PeerAddress To, byte[] Payload);

    /// <summary>Stays open when what writes to it closes it.</summary>
    private sealed class Kept(Stream inner) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);
    }
}
