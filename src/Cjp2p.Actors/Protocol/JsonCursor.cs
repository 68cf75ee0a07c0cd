using System.Buffers;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Walks JSON text forward and checks it as RFC 8259 writes it, without ever throwing: a flood of garbage costs no
/// exceptions. Whether the text is UTF-8 is checked elsewhere. A lone surrogate escape is syntax and passes here.
/// </summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> text, int position = 0)
{
    /// <summary>The deepest nesting that can be tracked.</summary>
    public const int DepthMax = 64;

    private const int LongStringBytes = 1024;
    private static readonly SearchValues<byte> EndsStringRun = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private readonly ReadOnlySpan<byte> _text = text;

    /// <summary>Index of the next byte.</summary>
    public int Position { get; private set; } = position;

    /// <summary>Bytes of the longest string passed since this was last set to 0, quotes not counted.</summary>
    public int LongestStringBytes { get; set; }

    /// <summary>Nothing is left.</summary>
    public readonly bool AtEnd => Position >= _text.Length;

    /// <summary>Passes the next byte when it is <paramref name="expected"/>.</summary>
    public bool TryConsume(byte expected)
    {
        if (AtEnd || _text[Position] != expected)
            return false;
        Position++;
        return true;
    }

    /// <summary>Passes space, tab, line feed and carriage return.</summary>
    public void SkipWhiteSpace()
    {
        while (!AtEnd && _text[Position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            Position++;
    }

    /// <summary>
    /// Passes one value with all that is in it; says NotJson or TooDeep when it can not. <paramref name="depth"/>
    /// brackets are open before it, and at most <paramref name="depthMax"/> may be open in it.
    /// </summary>
    public DatagramFault SkipValue(int depth, int depthMax)
    {
        // Bit 0 tells whether the innermost open bracket is an object's.
        ulong objects = 0;
        int open = 0;
        bool nameExpected = false;
        while (true)
        {
            SkipWhiteSpace();
            if (nameExpected)
            {
                if (!TrySkipString())
                    return DatagramFault.NotJson;
                SkipWhiteSpace();
                if (!TryConsume((byte)':'))
                    return DatagramFault.NotJson;
                SkipWhiteSpace();
            }

            if (AtEnd)
                return DatagramFault.NotJson;
            byte first = _text[Position];
            if (first is (byte)'{' or (byte)'[')
            {
                if (depth + open >= depthMax)
                    return DatagramFault.TooDeep;
                open++;
                nameExpected = first == (byte)'{';
                objects = objects << 1 | (nameExpected ? 1ul : 0ul);
                Position++;
                SkipWhiteSpace();
                if (AtEnd || _text[Position] != first + 2)
                    continue; // not closed at once: its first name or item comes
            }
            else if (!TrySkipScalar(first))
            {
                return DatagramFault.NotJson;
            }

            // After a value: close what ends here, until a comma asks for one more.
            while (true)
            {
                if (open == 0)
                    return DatagramFault.None;
                SkipWhiteSpace();
                nameExpected = (objects & 1) != 0;
                if (TryConsume((byte)','))
                    break;
                if (!TryConsume(nameExpected ? (byte)'}' : (byte)']'))
                    return DatagramFault.NotJson;
                objects >>= 1;
                open--;
            }
        }
    }

    /// <summary>Passes one string with its quotes.</summary>
    public bool TrySkipString()
    {
        int start = Position;
        if (!TryConsume((byte)'"'))
            return false;
        while (true)
        {
            // A long one is base64, which ends no run.
            if (_text.Length - Position > LongStringBytes)
                Position += FastBase64.RunLength(_text[Position..]);
            int run = _text[Position..].IndexOfAny(EndsStringRun);
            if (run < 0)
                return false;
            Position += run;
            byte b = _text[Position++];
            if (b == (byte)'"')
            {
                LongestStringBytes = Math.Max(LongestStringBytes, Position - start - 2);
                return true;
            }

            if (b != (byte)'\\' || !TrySkipEscape())
                return false;
        }
    }

    private bool TrySkipEscape()
    {
        if (AtEnd)
            return false;
        switch (_text[Position++])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return true;
            case (byte)'u':
                for (int i = 0; i < 4; i++)
                {
                    if (AtEnd || !char.IsAsciiHexDigit((char)_text[Position++]))
                        return false;
                }

                return true;
            default:
                return false;
        }
    }

    private bool TrySkipScalar(byte first) => first switch
    {
        (byte)'"' => TrySkipString(),
        (byte)'t' => TrySkipLiteral("true"u8),
        (byte)'f' => TrySkipLiteral("false"u8),
        (byte)'n' => TrySkipLiteral("null"u8),
        _ => TrySkipNumber(),
    };

    private bool TrySkipLiteral(ReadOnlySpan<byte> literal)
    {
        if (!_text[Position..].StartsWith(literal))
            return false;
        Position += literal.Length;
        return true;
    }

    private bool TrySkipNumber()
    {
        TryConsume((byte)'-');
        if (!TryConsume((byte)'0') && !TrySkipDigits())
            return false;
        if (TryConsume((byte)'.') && !TrySkipDigits())
            return false;
        if (!TryConsume((byte)'e') && !TryConsume((byte)'E'))
            return true;
        if (!TryConsume((byte)'+'))
            TryConsume((byte)'-');
        return TrySkipDigits();
    }

    private bool TrySkipDigits()
    {
        int start = Position;
        while (!AtEnd && char.IsAsciiDigit((char)_text[Position]))
            Position++;
        return Position > start;
    }
}
