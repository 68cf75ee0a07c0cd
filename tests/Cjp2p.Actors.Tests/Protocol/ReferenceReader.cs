using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Cjp2p.Actors.Protocol;
using ContentMessage = Cjp2p.Actors.Protocol.Content;
using PeersMessage = Cjp2p.Actors.Protocol.Peers;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>
/// The rules of reading a second time, written for clarity on top of System.Text.Json, to compare the reader with. It
/// knows the default limits only.
/// </summary>
internal static class ReferenceReader
{
    public enum Shape
    {
        NotJson,
        NotAnArray,
        Array,
    }

    /// <summary>What a datagram is as a whole.</summary>
    public static Shape ShapeOf(byte[] datagram, int depthMax)
    {
        if (!Utf8.IsValid(datagram))
            return Shape.NotJson;
        try
        {
            var reader = new Utf8JsonReader(datagram, new JsonReaderOptions { MaxDepth = depthMax });
            reader.Read();
            Shape shape = reader.TokenType == JsonTokenType.StartArray ? Shape.Array : Shape.NotAnArray;
            while (reader.Read())
            {
            }

            return shape;
        }
        catch (JsonException)
        {
            return Shape.NotJson;
        }
    }

    /// <summary>The messages of a datagram whose shape is an array, and how many entries are none.</summary>
    public static (List<WireMessage> Messages, int Skipped) Read(byte[] datagram)
    {
        using JsonDocument document = JsonDocument.Parse(datagram, new JsonDocumentOptions { MaxDepth = Wire.Limits.DepthMax });
        var messages = new List<WireMessage>();
        foreach (JsonElement entry in document.RootElement.EnumerateArray().Take(Wire.Limits.ElementsMax))
        {
            if (MessageOf(entry) is { } message)
                messages.Add(message);
        }

        return (messages, document.RootElement.GetArrayLength() - messages.Count);
    }

    private static WireMessage? MessageOf(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || entry.EnumerateObject().Count() != 1)
            return null;
        JsonProperty property = entry.EnumerateObject().Single();
        JsonElement payload = property.Value;
        if (NameOf(property) is not { } name
            || Encoding.UTF8.GetByteCount(name) > Wire.Limits.NameBytesMax
            || payload.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        switch (name)
        {
            case "PleaseAlwaysReturnThisMessage":
                return CookieOf(payload) is { } p ? new PleaseAlwaysReturnThisMessage(p) : null;
            case "AlwaysReturned":
                return CookieOf(payload) is { } a ? new AlwaysReturned(a) : null;
            case "PleaseReturnThisMessage":
                return CookieOf(payload) is { } q ? new PleaseReturnThisMessage(q) : null;
            case "ReturnedMessage":
                return CookieOf(payload) is { } r ? new ReturnedMessage(r) : null;
            case "PleaseSendPeers":
                return payload.ValueKind == JsonValueKind.Object ? new PleaseSendPeers() : null;
            case "PleaseListSupportedMessages":
                return payload.ValueKind == JsonValueKind.Object ? new PleaseListSupportedMessages() : null;
            case "SupportedMessages":
                return payload.ValueKind == JsonValueKind.Object
                    ? new SupportedMessages(RawJson.CopyOf(payload.GetRawText())) : null;
            case "Peers":
                return Fields(payload, "peers") is [{ } peers] && AddressesOf(peers) is { } addresses
                    ? new PeersMessage([.. addresses]) : null;
            case "MaybeTheyHaveSome":
                return Fields(payload, "id", "peers") is [{ } ofId, { } list]
                    && IdOf(ofId) is { } maybeId && AddressesOf(list) is { } holders
                    ? new MaybeTheyHaveSome(maybeId, [.. holders]) : null;
            case "PleaseSendContent":
                return Fields(payload, "id", "length", "offset") is [{ } id, { } length, { } offset]
                    && IdOf(id) is { } askedId && NumberOf(length) is { } askedLength && NumberOf(offset) is { } askedOffset
                    ? new PleaseSendContent(askedId, askedLength, askedOffset) : null;
            case "Content":
                if (Fields(payload, "id", "offset", "base64", "eof") is not [{ } contentId, { } at, { } base64, var eof]
                    || IdOf(contentId) is not { } givenId
                    || NumberOf(at) is not { } givenOffset
                    || base64.ValueKind != JsonValueKind.String
                    || (eof is { } written && NumberOf(written) is null))
                {
                    return null;
                }

                return BytesOf(base64) is { } bytes
                    ? new ContentMessage(givenId, givenOffset, [.. bytes], eof is { } end ? NumberOf(end) : null)
                    : Unknown(name, payload);
            default:
                return Unknown(name, payload);
        }
    }

    private static UnknownMessage Unknown(string name, JsonElement payload)
    {
        byte[] raw = Encoding.UTF8.GetBytes(payload.GetRawText());
        if (raw.Length <= Wire.Limits.UnknownRawBytesMax)
            return new UnknownMessage(name, RawJson.CopyOf(raw), Truncated: false);
        int length = Wire.Limits.UnknownRawBytesMax;
        while (!Utf8.IsValid(raw.AsSpan(0, length)))
            length--;
        return new UnknownMessage(name, RawJson.CopyOf(raw.AsSpan(0, length)), Truncated: true);
    }

    // The values of these fields, null where one is missing; null for no object or a duplicate.
    private static JsonElement?[]? Fields(JsonElement payload, params string[] names)
    {
        if (payload.ValueKind != JsonValueKind.Object)
            return null;
        var values = new JsonElement?[names.Length];
        foreach (JsonProperty property in payload.EnumerateObject())
        {
            int index = Array.IndexOf(names, NameOf(property));
            if (index < 0)
                continue;
            if (values[index] is not null)
                return null;
            values[index] = property.Value;
        }

        return values;
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }

    private static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }

    private static RawJson? CookieOf(JsonElement payload)
    {
        RawJson raw = RawJson.CopyOf(payload.GetRawText());
        return raw.Utf8.Length <= Wire.Limits.CookieBytesMax ? raw : null;
    }

    private static ContentId? IdOf(JsonElement value) =>
        TextOf(value) is { } text && ContentId.TryParse(text, out ContentId id) ? id : null;

    private static long? NumberOf(JsonElement value)
    {
        string raw = value.GetRawText();
        return raw.All(char.IsAsciiDigit) && BigInteger.Parse(raw, CultureInfo.InvariantCulture) <= Wire.Limits.OffsetMax
            ? value.GetInt64() : null;
    }

    private static IEnumerable<PeerAddress>? AddressesOf(JsonElement value) => value.ValueKind != JsonValueKind.Array
        ? null
        : value.EnumerateArray()
            .Select(item => PeerAddress.TryParse(TextOf(item), out PeerAddress address) ? address : (PeerAddress?)null)
            .OfType<PeerAddress>()
            .Take(Wire.Limits.PeersMax);

    private static byte[]? BytesOf(JsonElement value)
    {
        if (TextOf(value) is not { } text || text.Any(char.IsWhiteSpace))
            return null;
        if (!text.Contains('=', StringComparison.Ordinal))
            text = text.PadRight((text.Length + 3) / 4 * 4, '=');
        try
        {
            byte[] bytes = Convert.FromBase64String(text);
            return Convert.ToBase64String(bytes) == text ? bytes : null; // else unused bits are set
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
