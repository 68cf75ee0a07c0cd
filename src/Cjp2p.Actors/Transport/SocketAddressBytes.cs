using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// The operating system's form of an address (<c>sockaddr_in</c>, <c>sockaddr_in6</c>) without the two bytes of the
/// family, which are the only ones that differ between systems and which the owner of the bytes sets once.
/// </summary>
internal static class SocketAddressBytes
{
    /// <summary>Length of a <c>sockaddr_in</c>.</summary>
    public const int IPv4Bytes = 16;

    /// <summary>Length of a <c>sockaddr_in6</c>.</summary>
    public const int IPv6Bytes = 28;

    private const int PortStart = 2;
    private const int IPv4Start = 4;
    private const int FlowStart = 4;
    private const int IPv6Start = 8;
    private const int ScopeStart = 24;

    public static int Length(bool ipv6) => ipv6 ? IPv6Bytes : IPv4Bytes;

    public static AddressFamily Family(bool ipv6) => ipv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    /// <summary>Reads an address that the kernel wrote; false when it wrote less than one (there was no source).</summary>
    public static bool TryRead(ReadOnlySpan<byte> native, bool ipv6, out PeerAddress address)
    {
        if (native.Length < Length(ipv6))
        {
            address = default;
            return false;
        }

        ushort port = BinaryPrimitives.ReadUInt16BigEndian(native[PortStart..]);
        address = ipv6
            ? PeerAddress.FromIPv6(native[IPv6Start..ScopeStart], port, MemoryMarshal.Read<uint>(native[ScopeStart..]))
            : PeerAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(native[IPv4Start..]), port);
        return true;
    }

    /// <summary>Writes everything but the family.</summary>
    public static void Write(Span<byte> native, in PeerAddress address)
    {
        BinaryPrimitives.WriteUInt16BigEndian(native[PortStart..], address.Port);
        if (address.IsIPv6)
        {
            native[FlowStart..IPv6Start].Clear();
            address.WriteAddressBytes(native[IPv6Start..ScopeStart]);
            MemoryMarshal.Write(native[ScopeStart..], address.ScopeId);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(native[IPv4Start..], address.IPv4HostOrder);
        }
    }
}
