using System.Text;
using CsCheck;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>Datagrams as CsCheck makes them up: shaped, misshaped, and spoilt.</summary>
internal static class Datagrams
{
    private static readonly Gen<string> Space = Gen.Frequency((20, ""), (1, " "), (1, "\r\n\t"));

    private static readonly Gen<string> FieldName =
        Gen.OneOf("id", "offset", "length", "base64", "eof", "peers", "off\\u0073et", "extra", "ID", "");

    private static readonly Gen<string> FieldValue = Gen.OneOf(
        Gen.OneOf(
            $"\"{Wire.Hex}\"", $"\"{Wire.Hex.ToUpperInvariant()}\"", "\"name\"", "\"\"", "\"a/b\"", "\"\\u0061\"", "\"a\\ud800\"",
            "\"aGk=\"", "\"aGk\"", "\"aG\\u006b=\"", "\"aGk =\"", "\"aGk\\/\"", "\"====\"", "\"a\"", "\"aGl=\"",
            "0", "1", "-0", "00", "4096", "1e3", "1.0", "9223372036854710271", "9223372036854710272", "18446744073709551616",
            "[]", "[\"1.2.3.4:5\"]", "[\"1.2.3.4:5\",\"nonsense\",7,\"[::1]:5\"]", "[\"\\u0031.2.3.4:5\",\"\\ud800\"]", "null", "{}"),
        Generators.Json);

    private static readonly Gen<string> Name = Gen.OneOf(
        "PleaseSendPeers", "Peers", "PleaseAlwaysReturnThisMessage", "AlwaysReturned", "PleaseReturnThisMessage",
        "ReturnedMessage", "PleaseSendContent", "Content", "Content", "MaybeTheyHaveSome", "PleaseListSupportedMessages",
        "SupportedMessages", "IAmHere", "\\u0043ontent", "Content\\ud800", "", "日本", new string('x', 65));

    private static readonly Gen<string> Payload = Gen.Frequency(
        (4, Gen.Select(FieldName, FieldValue, Space, (name, value, s) => $"{s}\"{name}\"{s}:{s}{value}{s}").Array[0, 5]
            .Select(fields => $"{{{string.Join(',', fields)}}}")),
        (1, Generators.Json),
        (1, Gen.OneOf("null", "[]", "{}", $"\"{new string('x', 300)}\"", $"\"{new string('日', 400)}\"")));

    private static readonly Gen<string> Entry = Gen.Frequency(
        (8, Gen.Select(Name, Payload, Space, (name, payload, s) => $"{s}{{{s}\"{name}\":{s}{payload}{s}}}")),
        (1, Generators.Json),
        (1, Gen.Select(Name, Payload, Name, (n, p, m) => $"{{\"{n}\":{p},\"{m}\":{p}}}")));

    // Whole messages, so that valid ones are not rare.
    private static readonly Gen<string> GoodEntry = Generators.Message.Select(message => Wire.Write(message)[1..^1]);

    // What a transfer consists of, with the fields in any order, some twice or missing, some numbers bad.
    private static readonly Gen<string> TransferField = Gen.OneOf(
        Gen.OneOf(
            $"\"id\":\"{Wire.Hex}\"", "\"id\":\"ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB\"", "\"id\":\"name\"",
            "\"offset\":-1", "\"eof\":01", "\"length\":1.0", "\"x\":1", "\"base64\":\"aGk\"", "\"base64\":\"a\\/k=\"", "\"base64\":\"a k=\""),
        Generators.Number.Select(n => $"\"offset\":{n}"),
        Generators.Number.Select(n => $"\"length\":{n}"),
        Generators.Number.Select(n => $"\"eof\":{n}"),
        Gen.Byte.Array[0, 50].Select(bytes => $"\"base64\":\"{Convert.ToBase64String(bytes)}\""));

