using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Takes from a datagram what <see cref="DatagramReader"/> only pointed at. Every method is given the datagram that the
/// element was read from.
/// </summary>
public static class WireDecode
{
    /// <summary>
    /// Decodes the bytes of a Content: standard alphabet, padded (what all nodes send since February 2026) or not
    /// (what the Rust node sent before); no white space, unused bits of the last character zero. False when it is not
    /// base64, or does not fit <paramref name="destination"/>, whose bytes may have changed then.
    /// </summary>
    public static bool TryDecodeBase64(ReadOnlySpan<byte> datagram, in WireElement content, Span<byte> destination, out int bytes)
    {
        ReadOnlySpan<byte> written = content.Base64.Of(datagram);
        return content.Base64HasEscapes
            ? TryDecodeEscapedBase64(written, destination, out bytes)
            : TryDecodePlainBase64(written, destination, out bytes);
    }

    /// <summary>Bytes that the base64 of a Content decodes to; -1 when no base64 has that length.</summary>
    public static int Base64DecodedLength(ReadOnlySpan<byte> datagram, in WireElement content)
    {
        ReadOnlySpan<byte> written = content.Base64.Of(datagram);
        if (!content.Base64HasEscapes)
            return Base64DecodedLength(written.Length, Padding(written));

        // Count the characters that are meant, and how many '=' they end with.
        int length = 0;
        int padding = 0;
        Span<byte> last = stackalloc byte[4];
        while (!written.IsEmpty)
        {
            int run = written.IndexOf((byte)'\\');
            if (run != 0)
            {
                ReadOnlySpan<byte> plain = run < 0 ? written : written[..run];
                int notPadding = plain.LastIndexOfAnyExcept((byte)'=');
                padding = notPadding < 0 ? padding + plain.Length : plain.Length - 1 - notPadding;
                length += plain.Length;
                written = written[plain.Length..];
            }
            else if (JsonText.TryUnescapeNext(ref written, last, out int bytes) && bytes == 1)
            {
                padding = last[0] == (byte)'=' ? padding + 1 : 0;
                length++;
            }
            else
            {
                return -1;
            }
        }

        return Base64DecodedLength(length, Math.Min(padding, 2));
    }

    /// <summary>Reads where the sender of a Peers message sees us; false: it does not say, or it is no address.</summary>
    public static bool TryReadSeenAs(ReadOnlySpan<byte> datagram, in WireElement element, out PeerAddress seenAs)
    {
        seenAs = default;
        ReadOnlySpan<byte> written = element.SeenAs.Of(datagram);
        return written.Length > 2 && written[0] == (byte)'"' && PeerAddress.TryParse(written[1..^1], out seenAs);
    }

    /// <summary>
    /// Reads the addresses of a Peers or MaybeTheyHaveSome into <paramref name="destination"/> until it is full;
    /// returns how many. Entries that are no address are skipped and counted, so that one bad one costs nothing else.
    /// </summary>
    public static int ReadPeers(
        ReadOnlySpan<byte> datagram, in WireElement element, Span<PeerAddress> destination, out int skipped)
    {
        int count = 0;
        skipped = 0;
        Span<byte> unescaped = stackalloc byte[PeerAddress.TextBytesMax];
        var items = new JsonItems(datagram, element.Peers);
        while (count < destination.Length && items.Next())
        {
            scoped ReadOnlySpan<byte> text = StringOf(items.Value.Of(datagram));
            if (JsonText.HasEscapes(text))
                text = JsonText.TryUnescape(text, unescaped, out int bytes) ? unescaped[..bytes] : default;
            if (PeerAddress.TryParse(text, out destination[count]))
                count++;
            else
                skipped++;
        }

        return count;
    }

