using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Names a content: its SHA-256 (64 hex digits of either case, no allocation), or a plain file name, which says nothing
/// about what the bytes must be. A name is safe as a file name under one folder: 1 to 255 bytes of UTF-8, no slash, no
/// backslash, no control character, no leading dot. Ids with a slash (<c>blake3/...</c>, <c>stream/...</c> of the July
/// 2026 Rust node) are refused. The default value is the SHA-256 of 32 zero bytes.
/// </summary>
public readonly struct ContentId : IEquatable<ContentId>
{
    /// <summary>Bytes of the longest name, which is also that of common file systems.</summary>
    public const int NameBytesMax = 255;

    private readonly Sha256Digest _sha256;
    private readonly string? _name;

    private ContentId(Sha256Digest sha256, string? name)
    {
        _sha256 = sha256;
        _name = name;
    }

    /// <summary>It is the SHA-256 of the content.</summary>
    public bool IsSha256 => _name is null;

    /// <summary>The SHA-256, or zeros for a name.</summary>
    public Sha256Digest Sha256 => _sha256;

    /// <summary>The name, or null for a SHA-256.</summary>
    public string? Name => _name;

    /// <summary>Bytes that <see cref="Format"/> writes.</summary>
    public int Utf8Length => _name is null ? Sha256Digest.HexDigits : Encoding.UTF8.GetByteCount(_name);

    /// <summary>Reads an id; false for everything that is neither a SHA-256 nor a safe name.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out ContentId id)
    {
        if (Sha256Digest.TryParseHex(utf8, out Sha256Digest sha256))
        {
            id = new ContentId(sha256, null);
            return true;
        }

        id = default;
        if (!IsSafeName(utf8))
            return false;
        id = new ContentId(default, Encoding.UTF8.GetString(utf8));
        return true;
    }

    /// <summary>Reads an id; false for everything that is neither a SHA-256 nor a safe name.</summary>
    public static bool TryParse(string? text, out ContentId id)
    {
        Span<byte> utf8 = stackalloc byte[NameBytesMax];
        id = default;
        return text is not null
            && Utf8.FromUtf16(text, utf8, out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done
            && TryParse(utf8[..written], out id);
    }

    /// <summary>The id of the content with this SHA-256.</summary>
    public static ContentId FromSha256(Sha256Digest d) => new(d, null);

    /// <summary>Writes the id as it stands on the wire before JSON escaping; returns the bytes written.</summary>
    /// <exception cref="ArgumentException">There is less room than <see cref="Utf8Length"/>.</exception>
    public int Format(Span<byte> utf8)
    {
        if (_name is not null)
            return Encoding.UTF8.GetBytes(_name, utf8);
        _sha256.FormatHex(utf8);
        return Sha256Digest.HexDigits;
    }

    /// <summary>Lower-case hex, or the name.</summary>
    public override string ToString() => _name ?? _sha256.ToString();

    /// <inheritdoc/>
    public bool Equals(ContentId other) => _sha256 == other._sha256 && string.Equals(_name, other._name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ContentId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _name is null ? _sha256.GetHashCode() : _name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The same content.</summary>
    public static bool operator ==(ContentId left, ContentId right) => left.Equals(right);

    /// <summary>Different contents.</summary>
    public static bool operator !=(ContentId left, ContentId right) => !left.Equals(right);

    private static bool IsSafeName(ReadOnlySpan<byte> utf8)
    {
        // A leading dot covers "." and ".." and files that are hidden.
        if (utf8.Length is 0 or > NameBytesMax || utf8[0] == (byte)'.' || !Utf8.IsValid(utf8))
            return false;
        for (int i = 0; i < utf8.Length; i++)
        {
            byte b = utf8[i];
            if (b is < 0x20 or 0x7F or (byte)'/' or (byte)'\\')
                return false;
            // U+0080 to U+009F, the other control characters: C2 80 to C2 9F.
            if (b == 0xC2 && utf8[i + 1] < 0xA0)
                return false;
        }

        return true;
    }
}
