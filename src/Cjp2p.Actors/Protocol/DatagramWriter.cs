using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Writes one datagram, a compact JSON array, into a buffer whose length is its limit. A TryWrite adds a whole element
/// or nothing. Fields stand in the order of the July 2026 Rust node. Raw JSON that is handed in is trusted to be one
/// JSON value and is copied byte for byte.
/// </summary>
/// <param name="buffer">Where to write; no more bytes than the datagram may have.</param>
public ref struct DatagramWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _position;

    /// <summary>Elements written so far.</summary>
    public int ElementCount { get; private set; }

    /// <summary>Bytes of the datagram when nothing more is added; 0 while there is no element.</summary>
    public readonly int BytesIfFinished => ElementCount == 0 ? 0 : _position + 1;

    /// <summary>Bytes that the buffer still has room for.</summary>
    public readonly int BytesLeft => _buffer.Length - _position;

    /// <summary>Bytes of a Content element besides its base64 text, without the comma before it. A negative eof is left out.</summary>
    public static int ContentOverheadBytes(in ContentId id, long offset, long eof) =>
        """{"Content":{"id":"","offset":,"base64":""}}""".Length + EscapedLength(id) + Digits(offset)
        + (eof < 0 ? 0 : ",\"eof\":".Length + Digits(eof));

    /// <summary>Adds <c>{"PleaseSendPeers":{}}</c>.</summary>
    public bool TryWritePleaseSendPeers() => TryWriteRawElement("""{"PleaseSendPeers":{}}"""u8);

    /// <summary>Adds <c>{"PleaseListSupportedMessages":{}}</c>.</summary>
    public bool TryWritePleaseListSupportedMessages() => TryWriteRawElement("""{"PleaseListSupportedMessages":{}}"""u8);

    /// <summary>Adds a SupportedMessages with this payload.</summary>
    public bool TryWriteSupportedMessages(scoped ReadOnlySpan<byte> rawJson) =>
        TryWriteParts("""{"SupportedMessages":"""u8, rawJson, "}"u8);

    /// <summary>
    /// Adds <c>{"PleaseAlwaysReturnThisMessage":{"cookie":"text"}}</c>. The text must need no escaping in any node
    /// (printable ASCII without quote and backslash; hex is best), or nothing is added.
    /// </summary>
    public bool TryWriteCookieRequest(scoped ReadOnlySpan<byte> cookieText) =>
        !cookieText.ContainsAnyExceptInRange((byte)' ', (byte)'~')
        && cookieText.IndexOfAny((byte)'"', (byte)'\\') < 0
        && TryBegin("""{"PleaseAlwaysReturnThisMessage":{"cookie":""}}""".Length + cookieText.Length)
        && Append("{\"PleaseAlwaysReturnThisMessage\":{\"cookie\":\""u8)
        && Append(cookieText)
        && Append("\"}}"u8);

    /// <summary>Adds an AlwaysReturned with this payload.</summary>
    public bool TryWriteAlwaysReturned(scoped ReadOnlySpan<byte> rawJson) =>
        TryWriteParts("""{"AlwaysReturned":"""u8, rawJson, "}"u8);

    /// <summary>Adds a PleaseReturnThisMessage with this payload.</summary>
    public bool TryWritePleaseReturn(scoped ReadOnlySpan<byte> rawJson) =>
        TryWriteParts("""{"PleaseReturnThisMessage":"""u8, rawJson, "}"u8);

    /// <summary>Adds a ReturnedMessage with this payload.</summary>
    public bool TryWriteReturned(scoped ReadOnlySpan<byte> rawJson) =>
        TryWriteParts("""{"ReturnedMessage":"""u8, rawJson, "}"u8);

    /// <summary>
    /// Adds a Peers with as many of the addresses, from the first on, as fit. Returns how many; -1, with nothing
    /// added, when not even an empty list fits.
    /// </summary>
    public int TryWritePeers(scoped ReadOnlySpan<PeerAddress> peers) => TryWritePeers(peers, default);

    /// <summary>As <see cref="TryWritePeers(ReadOnlySpan{PeerAddress})"/>, and tells the receiver where its datagrams come from.</summary>
    /// <param name="peers">The addresses.</param>
    /// <param name="seenAs">Address of the receiver as it is seen here; port 0: nothing is told.</param>
    public int TryWritePeers(scoped ReadOnlySpan<PeerAddress> peers, in PeerAddress seenAs)
    {
        Span<byte> text = stackalloc byte[PeerAddress.TextBytesMax];
        int bytes = seenAs.Port == 0 ? 0 : seenAs.Format(text);
        if (bytes > 0 && TryBegin("""{"Peers":{"you_appear_to_be_at":"","peers":[]}}""".Length + bytes))
        {
            Append("""{"Peers":{"you_appear_to_be_at":"""u8);
            _buffer[_position++] = (byte)'"';
            Append(text[..bytes]);
            Append("\",\"peers\":["u8);
            return WriteAddressesAndClose(peers);
        }

        if (!TryBegin("""{"Peers":{"peers":[]}}""".Length))
            return -1;
        Append("""{"Peers":{"peers":["""u8);
        return WriteAddressesAndClose(peers);
    }

    /// <summary>
    /// Adds a MaybeTheyHaveSome with as many of the addresses, from the first on, as fit. Returns how many; 0, with
    /// nothing added, for no addresses; -1, with nothing added, when not even one fits.
    /// </summary>
    public int TryWriteMaybeTheyHaveSome(scoped in ContentId id, scoped ReadOnlySpan<PeerAddress> peers)
    {
        if (peers.IsEmpty)
            return 0;
        (int position, int count) = (_position, ElementCount);
        if (!TryBegin("""{"MaybeTheyHaveSome":{"id":"","peers":[]}}""".Length + EscapedLength(id)))
            return -1;
        Append("{\"MaybeTheyHaveSome\":{\"id\":\""u8);
        AppendId(id);
        Append("\",\"peers\":["u8);
        int written = WriteAddressesAndClose(peers);
        if (written > 0)
            return written;
        (_position, ElementCount) = (position, count);
        return -1;
    }

    /// <summary>Adds <c>{"PleaseSendContent":{"id":id,"length":length,"offset":offset}}</c>; nothing for negative numbers.</summary>
    public bool TryWritePleaseSendContent(scoped in ContentId id, long length, long offset) =>
        length >= 0
        && offset >= 0
        && TryBegin("""{"PleaseSendContent":{"id":"","length":,"offset":}}""".Length + EscapedLength(id)
            + Digits(length) + Digits(offset))
        && Append("{\"PleaseSendContent\":{\"id\":\""u8)
        && AppendId(id)
        && Append("\",\"length\":"u8)
        && AppendNumber(length)
        && Append(",\"offset\":"u8)
        && AppendNumber(offset)
        && Append("}}"u8);

    /// <summary>
    /// Adds <c>{"Content":{"id":id,"offset":offset,"base64":"...","eof":eof}}</c>, padded standard base64. A negative
    /// eof is left out; nothing is added for a negative offset.
    /// </summary>
    public bool TryWriteContent(scoped in ContentId id, long offset, scoped ReadOnlySpan<byte> bytes, long eof)
    {
        if (offset < 0 || bytes.Length > _buffer.Length)
            return false;
        int base64Bytes = Base64.GetMaxEncodedToUtf8Length(bytes.Length);
        if (!TryBegin(ContentOverheadBytes(id, offset, eof) + base64Bytes))
            return false;
        Append("{\"Content\":{\"id\":\""u8);
        AppendId(id);
        Append("\",\"offset\":"u8);
        AppendNumber(offset);
        Append(",\"base64\":\""u8);
        FastBase64.Encode(bytes, _buffer.Slice(_position, base64Bytes));
        _position += base64Bytes;
        Append("\""u8);
        if (eof >= 0)
        {
            Append(",\"eof\":"u8);
            AppendNumber(eof);
        }

        return Append("}}"u8);
    }

    /// <summary>Adds an element that is already encoded, <c>{"Name":payload}</c>.</summary>
    public bool TryWriteRawElement(scoped ReadOnlySpan<byte> element) => !element.IsEmpty && TryBegin(element.Length) && Append(element);

    /// <summary>
    /// Adds any message, with all that is in it or not at all. False also for what can not be said: a MaybeTheyHaveSome
    /// without addresses, an unknown message that was truncated, raw JSON that is empty.
    /// </summary>
    public bool TryWrite(WireMessage message)
    {
        switch (message)
        {
            case PleaseSendPeers:
                return TryWritePleaseSendPeers();
            case Peers m:
                (int position, int count) = (_position, ElementCount);
                if (TryWritePeers(m.Addresses.AsSpan()) == m.Addresses.AsSpan().Length)
                    return true;
                (_position, ElementCount) = (position, count);
                return false;
            case PleaseAlwaysReturnThisMessage m:
                return TryWriteParts("""{"PleaseAlwaysReturnThisMessage":"""u8, m.Payload.Utf8, "}"u8);
            case AlwaysReturned m:
                return TryWriteAlwaysReturned(m.Payload.Utf8);
            case PleaseReturnThisMessage m:
                return TryWritePleaseReturn(m.Payload.Utf8);
            case ReturnedMessage m:
                return TryWriteReturned(m.Payload.Utf8);
            case PleaseSendContent m:
                return TryWritePleaseSendContent(m.Id, m.Length, m.Offset);
            case Content m:
                return TryWriteContent(m.Id, m.Offset, m.Bytes.AsSpan(), m.Eof ?? -1);
            case MaybeTheyHaveSome m:
                (position, count) = (_position, ElementCount);
                if (!m.Addresses.IsDefaultOrEmpty
                    && TryWriteMaybeTheyHaveSome(m.Id, m.Addresses.AsSpan()) == m.Addresses.Length)
                {
                    return true;
                }

                (_position, ElementCount) = (position, count);
                return false;
            case PleaseListSupportedMessages:
                return TryWritePleaseListSupportedMessages();
            case SupportedMessages m:
                return TryWriteSupportedMessages(m.Payload.Utf8);
            case UnknownMessage { Truncated: false } m:
                byte[] name = EscapeName(m.Name);
                return TryWriteParts(name, m.Raw.Utf8, "}"u8);
            default:
                return false;
        }
    }

    /// <summary>Writes the closing bracket and returns the bytes of the datagram; 0 when no element was added.</summary>
    public readonly int Finish()
    {
        if (ElementCount == 0)
            return 0;
        _buffer[_position] = (byte)']';
        return _position + 1;
    }

    private static int Digits(long value)
    {
        int digits = 1;
        for (; value >= 10; value /= 10)
            digits++;
        return digits;
    }

    private static int EscapedLength(in ContentId id) => id.Name is null
        ? Sha256Digest.HexDigits
        : id.Utf8Length + id.Name.AsSpan().Count('"');

    private static byte[] EscapeName(string name)
    {
        var escaped = new StringBuilder("{\"");
        foreach (char c in name)
        {
            if (c is '"' or '\\')
                escaped.Append('\\').Append(c);
            else if (c < ' ')
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                escaped.Append(c);
        }

        return Encoding.UTF8.GetBytes(escaped.Append("\":").ToString());
    }

    // Makes sure of room for the separator, the element and the closing bracket; writes the separator.
    private bool TryBegin(int elementBytes)
    {
        if (_position + 1L + elementBytes + 1 > _buffer.Length)
            return false;
        _buffer[_position++] = ElementCount == 0 ? (byte)'[' : (byte)',';
        ElementCount++;
        return true;
    }

    // Only after TryBegin made sure of the room. True, so that calls can be chained.
    private bool Append(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[_position..]);
        _position += bytes.Length;
        return true;
    }

    private bool AppendNumber(long value)
    {
        value.TryFormat(_buffer[_position..], out int written, default, CultureInfo.InvariantCulture);
        _position += written;
        return true;
    }

    private bool AppendId(scoped in ContentId id)
    {
        if (id.Name is null || !id.Name.Contains('"', StringComparison.Ordinal))
        {
            _position += id.Format(_buffer[_position..]);
            return true;
        }

        // Of what JSON has to escape, an id can only hold the quote.
        Span<byte> name = stackalloc byte[ContentId.NameBytesMax];
        foreach (byte b in name[..id.Format(name)])
        {
            if (b == (byte)'"')
                _buffer[_position++] = (byte)'\\';
            _buffer[_position++] = b;
        }

        return true;
    }

    /// <summary>Adds a Peers that was written before, whole, and tells the receiver where its datagrams come from.</summary>
    /// <param name="element">As <see cref="TryWritePeers(ReadOnlySpan{PeerAddress})"/> wrote it, without the brackets of the datagram.</param>
    /// <param name="seenAs">Address of the receiver as it is seen here; port 0: nothing is told.</param>
    internal bool TryWritePeersAgain(scoped ReadOnlySpan<byte> element, in PeerAddress seenAs)
    {
        if (seenAs.Port == 0)
            return TryWriteRawElement(element);
        Span<byte> text = stackalloc byte[PeerAddress.TextBytesMax];
        int bytes = seenAs.Format(text);
        var head = "{\"Peers\":{\"you_appear_to_be_at\":\""u8;
        var rest = element["{\"Peers\":{".Length..];
        return TryBegin(head.Length + bytes + 2 + rest.Length)
            && Append(head)
            && Append(text[..bytes])
            && Append("\","u8)
            && Append(rest);
    }

    private bool TryWriteParts(
        scoped ReadOnlySpan<byte> before, scoped ReadOnlySpan<byte> rawJson, scoped ReadOnlySpan<byte> after) =>
        !rawJson.IsEmpty
        && TryBegin(before.Length + rawJson.Length + after.Length)
        && Append(before)
        && Append(rawJson)
        && Append(after);

    private int WriteAddressesAndClose(scoped ReadOnlySpan<PeerAddress> peers)
    {
        // "]}}" ends the element and "]" the datagram.
        const int ClosingBytes = 4;
        Span<byte> text = stackalloc byte[PeerAddress.TextBytesMax];
        int written = 0;
        foreach (ref readonly PeerAddress peer in peers)
        {
            int textBytes = peer.Format(text);
            int comma = written == 0 ? 0 : 1;
            if (_position + comma + textBytes + 2 + ClosingBytes > _buffer.Length)
                break;
            if (comma != 0)
                _buffer[_position++] = (byte)',';
            _buffer[_position++] = (byte)'"';
            Append(text[..textBytes]);
            _buffer[_position++] = (byte)'"';
            written++;
        }

        Append("]}}"u8);
        return written;
    }
}
