using System.Globalization;
using Cjp2p.Actors.Protocol;
using CsCheck;
using ContentMessage = Cjp2p.Actors.Protocol.Content;
using PeersMessage = Cjp2p.Actors.Protocol.Peers;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>Addresses, ids, JSON and messages as CsCheck makes them up.</summary>
internal static class Generators
{
    public static readonly Gen<PeerAddress> Address = Gen.OneOf(
        Gen.Select(Gen.UInt, Gen.UShort, PeerAddress.FromIPv4),
        Gen.Select(Gen.UInt[0, 3], Gen.UShort[0, 2], PeerAddress.FromIPv4),
        Gen.Select(Gen.Byte.Array[16], Gen.UShort, Gen.UInt, (bytes, port, scope) => PeerAddress.FromIPv6(bytes, port, scope)),
        // Mostly zero groups, for every place and length of a gap.
        Gen.Select(
            Gen.OneOf<byte>(0, 0, 0, 0, 1, 0xFF).Array[16], Gen.UShort, Gen.UInt[0, 2],
            (bytes, port, scope) => PeerAddress.FromIPv6(bytes, port, scope)));

    public static readonly Gen<ContentId> Id = Gen.OneOf(
        Gen.Byte.Array[32].Select(bytes => ContentId.FromSha256(Sha256Digest.FromBytes(bytes))),
        Gen.Char["abcXYZ019 \"'_-~äß日"].Array[1, 60].Select(chars => Wire.Id(new string(chars))));

    public static readonly Gen<long> Number =
        Gen.OneOf(Gen.Long[0, 10], Gen.Long[0, 100_000], Gen.Long[0, Wire.Limits.OffsetMax], Gen.Const(Wire.Limits.OffsetMax));

    /// <summary>JSON without much white space, at most six levels deep.</summary>
    public static readonly Gen<string> Json = JsonOfDepth(5);

    /// <summary>JSON that is not null and short enough for a cookie.</summary>
    public static readonly Gen<RawJson> CookiePayload = Json
        .Where(json => json != "null" && Wire.Bytes(json).Length <= Wire.Limits.CookieBytesMax)
        .Select(RawJson.CopyOf);

    public static readonly Gen<WireMessage> Message = Gen.OneOf<WireMessage>(
        Gen.Const<WireMessage>(new PleaseSendPeers()),
        Gen.Const<WireMessage>(new PleaseListSupportedMessages()),
        Address.Array[0, 20].Select(a => (WireMessage)new PeersMessage([.. a])),
        CookiePayload.Select(p => (WireMessage)new PleaseAlwaysReturnThisMessage(p)),
        CookiePayload.Select(p => (WireMessage)new AlwaysReturned(p)),
        CookiePayload.Select(p => (WireMessage)new PleaseReturnThisMessage(p)),
        CookiePayload.Select(p => (WireMessage)new ReturnedMessage(p)),
        Gen.Select(Id, Number, Number, (id, length, offset) => (WireMessage)new PleaseSendContent(id, length, offset)),
        Gen.Select(
            Id, Number, Gen.Byte.Array[0, 400], Gen.OneOf(Number.Select(n => (long?)n), Gen.Const((long?)null)),
            (id, offset, bytes, eof) => (WireMessage)new ContentMessage(id, offset, [.. bytes], eof)),
        Gen.Select(Id, Address.Array[1, 20], (id, a) => (WireMessage)new MaybeTheyHaveSome(id, [.. a])),
        Json.Select(json => (WireMessage)new SupportedMessages(RawJson.CopyOf($$"""{"schema":{{json}}}"""))),
        Gen.Select(
            Gen.Char["abcABC \"\\/\n\u0001ä日"].Array[0, 15], Json.Where(json => json != "null"),
            (name, json) => (WireMessage)new UnknownMessage("X" + new string(name), RawJson.CopyOf(json), Truncated: false)));

    private static Gen<string> JsonOfDepth(int depth)
    {
        Gen<string> text = Gen.OneOf(
            "", "a", "cookie", "ä", "日本", "\\n", "\\\"", "\\u0041", "\\ud83d\\ude00", "\\/", "😀", " ", "{", "]").Array[0, 4]
            .Select(string.Concat).Select(s => $"\"{s}\"");
        Gen<string> leaf = Gen.OneOf(
            Gen.OneOf("null", "true", "false", "0", "-0", "1e3", "1.50", "-12.5E-3", "18446744073709551616"),
            Gen.Long.Select(n => n.ToString(CultureInfo.InvariantCulture)),
            text);
        if (depth == 0)
            return leaf;
        Gen<string> inner = JsonOfDepth(depth - 1);
        return Gen.Frequency(
            (4, leaf),
            (1, inner.Array[0, 3].Select(items => $"[{string.Join(',', items)}]")),
            (1, Gen.Select(text, inner).Array[0, 3].Select(fields =>
                $"{{{string.Join(", ", fields.Select(f => $"{f.Item1}:{f.Item2}"))}}}")));
    }
}
