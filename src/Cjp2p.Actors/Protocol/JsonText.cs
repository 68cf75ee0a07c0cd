using System.Text;

namespace Cjp2p.Actors.Protocol;

/// <summary>Strings and numbers of JSON as written, taken for what they mean.</summary>
internal static class JsonText
{
    /// <summary>The string (between its quotes, as written) means <paramref name="expected"/>, at most 64 bytes.</summary>
    public static bool Means(ReadOnlySpan<byte> written, ReadOnlySpan<byte> expected)
    {
        if (!HasEscapes(written))
            return written.SequenceEqual(expected);
        Span<byte> meaning = stackalloc byte[64];
        return TryUnescape(written, meaning, out int bytes) && meaning[..bytes].SequenceEqual(expected);
    }

    /// <summary>There is a backslash in it.</summary>
    public static bool HasEscapes(ReadOnlySpan<byte> written) => written.Contains((byte)'\\');

    /// <summary>
    /// Resolves the escapes of a string (between its quotes) that is known to be well-formed JSON. False when it does
    /// not fit, or has a surrogate without its other half, which is no character.
    /// </summary>
    public static bool TryUnescape(ReadOnlySpan<byte> written, Span<byte> meaning, out int bytes)
    {
        bytes = 0;
        while (TryUnescapeNext(ref written, meaning[bytes..], out int next))
        {
            bytes += next;
            if (written.IsEmpty)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Resolves the run of plain bytes at the beginning of <paramref name="written"/>, or the one escape there, and
    /// moves past it. False when it does not fit or is no character; nothing left is fine.
    /// </summary>
    public static bool TryUnescapeNext(ref ReadOnlySpan<byte> written, scoped Span<byte> meaning, out int bytes)
    {
        int run = written.IndexOf((byte)'\\');
        if (run != 0)
        {
            bytes = run < 0 ? written.Length : run;
            if (!written[..bytes].TryCopyTo(meaning))
                return false;
            written = written[bytes..];
            return true;
        }

        bytes = 0;
        if (written.Length < 2)
            return false;
        Rune rune;
        int length = 2;
        switch (written[1])
        {
            case (byte)'b': rune = new Rune('\b'); break;
            case (byte)'f': rune = new Rune('\f'); break;
            case (byte)'n': rune = new Rune('\n'); break;
            case (byte)'r': rune = new Rune('\r'); break;
            case (byte)'t': rune = new Rune('\t'); break;
            case (byte)'u':
                if (!TryReadUnit(written, out char unit))
                    return false;
                length = 6;
                if (!Rune.TryCreate(unit, out rune))
                {
                    if (!TryReadUnit(written[6..], out char second) || !Rune.TryCreate(unit, second, out rune))
                        return false;
                    length = 12;
                }

                break;
            default: rune = new Rune((char)written[1]); break;
        }

        if (!rune.TryEncodeToUtf8(meaning, out bytes))
            return false;
        written = written[length..];
        return true;
    }

    /// <summary>
    /// The number as written is a plain integer from 0 to <paramref name="max"/>: digits only. A fraction, an exponent
    /// or a sign is refused even where it would make an integer, as the July 2026 Rust node does.
    /// </summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> written, long max, out long value)
    {
        value = 0;
        if (written.Length is 0 or > 19)
            return false;
        ulong number = 0;
        foreach (byte b in written)
        {
            if (!char.IsAsciiDigit((char)b))
                return false;
            number = (number * 10) + (uint)(b - '0');
        }

        value = (long)number;
        return number <= (ulong)max;
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> written, out char unit)
    {
        unit = default;
        if (written.Length < 6 || written[0] != (byte)'\\' || written[1] != (byte)'u')
            return false;
        int value = 0;
        foreach (byte b in written[2..6])
        {
            if (!char.IsAsciiHexDigit((char)b))
                return false;
            int digit = b | 0x20;
            value = value << 4 | (digit <= '9' ? digit - '0' : digit - 'a' + 10);
        }

        unit = (char)value;
        return true;
    }
}
