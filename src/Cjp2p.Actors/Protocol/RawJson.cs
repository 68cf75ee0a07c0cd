using System.Text;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// An immutable copy of raw JSON text. Cookies and pings belong to whoever made them, so they are kept and sent back
/// byte for byte: white space, escapes, order of fields and spelling of numbers included. Equal means equal bytes.
/// </summary>
public readonly struct RawJson : IEquatable<RawJson>
{
    private readonly byte[]? _utf8;

    private RawJson(byte[] utf8) => _utf8 = utf8;

    /// <summary>The text; empty for the default value.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>Copies text that is known to be one JSON value (or the beginning of one, for a truncated sample).</summary>
    public static RawJson CopyOf(ReadOnlySpan<byte> utf8) => new(utf8.ToArray());

    /// <summary>Copies text that is known to be one JSON value.</summary>
    public static RawJson CopyOf(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public bool Equals(RawJson other) => Utf8.SequenceEqual(other.Utf8);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RawJson other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Utf8);
        return hash.ToHashCode();
    }

    /// <summary>The text as a string.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8);

    /// <summary>Equal bytes.</summary>
    public static bool operator ==(RawJson left, RawJson right) => left.Equals(right);

    /// <summary>Different bytes.</summary>
    public static bool operator !=(RawJson left, RawJson right) => !left.Equals(right);
}