    private static readonly Gen<string> TransferEntry = Gen.OneOf(
        TransferField.Array[2, 5].Select(fields => $"{{\"Content\":{{{string.Join(',', fields)}}}}}"),
        TransferField.Array[2, 4].Select(fields => $"{{\"PleaseSendContent\":{{{string.Join(',', fields)}}}}}"),
        Gen.Select(Generators.Number, Gen.Byte.Array[0, 99], Generators.Number, Gen.Shuffle<int>((int[])[0, 1, 2, 3]), (offset, bytes, eof, order) =>
        {
            string[] fields =
                [$"\"id\":\"{Wire.Hex}\"", $"\"offset\":{offset}", $"\"base64\":\"{Convert.ToBase64String(bytes)}\"", $"\"eof\":{eof}"];
            return $"{{\"Content\":{{{string.Join(',', order.Select(i => fields[i]))}}}}}";
        }),
        Gen.Select(Generators.Number, Generators.Number, Gen.Shuffle<int>((int[])[0, 1, 2]), (offset, length, order) =>
        {
            string[] fields = [$"\"id\":\"{Wire.Hex}\"", $"\"offset\":{offset}", $"\"length\":{length}"];
            return $"{{\"PleaseSendContent\":{{{string.Join(',', order.Select(i => fields[i]))}}}}}";
        }),
        Gen.Byte.Array[0, 140].Select(bytes => $"{{\"AlwaysReturned\":{{\"cookie\":\"{Convert.ToHexStringLower(bytes)}\"}}}}"),
        Gen.Byte.Array[0, 20].Select(bytes =>
            $"{{\"PleaseAlwaysReturnThisMessage\":{{\"cookie\":\"{Convert.ToHexStringLower(bytes)}\"}}}}"));

    private static readonly string[] Tokens =
    [
        "[", "]", "{", "}", ",", ":", "\"", "\\", "\\u0041", "\\ud800", "null", "true", "0", "-", "1e3", ".", " ", "\n", "\0", "é",
        "\"id\"", "\"Content\"", "{}", "[]", "日", "\uFEFF", "//", "=",
    ];

    private static readonly Gen<Func<byte[], byte[]>> Spoil = Gen.OneOf<Func<byte[], byte[]>>(
        Gen.Select(Gen.Int, Gen.Byte, (at, b) => new Func<byte[], byte[]>(d => Replace(d, at, 1, [b]))),
        Gen.Select(Gen.Int, Gen.OneOf(Tokens), (at, token) => new Func<byte[], byte[]>(d => Replace(d, at, 0, Wire.Bytes(token)))),
        Gen.Select(Gen.Int, Gen.OneOf(Tokens), (at, token) => new Func<byte[], byte[]>(d => Replace(d, at, 1, Wire.Bytes(token)))),
        Gen.Select(Gen.Int, Gen.Int[1, 30], (at, length) => new Func<byte[], byte[]>(d => Replace(d, at, length, []))),
        Gen.Select(Gen.Int, Gen.Int[1, 30], Gen.Int, (from, length, to) => new Func<byte[], byte[]>(d =>
        {
            int start = Place(d, from);
            return Replace(d, to, 0, d[start..Math.Min(d.Length, start + length)]);
        })),
        Gen.Int.Select(at => new Func<byte[], byte[]>(d => d[..Place(d, at)])));

    /// <summary>Well-formed JSON of every kind of message, right and wrong.</summary>
    public static readonly Gen<byte[]> Shaped = Gen.Frequency((1, Entry), (1, GoodEntry)).Array[0, 6]
        .Select(entries => Wire.Bytes($"[{string.Join(',', entries)}]"));

    /// <summary>Datagrams of a transfer, nearly all well-formed, many canonical.</summary>
    public static readonly Gen<byte[]> Transfer = TransferEntry.Array[1, 3]
        .Select(entries => Wire.Bytes($"[{string.Join(',', entries)}]"));

    /// <summary>Tokens of JSON in any order.</summary>
    public static readonly Gen<byte[]> TokenSoup = Gen.OneOf(Tokens).Array[0, 12].Select(tokens => Wire.Bytes($"[{string.Concat(tokens)}]"));

    /// <summary>Bytes of no shape.</summary>
    public static readonly Gen<byte[]> Noise = Gen.OneOf(
        Gen.Byte.Array[0, 200], Gen.Byte[0x20, 0x7E].Array[0, 60], TokenSoup.Select(soup => soup[1..^1]));

    /// <summary>The same, with one to four things spoilt.</summary>
    public static Gen<byte[]> Spoilt(Gen<byte[]> datagrams) => Gen.Select(datagrams, Spoil.Array[1, 4], (datagram, spoils) =>
        spoils.Aggregate(datagram, (spoilt, spoil) => spoil(spoilt)));

    /// <summary>How a failing datagram is printed.</summary>
    public static string Print(byte[] datagram) => $"{Encoding.UTF8.GetString(datagram)}\n{Convert.ToHexString(datagram)}";

    private static int Place(byte[] datagram, int at) => (int)((uint)at % (uint)(datagram.Length + 1));

    private static byte[] Replace(byte[] datagram, int at, int length, byte[] replacement)
    {
        int start = Place(datagram, at);
        int end = Math.Min(datagram.Length, start + length);
        return [.. datagram.AsSpan(0, start), .. replacement, .. datagram.AsSpan(end)];
    }
}
