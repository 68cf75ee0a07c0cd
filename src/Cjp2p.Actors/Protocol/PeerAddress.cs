using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// The UDP address of a node: IPv4 or IPv6, with port and, for IPv6, a numeric scope. IPv4-mapped IPv6 addresses fold
/// to IPv4 however they are made, so that one node has one address. On the wire: <c>1.2.3.4:24254</c>,
/// <c>[2a01::1]:24254</c>, <c>[fe80::1%3]:24254</c>, the forms of the July 2026 Rust node (LCDP draft 04 leaves them
/// open). The default value is <c>[::]:0</c>.
/// </summary>
public readonly struct PeerAddress : IEquatable<PeerAddress>, IComparable<PeerAddress>
{
    /// <summary>Bytes that <see cref="WriteKey"/> writes.</summary>
    public const int KeyBytes = 24;

    /// <summary>Bytes of the longest text: brackets, 8 groups of 4, a scope of 10 digits, a port of 5.</summary>
    public const int TextBytesMax = 58;

    /// <summary>Bytes of the shortest text: 1.2.3.4:5.</summary>
    public const int TextBytesMin = 9;

    private const ulong MappedPrefix = 0xFFFF_0000_0000;

    private readonly ulong _high, _low;
    private readonly uint _scopeId;
    private readonly ushort _port;

    private PeerAddress(ulong high, ulong low, uint scopeId, ushort port)
    {
        _high = high;
        _low = low;
        _port = port;
        _scopeId = IsMapped(high, low) ? 0 : scopeId;
    }

    /// <summary>It is an IPv6 address.</summary>
    public bool IsIPv6 => !IsMapped(_high, _low);

    /// <summary>UDP port, 0 to 65535; 0 can not be sent to.</summary>
    public ushort Port => _port;

    /// <summary>IPv6 scope (index of an interface of the machine that wrote it); 0 for none and for IPv4.</summary>
    public uint ScopeId => _scopeId;

    /// <summary>The IPv4 address with its first number in the highest byte; 0 for IPv6.</summary>
    public uint IPv4HostOrder => IsIPv6 ? 0 : (uint)_low;

    /// <summary>127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback => IsIPv6 ? _high == 0 && _low == 1 : (uint)_low >> 24 == 127;

    /// <summary>0.0.0.0 or ::.</summary>
    public bool IsUnspecified => IsIPv6 ? (_high | _low) == 0 : (uint)_low == 0;

    /// <summary>224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast => IsIPv6 ? _high >> 56 == 0xFF : (uint)_low >> 28 == 0xE;

    /// <summary>255.255.255.255. Broadcast addresses of subnets can not be told from others.</summary>
    public bool IsBroadcast => !IsIPv6 && (uint)_low == uint.MaxValue;

    /// <summary>10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918), or fc00::/7.</summary>
    public bool IsPrivate => IsIPv6
        ? _high >> 57 == 0xFC >> 1
        : (uint)_low >> 24 == 10 || (uint)_low >> 20 == (172 << 4 | 1) || (uint)_low >> 16 == (192 << 8 | 168);

    /// <summary>169.254.0.0/16 or fe80::/10.</summary>
    public bool IsLinkLocal => IsIPv6 ? _high >> 54 == 0xFE80 >> 6 : (uint)_low >> 16 == (169 << 8 | 254);

    /// <summary>An IPv4 address from a number with its first part in the highest byte (127.0.0.1 is 0x7F000001).</summary>
    public static PeerAddress FromIPv4(uint addressHostOrder, ushort port) => new(0, MappedPrefix | addressHostOrder, 0, port);

    /// <summary>An IPv6 address from its 16 bytes in network order; an IPv4-mapped one folds to IPv4.</summary>
    /// <exception cref="ArgumentException">There are not exactly 16 bytes.</exception>
    public static PeerAddress FromIPv6(ReadOnlySpan<byte> address16, ushort port, uint scopeId) => address16.Length == 16
        ? new(BinaryPrimitives.ReadUInt64BigEndian(address16), BinaryPrimitives.ReadUInt64BigEndian(address16[8..]), scopeId, port)
        : throw new ArgumentException("An IPv6 address has 16 bytes.", nameof(address16));

    /// <summary>From an end point of .NET.</summary>
    public static PeerAddress FromEndPoint(IPEndPoint e)
    {
        Span<byte> bytes = stackalloc byte[16];
        e.Address.TryWriteBytes(bytes, out int written);
        return written == 4
            ? FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)e.Port)
            : FromIPv6(bytes, (ushort)e.Port, (uint)e.Address.ScopeId);
    }

    /// <summary>To an end point of .NET (allocates).</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteAddressBytes(bytes);
        return new IPEndPoint(IsIPv6 ? new IPAddress(bytes, _scopeId) : new IPAddress(bytes[12..]), _port);
    }

    /// <summary>The same address with another port.</summary>
    public PeerAddress WithPort(ushort port) => new(_high, _low, _scopeId, port);

    /// <summary>
    /// Reads an address in one of the forms above. No names, no leading zeros in decimal numbers, no missing port, no
    /// white space, 1 to 4 hex digits of either case for each IPv6 group.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out PeerAddress a)
    {
        a = default;
        var text = new AddressReader(utf8);
        ulong high = 0;
        ulong low;
        uint scopeId = 0;
        if (text.TryConsume((byte)'['))
        {
            if (!text.TryReadIPv6(out high, out low)
                || (text.TryConsume((byte)'%') && !text.TryReadDecimal(uint.MaxValue, out scopeId))
                || !text.TryConsume((byte)']'))
            {
                return false;
            }
        }
        else if (text.TryReadIPv4(out uint ipv4))
        {
            low = MappedPrefix | ipv4;
        }
        else
        {
            return false;
        }

        if (!text.TryConsume((byte)':') || !text.TryReadDecimal(ushort.MaxValue, out uint port) || !text.AtEnd)
            return false;
        a = new PeerAddress(high, low, scopeId, (ushort)port);
        return true;
    }

    /// <summary>Reads an address in one of the forms above.</summary>
    public static bool TryParse(string? text, out PeerAddress a)
    {
        a = default;
        // Longer than the longest canonical text are only IPv6 addresses with an embedded IPv4 one: 45 against 39 characters.
        if (text is null || text.Length > TextBytesMax + 6)
            return false;
        Span<byte> utf8 = stackalloc byte[TextBytesMax + 6];
        return Encoding.ASCII.TryGetBytes(text, utf8, out int written) && Ascii.IsValid(text) && TryParse(utf8[..written], out a);
    }

    /// <summary>Writes 24 canonical bytes (address, scope, port, two zeros; network order), for keyed hashes.</summary>
    public void WriteKey(Span<byte> key24)
    {
        WriteAddressBytes(key24);
        BinaryPrimitives.WriteUInt32BigEndian(key24[16..], _scopeId);
        BinaryPrimitives.WriteUInt16BigEndian(key24[20..], _port);
        BinaryPrimitives.WriteUInt16BigEndian(key24[22..], 0);
    }

    /// <summary>Writes the 16 bytes of the address in network order; IPv4 as ::ffff:a.b.c.d.</summary>
    public void WriteAddressBytes(Span<byte> address16)
    {
        BinaryPrimitives.WriteUInt64BigEndian(address16, _high);
        BinaryPrimitives.WriteUInt64BigEndian(address16[8..], _low);
    }

    /// <summary>
    /// Writes the text form (at most <see cref="TextBytesMax"/> bytes; IPv6 as RFC 5952 recommends, without embedded
    /// IPv4) and returns its length.
    /// </summary>
    /// <exception cref="ArgumentException">There is not enough room.</exception>
    public int Format(Span<byte> utf8)
    {
        Span<byte> text = stackalloc byte[TextBytesMax];
        var writer = new AddressWriter(text);
        if (IsIPv6)
        {
            writer.Write((byte)'[');
            writer.WriteIPv6(_high, _low);
            if (_scopeId != 0)
            {
                writer.Write((byte)'%');
                writer.WriteDecimal(_scopeId);
            }

            writer.Write((byte)']');
        }
        else
        {
            writer.WriteIPv4((uint)_low);
        }

        writer.Write((byte)':');
        writer.WriteDecimal(_port);
        text[..writer.Length].CopyTo(utf8);
        return writer.Length;
    }

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        Span<byte> utf8 = stackalloc byte[TextBytesMax];
        return Encoding.ASCII.GetString(utf8[..Format(utf8)]);
    }

    /// <inheritdoc/>
    public bool Equals(PeerAddress other) =>
        _high == other._high && _low == other._low && _scopeId == other._scopeId && _port == other._port;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PeerAddress other && Equals(other);

    /// <summary>Seeded for each process: strangers choose addresses, and shall not be able to make them collide.</summary>
    public override int GetHashCode() => HashCode.Combine(_high, _low, _scopeId, _port);

    /// <summary>By address (IPv4 as ::ffff:a.b.c.d), then scope, then port.</summary>
    public int CompareTo(PeerAddress other)
    {
        int order = _high.CompareTo(other._high);
        if (order == 0)
            order = _low.CompareTo(other._low);
        if (order == 0)
            order = _scopeId.CompareTo(other._scopeId);
        return order == 0 ? _port.CompareTo(other._port) : order;
    }

    /// <summary>The same address, scope and port.</summary>
    public static bool operator ==(PeerAddress left, PeerAddress right) => left.Equals(right);

    /// <summary>Different in address, scope or port.</summary>
    public static bool operator !=(PeerAddress left, PeerAddress right) => !left.Equals(right);

    /// <summary>Ordered as by <see cref="CompareTo"/>.</summary>
    public static bool operator <(PeerAddress left, PeerAddress right) => left.CompareTo(right) < 0;

    /// <summary>Ordered as by <see cref="CompareTo"/>.</summary>
    public static bool operator >(PeerAddress left, PeerAddress right) => left.CompareTo(right) > 0;

    /// <summary>Ordered as by <see cref="CompareTo"/>.</summary>
    public static bool operator <=(PeerAddress left, PeerAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Ordered as by <see cref="CompareTo"/>.</summary>
    public static bool operator >=(PeerAddress left, PeerAddress right) => left.CompareTo(right) >= 0;

    private static bool IsMapped(ulong high, ulong low) => high == 0 && low >> 32 == MappedPrefix >> 32;

    private ref struct AddressReader(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public readonly bool AtEnd => _rest.IsEmpty;

        public bool TryConsume(byte expected)
        {
            if (_rest.IsEmpty || _rest[0] != expected)
                return false;
            _rest = _rest[1..];
            return true;
        }

        public bool TryReadDecimal(uint max, out uint value)
        {
            ulong number = 0;
            int digits = 0;
            while (digits < _rest.Length && digits <= 10 && char.IsAsciiDigit((char)_rest[digits]))
                number = (number * 10) + (uint)(_rest[digits++] - '0');
            value = (uint)number;
            if (digits == 0 || number > max || (digits > 1 && _rest[0] == (byte)'0'))
                return false;
            _rest = _rest[digits..];
            return true;
        }

        public bool TryReadIPv4(out uint address)
        {
            address = 0;
            for (int part = 0; part < 4; part++)
            {
                if ((part > 0 && !TryConsume((byte)'.')) || !TryReadDecimal(255, out uint number))
                    return false;
                address = address << 8 | number;
            }

            return true;
        }

        public bool TryReadIPv6(out ulong high, out ulong low)
        {
            Span<ushort> groups = stackalloc ushort[8];
            int count = 0;
            int gapAt = -1;
            (high, low) = (0, 0);
            if (TryConsume((byte)':'))
            {
                if (!TryConsume((byte)':'))
                    return false;
                gapAt = 0;
            }

            while (count < 8)
            {
                // The last 32 bits may be written as IPv4.
                AddressReader before = this;
                if (count <= 6 && TryReadIPv4(out uint ipv4))
                {
                    groups[count++] = (ushort)(ipv4 >> 16);
                    groups[count++] = (ushort)ipv4;
                    break;
                }

                this = before;
                if (!TryReadHexGroup(out groups[count]))
                {
                    // Nothing may follow a gap, but something must follow a single colon or begin the text.
                    if (gapAt != count)
                        return false;
                    break;
                }

                count++;
                if (count == 8 || !TryConsume((byte)':'))
                    break;
                if (TryConsume((byte)':'))
                {
                    if (gapAt >= 0)
                        return false;
                    gapAt = count;
                }
            }

            // A gap stands for at least one group.
            if (gapAt < 0 ? count != 8 : count > 7)
                return false;
            if (gapAt >= 0)
            {
                int tail = count - gapAt;
                groups.Slice(gapAt, tail).CopyTo(groups[(8 - tail)..]);
                groups[gapAt..(8 - tail)].Clear();
            }

            for (int i = 0; i < 4; i++)
            {
                high = high << 16 | groups[i];
                low = low << 16 | groups[i + 4];
            }

            return true;
        }

        private bool TryReadHexGroup(out ushort group)
        {
            int digits = 0;
            int value = 0;
            while (digits < _rest.Length && digits < 4 && char.IsAsciiHexDigit((char)_rest[digits]))
            {
                int digit = _rest[digits++] | 0x20;
                value = value << 4 | (digit <= '9' ? digit - '0' : digit - 'a' + 10);
            }

            group = (ushort)value;
            _rest = _rest[digits..];
            return digits > 0;
        }
    }

    private ref struct AddressWriter(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;

        public int Length { get; private set; }

        public void Write(byte b) => _buffer[Length++] = b;

        public void WriteDecimal(uint value)
        {
            value.TryFormat(_buffer[Length..], out int written, default, CultureInfo.InvariantCulture);
            Length += written;
        }

        public void WriteIPv4(uint address)
        {
            for (int shift = 24; shift >= 0; shift -= 8)
            {
                WriteDecimal(address >> shift & 0xFF);
                if (shift > 0)
                    Write((byte)'.');
            }
        }

        public void WriteIPv6(ulong high, ulong low)
        {
            // RFC 5952: the longest run of two or more zero groups becomes "::", the first one of equals.
            (int gapAt, int gapLength) = (-1, 1);
            for (int start = 0; start < 8; start++)
            {
                int end = start;
                while (end < 8 && Group(high, low, end) == 0)
                    end++;
                if (end - start > gapLength)
                    (gapAt, gapLength) = (start, end - start);
                start = Math.Max(start, end - 1);
            }

            for (int i = 0; i < 8; i++)
            {
                if (i == gapAt)
                {
                    Write((byte)':');
                    Write((byte)':');
                    i += gapLength - 1;
                    continue;
                }

                if (i > 0 && i != gapAt + gapLength)
                    Write((byte)':');
                Group(high, low, i).TryFormat(_buffer[Length..], out int written, "x", CultureInfo.InvariantCulture);
                Length += written;
            }
        }

        private static ushort Group(ulong high, ulong low, int index) =>
            (ushort)((index < 4 ? high : low) >> (48 - (index % 4 * 16)));
    }
}
