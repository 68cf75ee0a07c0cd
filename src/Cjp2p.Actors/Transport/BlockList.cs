using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// Addresses and networks that the settings shut out: <c>cjp2p.peers.blocked</c>. Immutable; a look costs one search for the
/// address, one for its host, and one for each length of prefix in the list.
/// </summary>
public sealed class BlockList : IEquatable<BlockList>
{
    /// <summary>Entries at the most; one costs about 50 bytes.</summary>
    public const int EntriesMax = 100_000;

    private const int IPv4PrefixBits = 96;
    private readonly HashSet<PeerAddress> _addresses = [];
    private readonly ImmutableArray<(int Bits, HashSet<UInt128> Networks)> _networks;

    private BlockList(ImmutableArray<string> entries, HashSet<PeerAddress> addresses, Dictionary<int, HashSet<UInt128>> networks)
    {
        Entries = entries;
        _addresses = addresses;
        _networks = [.. networks.OrderBy(one => one.Key).Select(one => (one.Key, one.Value))];
    }

    /// <summary>Nobody.</summary>
    public static BlockList Empty { get; } = new([], [], []);

    /// <summary>As they were given.</summary>
    public ImmutableArray<string> Entries { get; }

    /// <summary>Whether nobody is shut out.</summary>
    public bool IsEmpty => Entries.IsEmpty;

    /// <summary>
    /// Reads entries: <c>192.0.2.7</c> or <c>192.0.2.7:0</c> (all ports), <c>192.0.2.7:24254</c>, <c>192.0.2.0/24</c>, and
    /// the same of IPv6 (<c>2001:db8::/32</c>, <c>[2001:db8::7]:24254</c>).
    /// </summary>
    /// <param name="entries">The entries.</param>
    /// <param name="list">The list.</param>
    /// <param name="wrong">The entry that is none, otherwise.</param>
    public static bool TryParse(ImmutableArray<string> entries, out BlockList list, out string wrong)
    {
        HashSet<PeerAddress> addresses = [];
        Dictionary<int, HashSet<UInt128>> networks = [];
        list = Empty;
        foreach (var entry in entries)
        {
            wrong = entry;
            if (PeerAddress.TryParse(entry, out var address) || TryReadHost(entry, out address))
            {
                addresses.Add(address);
                continue;
            }

            if (!TryReadNetwork(entry, out var bits, out var network))
                return false;
            if (!networks.TryGetValue(bits, out var same))
                networks[bits] = same = [];
            same.Add(network);
        }

        wrong = "";
        list = new BlockList(entries, addresses, networks);
        return true;
    }

    /// <summary>Whether an address is shut out.</summary>
    public bool Contains(in PeerAddress address)
    {
        if (_addresses.Count > 0 && (_addresses.Contains(address) || _addresses.Contains(address.WithPort(0))))
            return true;
        if (_networks.IsEmpty)
            return false;
        var bytes = Number(address);
        foreach (var (bits, networks) in _networks)
        {
            if (networks.Contains(Masked(bytes, bits)))
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(BlockList? other) => other is not null && Entries.SequenceEqual(other.Entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BlockList);

    /// <inheritdoc/>
    public override int GetHashCode() => Entries.Length;

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Entries);

    private static bool TryReadHost(string text, out PeerAddress address)
    {
        var isOne = IPAddress.TryParse(text, out var ip) && ip.ToString().Length > 0 && LooksWhole(text, ip);
        address = isOne ? PeerAddress.FromEndPoint(new IPEndPoint(ip!, 0)) : default;
        return isOne;
    }

    // .NET takes "1.2" for 1.0.0.2; here that is a mistake.
    private static bool LooksWhole(string text, IPAddress ip) =>
        ip.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(c => c == '.') == 3;

    private static bool TryReadNetwork(string text, out int bits, out UInt128 network)
    {
        network = default;
        bits = 0;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !TryReadHost(text[..slash], out var address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            || given > (address.IsIPv6 ? 128 : 32))
            return false;
        bits = address.IsIPv6 ? given : IPv4PrefixBits + given;
        network = Masked(Number(address), bits);
        return true;
    }

    private static UInt128 Number(in PeerAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.WriteAddressBytes(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static UInt128 Masked(UInt128 address, int bits) => bits == 0 ? 0 : address >> (128 - bits) << (128 - bits);
}
