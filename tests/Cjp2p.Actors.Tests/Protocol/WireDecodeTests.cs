using System.Text;
using Cjp2p.Actors.Protocol;
using CsCheck;
using ContentMessage = Cjp2p.Actors.Protocol.Content;

namespace Cjp2p.Actors.Tests.Protocol;

public sealed class WireDecodeTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("aA==", "h")]
    [InlineData("aGk=", "hi")]
    [InlineData("aGkh", "hi!")]
    [InlineData("aA", "h")]
    [InlineData("aGk", "hi")]
    [InlineData("aGkhaA", "hi!h")]
    [InlineData("Pz8/Pj4+", "???>>>")]
    [InlineData("Pz8\\/Pj4+", "???>>>")]
    [InlineData("Pz8\\u002FPj4\\u002b", "???>>>")]
    [InlineData("aGk\\u003d", "hi")]
    [InlineData("a\\u0041\\u003d\\u003D", "h")]
    [InlineData("\\u0061\\u0047\\u006b", "hi")]
    public void Base64_is_decoded_padded_or_not_escaped_or_not(string written, string expected)
    {
        (byte[] datagram, WireElement element) = ContentWith(written);
        Assert.Equal(expected.Length, WireDecode.Base64DecodedLength(datagram, element));
        byte[] bytes = new byte[expected.Length];
        Assert.True(WireDecode.TryDecodeBase64(datagram, element, bytes, out int count));
        Assert.Equal(expected, Encoding.ASCII.GetString(bytes, 0, count));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("aGkha")]
    [InlineData("a===")]
    [InlineData("=")]
    [InlineData("==")]
    [InlineData("====")]
    [InlineData("aA=")]
    [InlineData("aGk==")]
    [InlineData("aGkhaA=")]
    [InlineData("aA==aA==")]
    [InlineData("aGk=aGk")]
    [InlineData("aGk=aA")]
    [InlineData("aG k")]
    [InlineData(" aGkh")]
    [InlineData("aGkh ")]
    [InlineData("aGkh    ")]
    [InlineData("    ")]
    [InlineData("aGk=    ")]
    [InlineData("aA ==")]
    [InlineData("aGkh\\n")]
    [InlineData("aG\\nk")]
    [InlineData("\\n\\n\\n\\n")]
    [InlineData("aGk\\\\")]
    [InlineData("aGk_")]
    [InlineData("aG-k")]
    [InlineData("aGkä")]
    [InlineData("aGk\\u00e4")]
    [InlineData("aGk\\ud83d\\ude00")]
    [InlineData("aGk\\ud83d")]
    [InlineData("aGl=")]
    [InlineData("aGl")]
    [InlineData("aB==")]
    [InlineData("aB")]
    public void Everything_else_is_no_base64(string written)
    {
        (byte[] datagram, WireElement element) = ContentWith(written);
        Assert.False(WireDecode.TryDecodeBase64(datagram, element, new byte[100], out _));
        // The message is told, but not as a content.
        Assert.Equal("Content", Assert.IsType<UnknownMessage>(WireDecode.ToMessage(datagram, element, Wire.Limits)).Name);
    }

    [Fact]
    public void Padding_in_the_middle_is_found_wherever_it_is()
    {
        // Long escaped texts are decoded in pieces; padding must not pass where one of them happens to end.
        for (int before = 0; before < 2100; before += 4)
        {
            (byte[] datagram, WireElement element) = ContentWith($"{new string('A', before)}aGk\\u003dAAAA");
            Assert.False(WireDecode.TryDecodeBase64(datagram, element, new byte[4000], out _));
            (datagram, element) = ContentWith($"{new string('A', before)}aGk\\u003d");
            Assert.True(WireDecode.TryDecodeBase64(datagram, element, new byte[4000], out int bytes));
            Assert.Equal((before / 4 * 3) + 2, bytes);
        }
    }

    [Theory]
    [InlineData("aGkh")]
    [InlineData("aGk=")]
    [InlineData("aGk")]
    [InlineData("aGk\\u003d")]
    public void Bytes_that_do_not_fit_are_not_decoded(string written)
    {
        (byte[] datagram, WireElement element) = ContentWith(written);
        int length = WireDecode.Base64DecodedLength(datagram, element);
        Assert.True(WireDecode.TryDecodeBase64(datagram, element, new byte[length], out _));
        Assert.False(WireDecode.TryDecodeBase64(datagram, element, new byte[length - 1], out _));
    }

    [Theory]
    [InlineData("a", -1)]
    [InlineData("aGkha", -1)]
    [InlineData("aGk==", -1)]
    [InlineData("aGkhaA=", -1)]
    [InlineData("aGkhaA==", 4)]
    [InlineData("aGkhaA", 4)]
    [InlineData("aGkhaGk", 5)]
    [InlineData("\\u0061", -1)]
    [InlineData("aGk\\u00e4", -1)]
    [InlineData("aA\\u003d=", 1)]
    public void Length_of_the_bytes_is_known_before_they_are_decoded(string written, int expected)
    {
        (byte[] datagram, WireElement element) = ContentWith(written);
        Assert.Equal(expected, WireDecode.Base64DecodedLength(datagram, element));
    }

    [Fact]
    public void Any_bytes_come_back_from_any_spelling_of_their_base64() =>
        Gen.Select(Gen.Byte.Array[0, 3000], Gen.Bool, Gen.Int[0, 8]).Sample((bytes, padded, escapeEvery) =>
        {
            string base64 = Convert.ToBase64String(bytes);
            if (!padded)
                base64 = base64.TrimEnd('=');
            if (escapeEvery > 0)
                base64 = string.Concat(base64.Select((c, i) => i % escapeEvery == 0 ? $"\\u{(int)c:x4}" : c.ToString()));
            (byte[] datagram, WireElement element) = ContentWith(base64);
            Assert.Equal(bytes.Length, WireDecode.Base64DecodedLength(datagram, element));
            byte[] decoded = new byte[bytes.Length];
            Assert.True(WireDecode.TryDecodeBase64(datagram, element, decoded, out int count));
            Assert.Equal(bytes.Length, count);
            Assert.Equal(bytes, decoded);
        });

    [Fact]
    public void Nearly_base64_is_decoded_as_dotnet_decodes_it_or_refused() =>
        Gen.Char["AQaz09+/= \\"].Array[0, 16].Sample(chars =>
        {
            string text = new(chars);
            (byte[] datagram, WireElement element) = ContentWith(text.Replace("\\", "\\/", StringComparison.Ordinal));
            byte[] decoded = new byte[100];
            bool isBase64 = WireDecode.TryDecodeBase64(datagram, element, decoded, out int count);
            string meant = text.Replace('\\', '/');
            string canonical = meant.Contains('=', StringComparison.Ordinal) ? meant : meant.PadRight((meant.Length + 3) / 4 * 4, '=');
            if (isBase64)
            {
                Assert.Equal(canonical, Convert.ToBase64String(decoded, 0, count));
                Assert.Equal(count, WireDecode.Base64DecodedLength(datagram, element));
            }
            else
            {
                byte[] dotnet = new byte[100];
                Assert.False(Convert.TryFromBase64String(canonical, dotnet, out int n) && Convert.ToBase64String(dotnet, 0, n) == canonical);
            }
        });

    [Fact]
    public void Bad_entries_of_a_list_of_peers_are_skipped_and_counted()
    {
        (byte[] datagram, WireElement element) = ElementOf(
            """{"Peers":{"peers":["1.2.3.4:1","nonsense",7,null,["1.2.3.4:9"],{"a":"1.2.3.4:9"},"[::1]:2","\u0031.2.3.4:3","","\ud800"]}}""");
        var peers = new PeerAddress[10];
        Assert.Equal(3, WireDecode.ReadPeers(datagram, element, peers, out int skipped));
        Assert.Equal(7, skipped);
        Assert.Equal([Wire.Peer("1.2.3.4:1"), Wire.Peer("[::1]:2"), Wire.Peer("1.2.3.4:3")], peers[..3]);
    }

    [Fact]
    public void Reading_peers_stops_where_the_destination_is_full()
    {
        (byte[] datagram, WireElement element) = ElementOf(
            """{"MaybeTheyHaveSome":{"id":"a","peers":["x","1.2.3.4:1","1.2.3.4:2","y"]}}""");
        var peers = new PeerAddress[1];
        Assert.Equal(1, WireDecode.ReadPeers(datagram, element, peers, out int skipped));
        Assert.Equal((1, Wire.Peer("1.2.3.4:1")), (skipped, peers[0]));
        Assert.Equal(0, WireDecode.ReadPeers(datagram, element, [], out skipped));
        Assert.Equal(0, skipped);
    }

    [Fact]
    public void An_address_spelled_longer_than_any_address_is_skipped()
    {
        string escaped = string.Concat("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535".Select(c => $"\\u{(int)c:x4}"));
        (byte[] datagram, WireElement element) = ElementOf($$$"""{"Peers":{"peers":["{{{escaped}}}","{{{escaped}}}\u0030"]}}""");
        Assert.Equal(1, WireDecode.ReadPeers(datagram, element, new PeerAddress[2], out int skipped));
        Assert.Equal(1, skipped);
    }

    [Fact]
    public void Reading_peers_of_an_element_without_any_gives_none()
    {
        (byte[] datagram, WireElement element) = ElementOf("""{"PleaseSendPeers":{}}""");
        Assert.Equal(0, WireDecode.ReadPeers(datagram, element, new PeerAddress[1], out int skipped));
        Assert.Equal(0, skipped);
    }

    [Theory]
    [InlineData("{\"cookie\":\"0a1b2c3d\"}")]
    [InlineData("{ \"cookie\" : \"0a1b2c3d\" }")]
    [InlineData("{\"z\":1,\"cookie\":\"0a1b2c3d\",\"cookies\":null}")]
    [InlineData("{\"\\u0063ookie\":\"0a1b2c3d\"}")]
    [InlineData("[\"0a1b2c3d\"]")]
    [InlineData("[ \"0a1b2c3d\" ]")]
    [InlineData("[\"cookie\",\"0a1b2c3d\"]")]
    [InlineData("[\"cookie\" , \"0a1b2c3d\"]")]
    [InlineData("\"0a1b2c3d\"")]
    public void A_cookie_is_found_in_every_shape_that_live_nodes_return(string payload)
    {
        Assert.True(WireDecode.TryGetCookieText(Wire.Bytes(payload), out ReadOnlySpan<byte> text));
        Assert.Equal("0a1b2c3d", Encoding.UTF8.GetString(text));
    }

    [Fact]
    public void A_list_of_the_word_cookie_alone_is_a_cookie_of_that_text()
    {
        Assert.True(WireDecode.TryGetCookieText("""["cookie"]"""u8, out ReadOnlySpan<byte> text));
        Assert.Equal("cookie", Encoding.UTF8.GetString(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"key\":883907365}")]
    [InlineData("{\"cookie\":883907365}")]
    [InlineData("{\"cookie\":[\"0a1b2c3d\"]}")]
    [InlineData("{\"cookie\":null}")]
    [InlineData("{\"cookie\":\"a\",\"cookie\":\"a\"}")]
    [InlineData("{\"cookie\":\"a\\u0062\"}")]
    [InlineData("[\"a\",\"b\"]")]
    [InlineData("[\"cookie\",\"a\",\"b\"]")]
    [InlineData("[\"cookie\",1]")]
    [InlineData("[1]")]
    [InlineData("12345")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("\"a\\\\\"")]
    [InlineData("\"open")]
    [InlineData("\"a\" \"b\"")]
    [InlineData("{\"cookie\":\"a\"")]
    [InlineData("{\"cookie\":\"a\"}}")]
    [InlineData("[\"a\",]")]
    [InlineData(" \"a\"")]
    public void No_cookie_is_found_in_anything_else(string payload)
    {
        Assert.False(WireDecode.TryGetCookieText(Wire.Bytes(payload), out ReadOnlySpan<byte> text));
        Assert.Equal(0, text.Length);
    }

    [Fact]
    public void A_cookie_that_is_found_is_a_string_of_the_payload_whatever_the_payload() =>
        Gen.OneOf(Datagrams.Noise, Datagrams.TokenSoup, Generators.Json.Select(Wire.Bytes)).Sample(payload =>
        {
            if (WireDecode.TryGetCookieText(payload, out ReadOnlySpan<byte> text))
                Assert.True(payload.AsSpan().IndexOf((ReadOnlySpan<byte>)[(byte)'"', .. text, (byte)'"']) >= 0);
        });

    [Fact]
    public void A_content_keeps_all_of_a_large_datagram()
    {
        byte[] bytes = new byte[40_960];
        new Random(7).NextBytes(bytes);
        (byte[] datagram, WireElement element) = ContentWith(Convert.ToBase64String(bytes));
        Assert.Equal(
            new ContentMessage(Wire.Id(Wire.Hex), 7, [.. bytes], 9), WireDecode.ToMessage(datagram, element, Wire.Limits));
    }

    private static (byte[] Datagram, WireElement Element) ContentWith(string base64) =>
        ElementOf($$$"""{"Content":{"id":"{{{Wire.Hex}}}","offset":7,"base64":"{{{base64}}}","eof":9}}""");

    private static (byte[] Datagram, WireElement Element) ElementOf(string element)
    {
        byte[] datagram = Wire.Bytes($"[{element}]");
        var reader = new DatagramReader(Wire.Limits);
        Assert.Equal((DatagramFault.None, 0), (reader.Read(datagram).Fault, reader.Read(datagram).Skipped));
        return (datagram, reader.Elements[0]);
    }
}
