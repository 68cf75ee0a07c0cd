using System.Buffers.Binary;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// The network that an address is in: 16 bits of IPv4, 32 of IPv6, as Bitcoin's address manager groups them. Addresses within one
/// are cheap to have in masses, networks are not.
/// </summary>
internal static class PeerNetwork
{
    /// <summary>A number for it.</summary>
    public static ulong Of(in PeerAddress address)
    {
        if (!address.IsIPv6)
            return address.IPv4HostOrder >> 16;
        Span<byte> key = stackalloc byte[PeerAddress.KeyBytes];
        address.WriteKey(key);
        return 1UL << 32 | BinaryPrimitives.ReadUInt32BigEndian(key);
    }

    /// <summary>The same addresses, the first of each network before the second of any, else in their order.</summary>
    public static IEnumerable<PeerAddress> Alternate(IEnumerable<PeerAddress> addresses)
    {
        var counts = new Dictionary<ulong, int>();
        return addresses
            .Select(address =>
            {
                var network = Of(address);
                var rank = counts.GetValueOrDefault(network);
                counts[network] = rank + 1;
                return (address, rank);
            })
            .ToArray()
            .OrderBy(one => one.rank)
            .Select(one => one.address);
    }
}
