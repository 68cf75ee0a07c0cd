namespace Cjp2p.Actors.Protocol;

/// <summary>
/// The short cut of <see cref="DatagramReader"/> for what a transfer consists of: whole datagrams of Content and
/// PleaseSendContent with a SHA-256 id, PleaseSendPeers, and cookies <c>{"cookie":"hex"}</c> handed out or returned, in compact JSON with
/// the fields in any order and none besides. It accepts only what the full reader would read the same way, and gives up on
/// anything else without judging it.
/// </summary>
internal ref struct FastScanner(ReadOnlySpan<byte> datagram, WireLimits limits)
{
    private readonly ReadOnlySpan<byte> _datagram = datagram;
    private readonly WireLimits _limits = limits;
    private int _position;

    /// <summary>The limits leave room for the forms that are known here, so that only lengths that vary need a check.</summary>
    public static bool Suits(WireLimits limits) =>
        limits.DepthMax >= 3 && limits.NameBytesMax >= 29 && limits.StringBytesMax >= Sha256Digest.HexDigits;

    /// <summary>Reads all elements; false, with whatever was read so far in the table, when the full reader has to.</summary>
    public bool TryRead(Span<WireElement> elements, out int count)
    {
        count = 0;
        if (!TryConsume((byte)'['))
            return false;
        do
        {
            if (count == elements.Length || !TryReadElement(ref elements[count]))
                return false;
            count++;
        }
        while (TryConsume((byte)','));
        return TryConsume((byte)']') && _position == _datagram.Length;
    }

    private bool TryReadElement(ref WireElement element)
    {
        ReadOnlySpan<byte> rest = _datagram[_position..];
        if (rest.StartsWith("{\"Content\":"u8))
            return TryReadRange(WireMessageKind.Content, "Content".Length, ref element);
        if (rest.StartsWith("{\"PleaseSendContent\":"u8))
            return TryReadRange(WireMessageKind.PleaseSendContent, "PleaseSendContent".Length, ref element);
        if (rest.StartsWith("{\"PleaseSendPeers\":{}"u8))
            return TryReadEmpty(WireMessageKind.PleaseSendPeers, "PleaseSendPeers".Length, ref element);
        if (rest.StartsWith("{\"AlwaysReturned\":"u8))
            return TryReadCookie(WireMessageKind.AlwaysReturned, "AlwaysReturned".Length, ref element);
        return rest.StartsWith("{\"PleaseAlwaysReturnThisMessage\":"u8)
            && TryReadCookie(
                WireMessageKind.PleaseAlwaysReturnThisMessage, "PleaseAlwaysReturnThisMessage".Length, ref element);
    }

    private int StartElement(WireMessageKind kind, int nameBytes, ref WireElement element)
    {
        element = new WireElement { Kind = kind, Name = new WireSlice(_position + 2, nameBytes), Eof = -1 };
        _position += nameBytes + """{"":""".Length;
        return _position;
    }

    private bool TryEndElement(int payloadStart, ref WireElement element)
    {
        element.Payload = new WireSlice(payloadStart, _position - payloadStart);
        return TryConsume((byte)'}');
    }

    private bool TryReadEmpty(WireMessageKind kind, int nameBytes, ref WireElement element)
    {
        int payloadStart = StartElement(kind, nameBytes, ref element);
        return TryConsume("{}"u8) && TryEndElement(payloadStart, ref element);
    }

    private bool TryReadCookie(WireMessageKind kind, int nameBytes, ref WireElement element)
    {
        int payloadStart = StartElement(kind, nameBytes, ref element);
        if (!TryConsume("{\"cookie\":\""u8))
            return false;
        int start = _position;
        while (_position < _datagram.Length && char.IsAsciiHexDigit((char)_datagram[_position]))
            _position++;
        if (_position - start > _limits.StringBytesMax)
            return false;
        return TryConsume("\"}"u8)
            && _position - payloadStart <= _limits.CookieBytesMax
            && TryEndElement(payloadStart, ref element);
    }

    private bool TryReadRange(WireMessageKind kind, int nameBytes, ref WireElement element)
    {
        int payloadStart = StartElement(kind, nameBytes, ref element);
        if (!TryConsume((byte)'{'))
            return false;
        bool isContent = kind == WireMessageKind.Content;
        (bool hasId, bool hasOffset, bool hasLength, bool hasBase64, bool hasEof) = (false, false, isContent, !isContent, !isContent);
        do
        {
            if (!hasId && TryConsume("\"id\":\""u8))
            {
                if (!TryReadSha256(ref element))
                    return false;
                hasId = true;
            }
            else if (!hasOffset && TryConsume("\"offset\":"u8))
            {
                if (!TryReadInteger(out long offset))
                    return false;
                element.Offset = offset;
                hasOffset = true;
            }
            else if (!hasBase64 && TryConsume("\"base64\":\""u8))
            {
                if (!TryReadBase64(ref element))
                    return false;
                hasBase64 = true;
            }
            else if (!hasEof && TryConsume("\"eof\":"u8))
            {
                if (!TryReadInteger(out long eof))
                    return false;
                element.Eof = eof;
                hasEof = true;
            }
            else if (!hasLength && TryConsume("\"length\":"u8))
            {
                if (!TryReadInteger(out long length))
                    return false;
                element.Length = length;
                hasLength = true;
            }
            else
            {
                return false;
            }
        }
        while (TryConsume((byte)','));
        return hasId && hasOffset && hasLength && hasBase64
            && TryConsume((byte)'}')
            && TryEndElement(payloadStart, ref element);
    }

    private bool TryReadSha256(ref WireElement element)
    {
        ReadOnlySpan<byte> rest = _datagram[_position..];
        if (rest.Length <= Sha256Digest.HexDigits
            || rest[Sha256Digest.HexDigits] != (byte)'"'
            || !Sha256Digest.TryParseHex(rest[..Sha256Digest.HexDigits], out Sha256Digest sha256))
        {
            return false;
        }

        element.Id = ContentId.FromSha256(sha256);
        _position += Sha256Digest.HexDigits + 1;
        return true;
    }

    private bool TryReadBase64(ref WireElement element)
    {
        int base64Bytes = FastBase64.RunLength(_datagram[_position..]);
        if (base64Bytes > _limits.StringBytesMax)
            return false;
        element.Base64 = new WireSlice(_position, base64Bytes);
        _position += base64Bytes;
        return TryConsume((byte)'"');
    }

    private bool TryReadInteger(out long value)
    {
        // 18 digits can not overflow; whoever writes more, or a leading zero, is heard by the full reader.
        const int DigitsMax = 18;
        value = 0;
        int start = _position;
        while (_position < _datagram.Length && char.IsAsciiDigit((char)_datagram[_position]))
        {
            if (_position - start == DigitsMax)
                return false;
            value = (value * 10) + (_datagram[_position++] - '0');
        }

        int digits = _position - start;
        return digits > 0 && (digits == 1 || _datagram[start] != (byte)'0') && value <= _limits.OffsetMax;
    }

    private bool TryConsume(byte expected)
    {
        if (_position >= _datagram.Length || _datagram[_position] != expected)
            return false;
        _position++;
        return true;
    }

    private bool TryConsume(scoped ReadOnlySpan<byte> expected)
    {
        if (!_datagram[_position..].StartsWith(expected))
            return false;
        _position += expected.Length;
        return true;
    }
}
