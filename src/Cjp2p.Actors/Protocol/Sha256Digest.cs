using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Cjp2p.Actors.Protocol;

/// <summary>The 32 bytes of a SHA-256, as a value without allocation. The default value is 32 zero bytes.</summary>
public readonly struct Sha256Digest : IEquatable<Sha256Digest>
{
    /// <summary>Bytes of a digest.</summary>
    public const int Bytes = 32;

    /// <summary>Hex digits of a digest.</summary>
    public const int HexDigits = 64;

    private readonly ulong _a, _b, _c, _d;

    private Sha256Digest(ReadOnlySpan<byte> bytes32)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes32);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes32[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes32[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes32[24..]);
    }

    /// <summary>Reads exactly 64 hex digits of either case.</summary>
    public static bool TryParseHex(ReadOnlySpan<byte> utf8Hex64, out Sha256Digest d)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (utf8Hex64.Length != HexDigits
            || Convert.FromHexString(utf8Hex64, bytes, out _, out int written) != OperationStatus.Done
            || written != Bytes)
        {
            d = default;
            return false;
        }

        d = new Sha256Digest(bytes);
        return true;
    }

    /// <summary>Takes the 32 bytes of a digest.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32.</exception>
    public static Sha256Digest FromBytes(ReadOnlySpan<byte> bytes32) => bytes32.Length == Bytes
        ? new Sha256Digest(bytes32)
        : throw new ArgumentException("A SHA-256 has 32 bytes.", nameof(bytes32));

    /// <summary>Writes the 32 bytes to the beginning of <paramref name="bytes32"/>.</summary>
    public void CopyTo(Span<byte> bytes32)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes32, _a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes32[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(bytes32[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(bytes32[24..], _d);
    }

    /// <summary>Writes 64 lower-case hex digits to the beginning of <paramref name="utf8Hex64"/>.</summary>
    public void FormatHex(Span<byte> utf8Hex64)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        CopyTo(bytes);
        if (!Convert.TryToHexStringLower(bytes, utf8Hex64, out _))
            throw new ArgumentException("64 hex digits need 64 bytes.", nameof(utf8Hex64));
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> hex = stackalloc byte[HexDigits];
        FormatHex(hex);
        return Encoding.ASCII.GetString(hex);
    }

    /// <inheritdoc/>
    public bool Equals(Sha256Digest other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sha256Digest other && Equals(other);

    /// <summary>Seeded for each process: strangers choose digests, and shall not be able to make them collide.</summary>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <summary>The same 32 bytes.</summary>
    public static bool operator ==(Sha256Digest left, Sha256Digest right) => left.Equals(right);

    /// <summary>Different bytes.</summary>
    public static bool operator !=(Sha256Digest left, Sha256Digest right) => !left.Equals(right);
}