    /// <summary>
    /// The text in a cookie payload of any of the shapes that live nodes may return:
    /// <c>{"cookie":s}</c>, <c>[s]</c>, <c>["cookie",s]</c>, <c>s</c>. Other fields of the object are ignored. False for
    /// every other shape and for a text with escapes: our own cookies have none.
    /// </summary>
    public static bool TryGetCookieText(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> text)
    {
        text = default;
        var whole = new WireSlice(0, payload.Length);
        var cursor = new JsonCursor(payload);
        if (payload.IsEmpty || cursor.SkipValue(0, JsonCursor.DepthMax) != DatagramFault.None || !cursor.AtEnd)
            return false;

        ReadOnlySpan<byte> value = payload;
        if (payload[0] == (byte)'{')
        {
            int cookies = 0;
            var fields = new JsonFields(payload, whole);
            while (fields.Next())
            {
                if (!JsonText.Means(fields.Name.Of(payload), "cookie"u8))
                    continue;
                value = fields.Value.Of(payload);
                cookies++;
            }

            if (cookies != 1)
                return false;
        }
        else if (payload[0] == (byte)'[')
        {
            var items = new JsonItems(payload, whole);
            if (!items.Next())
                return false;
            value = items.Value.Of(payload);
            if (items.Next())
            {
                if (!value.SequenceEqual("\"cookie\""u8))
                    return false;
                value = items.Value.Of(payload);
                if (items.Next())
                    return false;
            }
        }

        if (value.Length < 2 || value[0] != (byte)'"' || JsonText.HasEscapes(value))
            return false;
        text = value[1..^1];
        return true;
    }

    /// <summary>
    /// Makes an immutable message of an element, for actors and tests. A Content whose base64 can not be decoded
    /// becomes an <see cref="UnknownMessage"/>; addresses that are none, or are beyond the limit, are left out.
    /// </summary>
    public static WireMessage ToMessage(ReadOnlySpan<byte> datagram, in WireElement element, WireLimits limits)
    {
        switch (element.Kind)
        {
            case WireMessageKind.PleaseSendPeers:
                return new PleaseSendPeers();
            case WireMessageKind.Peers:
                return new Peers(PeersOf(datagram, element, limits));
            case WireMessageKind.PleaseAlwaysReturnThisMessage:
                return new PleaseAlwaysReturnThisMessage(RawJson.CopyOf(element.Payload.Of(datagram)));
            case WireMessageKind.AlwaysReturned:
                return new AlwaysReturned(RawJson.CopyOf(element.Payload.Of(datagram)));
            case WireMessageKind.PleaseReturnThisMessage:
                return new PleaseReturnThisMessage(RawJson.CopyOf(element.Payload.Of(datagram)));
            case WireMessageKind.ReturnedMessage:
                return new ReturnedMessage(RawJson.CopyOf(element.Payload.Of(datagram)));
            case WireMessageKind.PleaseSendContent:
                return new PleaseSendContent(element.Id, element.Length, element.Offset);
            case WireMessageKind.MaybeTheyHaveSome:
                return new MaybeTheyHaveSome(element.Id, PeersOf(datagram, element, limits));
            case WireMessageKind.PleaseListSupportedMessages:
                return new PleaseListSupportedMessages();
            case WireMessageKind.SupportedMessages:
                return new SupportedMessages(RawJson.CopyOf(element.Payload.Of(datagram)));
            case WireMessageKind.Content:
                int length = Base64DecodedLength(datagram, element);
                if (length < 0)
                    break;
                byte[] bytes = new byte[length];
                if (!TryDecodeBase64(datagram, element, bytes, out int decoded) || decoded != length)
                    break;
                return new Content(
                    element.Id, element.Offset, ImmutableCollectionsMarshal.AsImmutableArray(bytes),
                    element.Eof < 0 ? null : element.Eof);
        }

        return ToUnknown(datagram, element, limits);
    }

