using System.Text.Unicode;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Reads datagrams into a table that it uses again and again: one reader for each receiving thread. It never throws,
/// whatever the bytes, and allocates nothing but the string of a content id that is a plain name (at most 255 bytes) and,
/// the first few times that more elements come than ever before, a larger table.
/// A datagram is checked as JSON to its end before any element of it counts; then every element stands or falls alone.
/// </summary>
public sealed class DatagramReader
{
    // What a node that has nothing to do but keep in touch ever needs: a table for the most would be a fifth of its memory.
    private const int ElementsAtFirst = 4;

    private readonly WireLimits _limits;
    private WireElement[] _elements;
    private readonly byte[] _name;
    private readonly bool _fastSuits;
    private int _count;

    /// <summary>Makes a reader for datagrams of up to <see cref="WireLimits.ElementsMax"/> elements.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is negative, or the depth is not 1 to 64.</exception>
    public DatagramReader(WireLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.DepthMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.DepthMax, JsonCursor.DepthMax);
        ArgumentOutOfRangeException.ThrowIfNegative(limits.ElementsMax);
        ArgumentOutOfRangeException.ThrowIfNegative(limits.NameBytesMax);
        ArgumentOutOfRangeException.ThrowIfNegative(limits.OffsetMax);
        _limits = limits;
        _elements = new WireElement[Math.Min(ElementsAtFirst, limits.ElementsMax)];
        _name = new byte[limits.NameBytesMax];
        _fastSuits = FastScanner.Suits(limits);
    }

    [Flags]
    private enum Field
    {
        None = 0,
        Id = 1,
        Offset = 2,
        Length = 4,
        Base64 = 8,
        Eof = 16,
        Peers = 32,
        SeenAs = 64,
    }

    /// <summary>The usable elements of the datagram that was read last, in its order.</summary>
    public ReadOnlySpan<WireElement> Elements => _elements.AsSpan(0, _count);

    /// <summary>Reads a datagram. Its elements are in <see cref="Elements"/> until the next one is read.</summary>
    public DatagramResult Read(ReadOnlySpan<byte> datagram)
    {
        if (_fastSuits && datagram.Length <= _limits.DatagramBytesMax)
        {
            while (true)
            {
                var scanner = new FastScanner(datagram, _limits);
                if (scanner.TryRead(_elements, out _count))
                    return new DatagramResult(DatagramFault.None, _count, 0, Fast: true);
                if (_count < _elements.Length || _count == _limits.ElementsMax)
                    break;
                Grow();
            }
        }

        return ReadSlowly(datagram);
    }

    private void Grow() => Array.Resize(ref _elements, Math.Min(_elements.Length * 2, _limits.ElementsMax));

    /// <summary>Reads a datagram without the short cut for common forms; the answer is the same but for <see cref="DatagramResult.Fast"/>.</summary>
    public DatagramResult ReadSlowly(ReadOnlySpan<byte> datagram)
    {
        _count = 0;
        if (datagram.IsEmpty)
            return Unusable(DatagramFault.Empty);
        if (datagram.Length > _limits.DatagramBytesMax)
            return Unusable(DatagramFault.TooLong);
        if (!Utf8.IsValid(datagram))
            return Unusable(DatagramFault.NotUtf8);

        var cursor = new JsonCursor(datagram);
        cursor.SkipWhiteSpace();
        DatagramFault fault;
        if (!cursor.TryConsume((byte)'['))
        {
            fault = cursor.SkipValue(0, _limits.DepthMax);
            cursor.SkipWhiteSpace();
            return Unusable(fault != DatagramFault.None ? fault
                : cursor.AtEnd ? DatagramFault.NotAnArray : DatagramFault.NotJson);
        }

        int entries = 0;
        cursor.SkipWhiteSpace();
        if (!cursor.TryConsume((byte)']'))
        {
            do
            {
                cursor.SkipWhiteSpace();
                cursor.LongestStringBytes = 0;
                int start = cursor.Position;
                fault = cursor.SkipValue(1, _limits.DepthMax);
                if (fault != DatagramFault.None)
                    return Unusable(fault);
                var entry = new WireSlice(start, cursor.Position - start);
                if (_count == _elements.Length && _count < _limits.ElementsMax)
                    Grow();
                if (entries++ < _limits.ElementsMax
                    && cursor.LongestStringBytes <= _limits.StringBytesMax
                    && TryDecode(datagram, entry, ref _elements[_count]))
                {
                    _count++;
                }

                cursor.SkipWhiteSpace();
            }
            while (cursor.TryConsume((byte)','));

            if (!cursor.TryConsume((byte)']'))
                return Unusable(DatagramFault.NotJson);
        }

        cursor.SkipWhiteSpace();
        return cursor.AtEnd
            ? new DatagramResult(DatagramFault.None, _count, entries - _count, Fast: false)
            : Unusable(DatagramFault.NotJson);
    }

    private DatagramResult Unusable(DatagramFault fault)
    {
        _count = 0;
        return new DatagramResult(fault, 0, 0, Fast: false);
    }

    private bool TryDecode(ReadOnlySpan<byte> datagram, WireSlice entry, ref WireElement element)
    {
        // LCDP draft 04: each element is an object with one key, the message's name.
        var fields = new JsonFields(datagram, entry);
        if (!fields.Next())
            return false;
        (WireSlice name, WireSlice payload) = (fields.Name, fields.Value);
        if (fields.Next())
            return false;

        ReadOnlySpan<byte> meaning = name.Of(datagram);
        if (JsonText.HasEscapes(meaning))
        {
            if (!JsonText.TryUnescape(meaning, _name, out int bytes))
                return false;
            meaning = _name.AsSpan(0, bytes);
        }

        byte first = datagram[payload.Start];
        if (meaning.Length > _limits.NameBytesMax || first == (byte)'n')
            return false;

        element = new WireElement { Kind = WireNames.KindOf(meaning), Name = name, Payload = payload, Eof = -1 };
        switch (element.Kind)
        {
            case WireMessageKind.Unknown:
                return true;
            case WireMessageKind.PleaseAlwaysReturnThisMessage:
            case WireMessageKind.AlwaysReturned:
            case WireMessageKind.PleaseReturnThisMessage:
            case WireMessageKind.ReturnedMessage:
                return payload.Length <= _limits.CookieBytesMax;
            case WireMessageKind.PleaseSendPeers:
            case WireMessageKind.PleaseListSupportedMessages:
            case WireMessageKind.SupportedMessages:
                return first == (byte)'{';
            case WireMessageKind.Peers:
            case WireMessageKind.MaybeTheyHaveSome:
            case WireMessageKind.PleaseSendContent:
            case WireMessageKind.Content:
                return TryDecodeFields(datagram, ref element);
            default:
                return false;
        }
    }

    /// <summary>Whether a field, by its name as written, is one of a message whose fields are read.</summary>
    internal static bool IsKnownField(WireMessageKind kind, ReadOnlySpan<byte> name)
    {
        var (required, optional) = FieldsOf(kind);
        return (FieldOf(name) & (required | optional)) != Field.None;
    }

    private static (Field Required, Field Optional) FieldsOf(WireMessageKind kind) => kind switch
    {
        WireMessageKind.Peers => (Field.Peers, Field.SeenAs),
        WireMessageKind.MaybeTheyHaveSome => (Field.Id | Field.Peers, Field.None),
        WireMessageKind.PleaseSendContent => (Field.Id | Field.Length | Field.Offset, Field.None),
        WireMessageKind.Content => (Field.Id | Field.Offset | Field.Base64, Field.Eof),
        _ => (Field.None, Field.None),
    };

    private bool TryDecodeFields(ReadOnlySpan<byte> datagram, ref WireElement element)
    {
        var (required, optional) = FieldsOf(element.Kind);
        Field seen = Field.None;
        var fields = new JsonFields(datagram, element.Payload);
        while (fields.Next())
        {
            Field field = FieldOf(fields.Name.Of(datagram)) & (required | optional);
            if (field == Field.None)
            {
                // Fields of later versions are not ours to judge; whoever counts them looks again.
                element.HasUnknownFields = true;
                continue;
            }

            if ((seen & field) != 0 || !TryDecodeField(datagram, field, fields.Value, ref element))
                return false;
            seen |= field;
        }

        return (seen & required) == required;
    }

    private bool TryDecodeField(ReadOnlySpan<byte> datagram, Field field, WireSlice value, ref WireElement element)
    {
        scoped ReadOnlySpan<byte> written = value.Of(datagram);
        long number;
        switch (field)
        {
            case Field.Offset:
                bool isOffset = JsonText.TryReadInteger(written, _limits.OffsetMax, out number);
                element.Offset = number;
                return isOffset;
            case Field.Length:
                bool isLength = JsonText.TryReadInteger(written, _limits.OffsetMax, out number);
                element.Length = number;
                return isLength;
            case Field.Eof:
                bool isEof = JsonText.TryReadInteger(written, _limits.OffsetMax, out number);
                element.Eof = number;
                return isEof;
            case Field.Peers:
                element.Peers = value;
                return written[0] == (byte)'[';
            case Field.SeenAs:
                // An addition of ours: whatever it is, the message is what it would be without it.
                element.SeenAs = value;
                return true;
        }

        // The others are strings.
        if (written[0] != (byte)'"')
            return false;
        written = written[1..^1];
        bool hasEscapes = JsonText.HasEscapes(written);
        if (field == Field.Base64)
        {
            element.Base64 = new WireSlice(value.Start + 1, value.Length - 2);
            element.Base64HasEscapes = hasEscapes;
            return true;
        }

        Span<byte> unescaped = stackalloc byte[ContentId.NameBytesMax];
        if (hasEscapes)
        {
            if (!JsonText.TryUnescape(written, unescaped, out int bytes))
                return false;
            written = unescaped[..bytes];
        }

        bool isId = ContentId.TryParse(written, out ContentId id);
        element.Id = id;
        return isId;
    }

    private static Field FieldOf(ReadOnlySpan<byte> name) =>
        JsonText.Means(name, "id"u8) ? Field.Id
        : JsonText.Means(name, "offset"u8) ? Field.Offset
        : JsonText.Means(name, "length"u8) ? Field.Length
        : JsonText.Means(name, "base64"u8) ? Field.Base64
        : JsonText.Means(name, "eof"u8) ? Field.Eof
        : JsonText.Means(name, "peers"u8) ? Field.Peers
        : JsonText.Means(name, "you_appear_to_be_at"u8) ? Field.SeenAs
        : Field.None;
}
