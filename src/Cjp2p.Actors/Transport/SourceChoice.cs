using System.Buffers.Binary;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// Which of several bound addresses a datagram leaves from. A socket that is bound to all addresses leaves the choice to the
/// system; between others the one that looks nearest to the receiver is taken. Pure.
/// </summary>
internal static class SourceChoice
{
    private const int Cannot = -1;
    private const int Possible = 0;
    private const int SameKind = 1;

    /// <summary>How well <paramref name="from"/> suits: the higher the better, below 0: not at all. Ties: the first one listed.</summary>
    public static int Rank(in PeerAddress from, in PeerAddress to)
    {
        if (from.IsIPv6 != to.IsIPv6 || (from.IsLoopback && !to.IsLoopback))
            return Cannot;
        if (from.IsUnspecified)
            return SameKind;
        if (IsInside(to) != IsInside(from))
            return Possible;
        // Within private networks the longer the common beginning the nearer; between public addresses it says nothing.
        return IsInside(to) ? SameKind + CommonBits(from, to) : SameKind;
    }

    private static bool IsInside(in PeerAddress address) => address.IsPrivate || address.IsLinkLocal || address.IsLoopback;

    private static int CommonBits(in PeerAddress a, in PeerAddress b)
    {
        Span<byte> bytes = stackalloc byte[32];
        a.WriteAddressBytes(bytes);
        b.WriteAddressBytes(bytes[16..]);
        var difference = BinaryPrimitives.ReadUInt128BigEndian(bytes) ^ BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
        return (int)UInt128.LeadingZeroCount(difference);
    }
}