    private static UnknownMessage ToUnknown(ReadOnlySpan<byte> datagram, in WireElement element, WireLimits limits)
    {
        ReadOnlySpan<byte> name = element.Name.Of(datagram);
        if (JsonText.HasEscapes(name))
        {
            byte[] unescaped = new byte[Math.Min(name.Length, limits.NameBytesMax)];
            name = JsonText.TryUnescape(name, unescaped, out int bytes) ? unescaped.AsSpan(0, bytes) : default;
        }

        ReadOnlySpan<byte> payload = element.Payload.Of(datagram);
        bool truncated = payload.Length > limits.UnknownRawBytesMax;
        if (truncated)
        {
            // Not in the middle of a character: go back over the bytes that continue one.
            int end = limits.UnknownRawBytesMax;
            while (end > 0 && (payload[end] & 0xC0) == 0x80)
                end--;
            payload = payload[..end];
        }

        return new UnknownMessage(Encoding.UTF8.GetString(name), RawJson.CopyOf(payload), truncated);
    }

    private static ImmutableArray<PeerAddress> PeersOf(ReadOnlySpan<byte> datagram, in WireElement element, WireLimits limits)
    {
        // An entry has at least the 11 bytes of "1.2.3.4:5" with its quotes.
        var peers = new PeerAddress[Math.Min(limits.PeersMax, element.Peers.Length / 11)];
        int count = ReadPeers(datagram, element, peers, out _);
        return ImmutableArray.Create(peers, 0, count);
    }

    private static ReadOnlySpan<byte> StringOf(ReadOnlySpan<byte> written) =>
        written.Length >= 2 && written[0] == (byte)'"' ? written[1..^1] : default;

    private static int Padding(ReadOnlySpan<byte> base64) =>
        base64.EndsWith("=="u8) ? 2 : base64.EndsWith("="u8) ? 1 : 0;

    private static int Base64DecodedLength(int length, int padding) => (length % 4) switch
    {
        0 => (length / 4 * 3) - padding,
        2 or 3 when padding == 0 => (length / 4 * 3) + (length % 4) - 1,
        _ => -1,
    };

    private static bool TryDecodePlainBase64(ReadOnlySpan<byte> base64, Span<byte> destination, out int bytes)
    {
        bytes = 0;
        int expected = Base64DecodedLength(base64.Length, Padding(base64));
        if (expected < 0 || expected > destination.Length)
            return false;

        int tail = base64.Length % 4;
        ReadOnlySpan<byte> whole = base64[..^tail];
        if (!whole.IsEmpty && !FastBase64.TryDecode(whole, destination[..expected], isFinal: tail == 0, out bytes))
            return false;

        if (tail > 0)
        {
            Span<byte> last = [(byte)'=', (byte)'=', (byte)'=', (byte)'='];
            base64[^tail..].CopyTo(last);
            if (Base64.DecodeFromUtf8(last, destination[bytes..], out _, out int lastBytes) != OperationStatus.Done)
                return false;
            bytes += lastBytes;
        }

        // The decoder of .NET passes over white space; then there are fewer bytes than characters promise.
        return bytes == expected;
    }

    private static bool TryDecodeEscapedBase64(ReadOnlySpan<byte> written, Span<byte> destination, out int bytes)
    {
        // In pieces of whole groups of four, so that a datagram of escapes costs no allocation either.
        const int PieceBytes = 4 * 256;
        Span<byte> piece = stackalloc byte[PieceBytes];
        int filled = 0;
        bytes = 0;
        while (!written.IsEmpty)
        {
            int run = written.IndexOf((byte)'\\');
            if (run != 0)
            {
                int plain = Math.Min(run < 0 ? written.Length : run, PieceBytes - filled);
                written[..plain].CopyTo(piece[filled..]);
                filled += plain;
                written = written[plain..];
            }
            else
            {
                if (!JsonText.TryUnescapeNext(ref written, piece[filled..], out int one) || one != 1)
                    return false;
                filled++;
            }

            if (filled == PieceBytes && !written.IsEmpty)
            {
                // Padding may only stand at the very end.
                if (Padding(piece) != 0 || !TryDecodePlainBase64(piece, destination[bytes..], out int decoded))
                    return false;
                bytes += decoded;
                filled = 0;
            }
        }

        if (!TryDecodePlainBase64(piece[..filled], destination[bytes..], out int rest))
            return false;
        bytes += rest;
        return true;
    }
}
