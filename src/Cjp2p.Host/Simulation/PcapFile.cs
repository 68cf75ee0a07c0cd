using System.Buffers.Binary;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Simulation;

/// <summary>
/// Datagrams as a pcap file of raw IP packets (link type 101) with nanoseconds, as tcpdump's documentation of the format
/// describes it. A datagram is one packet however long it is: fragments are put together again at the receiver.
/// </summary>
internal sealed class PcapFile : IDisposable
{
    private const uint Magic = 0xA1B2_3C4D;
    private const uint LinkTypeRaw = 101;
    private const int SnapLength = 1 << 17;
    private const int RecordHeaderBytes = 16;
    private const int IPv4HeaderBytes = 20;
    private const int IPv6HeaderBytes = 40;
    private const int UdpHeaderBytes = 8;
    private const byte Udp = 17;

    private readonly Stream _stream;
    private readonly TimeSpan _start;
    private ushort _number;

    /// <summary>Begins a file. The stream is closed with it.</summary>
    public PcapFile(Stream stream, DateTimeOffset start)
    {
        _stream = stream;
        _start = start - DateTimeOffset.UnixEpoch;
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], SnapLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], LinkTypeRaw);
        stream.Write(header);
    }

    /// <summary>Adds a datagram.</summary>
    public void Write(TimeSpan at, in PeerAddress source, in PeerAddress destination, ReadOnlySpan<byte> datagram)
    {
        Span<byte> buffer = stackalloc byte[RecordHeaderBytes + IPv6HeaderBytes + UdpHeaderBytes];
        var isIPv6 = destination.IsIPv6;
        var udpLength = UdpHeaderBytes + datagram.Length;
        var length = (isIPv6 ? IPv6HeaderBytes : IPv4HeaderBytes) + udpLength;
        var time = _start + at;
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, (uint)(time.Ticks / TimeSpan.TicksPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[4..], (uint)(time.Ticks % TimeSpan.TicksPerSecond * 100));
        BinaryPrimitives.WriteInt32LittleEndian(buffer[8..], length);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[12..], length);
        var packet = buffer[RecordHeaderBytes..];
        var udp = isIPv6 ? packet[IPv6HeaderBytes..] : packet[IPv4HeaderBytes..];
        if (isIPv6)
            WriteIPv6(packet, source, destination, udpLength);
        else
            WriteIPv4(packet, source, destination, length);
        BinaryPrimitives.WriteUInt16BigEndian(udp, source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], destination.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udpLength);
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], 0);
        if (isIPv6)
            BinaryPrimitives.WriteUInt16BigEndian(udp[6..], UdpChecksum(packet[8..IPv6HeaderBytes], udp[..UdpHeaderBytes], datagram));
        _stream.Write(buffer[..(RecordHeaderBytes + length - datagram.Length)]);
        _stream.Write(datagram);
    }

    public void Dispose() => _stream.Dispose();

    private void WriteIPv4(Span<byte> packet, in PeerAddress source, in PeerAddress destination, int length)
    {
        packet[..IPv4HeaderBytes].Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], _number++);
        packet[8] = 64;
        packet[9] = Udp;
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], source.IPv4HostOrder);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], destination.IPv4HostOrder);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Fold(Sum(packet[..IPv4HeaderBytes])));
    }

    private static void WriteIPv6(Span<byte> packet, in PeerAddress source, in PeerAddress destination, int udpLength)
    {
        packet[..IPv6HeaderBytes].Clear();
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)udpLength);
        packet[6] = Udp;
        packet[7] = 64;
        source.WriteAddressBytes(packet[8..24]);
        destination.WriteAddressBytes(packet[24..40]);
    }

    // In IPv6 a UDP checksum may not be left out.
    private static ushort UdpChecksum(ReadOnlySpan<byte> addresses, ReadOnlySpan<byte> header, ReadOnlySpan<byte> datagram)
    {
        var checksum = Fold(Sum(addresses) + Udp + (uint)(header.Length + datagram.Length) + Sum(header) + Sum(datagram));
        return checksum == 0 ? ushort.MaxValue : checksum;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        for (; bytes.Length >= 2; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.Length == 1 ? sum + ((uint)bytes[0] << 8) : sum;
    }

    private static ushort Fold(uint sum)
    {
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }
}
