using System.Text;
using Cjp2p.Actors.Protocol;
using ContentMessage = Cjp2p.Actors.Protocol.Content;
using PeersMessage = Cjp2p.Actors.Protocol.Peers;

namespace Cjp2p.Actors.Tests.Protocol;

public sealed class DatagramReaderTests
{
    private const string Hex = Wire.Hex;

    /// <summary>A well-formed element for every kind of message.</summary>
    public static TheoryData<WireMessageKind, string> OneOfEachKind => new()
    {
        { WireMessageKind.Unknown, """{"IAmHere":{"name":"py","t":1795388151}}""" },
        { WireMessageKind.PleaseSendPeers, """{"PleaseSendPeers":{}}""" },
        { WireMessageKind.Peers, """{"Peers":{"peers":["1.2.3.4:5"]}}""" },
        { WireMessageKind.PleaseAlwaysReturnThisMessage, """{"PleaseAlwaysReturnThisMessage":{"cookie":"0a1b2c3d"}}""" },
        { WireMessageKind.AlwaysReturned, """{"AlwaysReturned":{"cookie":"0a1b2c3d"}}""" },
        { WireMessageKind.PleaseReturnThisMessage, """{"PleaseReturnThisMessage":{"cookie":"11151.745030629"}}""" },
        { WireMessageKind.ReturnedMessage, """{"ReturnedMessage":{"sent_at":12.5}}""" },
        { WireMessageKind.PleaseSendContent, $$$"""{"PleaseSendContent":{"id":"{{{Hex}}}","length":4096,"offset":8192}}""" },
        { WireMessageKind.Content, $$$"""{"Content":{"id":"{{{Hex}}}","offset":0,"base64":"aGk=","eof":2}}""" },
        { WireMessageKind.MaybeTheyHaveSome, $$$"""{"MaybeTheyHaveSome":{"id":"{{{Hex}}}","peers":["1.2.3.4:5"]}}""" },
        { WireMessageKind.PleaseListSupportedMessages, """{"PleaseListSupportedMessages":{}}""" },
        { WireMessageKind.SupportedMessages, """{"SupportedMessages":{"schema":{}}}""" },
    };

    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void Reader_knows_every_message_by_its_name(WireMessageKind kind, string element)
    {
        byte[] datagram = Wire.Bytes($"[{element}]");
        var reader = new DatagramReader(Wire.Limits);
        Assert.Equal(DatagramFault.None, reader.Read(datagram).Fault);
        Assert.Equal(1, reader.Elements.Length);
        WireElement read = reader.Elements[0];
        Assert.Equal(kind, read.Kind);
        string name = Encoding.UTF8.GetString(read.Name.Of(datagram));
        Assert.Equal(element, $"{{\"{name}\":{Encoding.UTF8.GetString(read.Payload.Of(datagram))}}}");
        if (kind != WireMessageKind.Unknown)
            Assert.Equal(kind.ToString(), name);
    }

    [Fact]
    public void Every_kind_is_among_the_examples() =>
        Assert.Equal(Enum.GetValues<WireMessageKind>(), OneOfEachKind.Select(row => (WireMessageKind)row[0]));

    [Fact]
    public void Fields_of_messages_are_read()
    {
        Assert.Equal(
            new PleaseSendContent(Wire.Id(Hex), 4096, 8192),
            Wire.ReadOne<PleaseSendContent>($$$"""{"PleaseSendContent":{"id":"{{{Hex}}}","length":4096,"offset":8192}}"""));
        Assert.Equal(
            new ContentMessage(Wire.Id(Hex), 7, [.. "hi"u8], 9),
            Wire.ReadOne<ContentMessage>($$$"""{"Content":{"id":"{{{Hex}}}","offset":7,"base64":"aGk=","eof":9}}"""));
        Assert.Equal(
            new ContentMessage(Wire.Id("a file.txt"), 7, [.. "hi"u8], null),
            Wire.ReadOne<ContentMessage>("""{"Content":{"id":"a file.txt","offset":7,"base64":"aGk="}}"""));
        Assert.Equal(
            new PeersMessage([Wire.Peer("1.2.3.4:24254"), Wire.Peer("[2a01::1]:24254")]),
            Wire.ReadOne<PeersMessage>("""{"Peers":{"peers":["1.2.3.4:24254","[2a01::1]:24254"]}}"""));
        Assert.Equal(
            new MaybeTheyHaveSome(Wire.Id(Hex), [Wire.Peer("1.2.3.4:24254")]),
            Wire.ReadOne<MaybeTheyHaveSome>($$$"""{"MaybeTheyHaveSome":{"id":"{{{Hex}}}","peers":["1.2.3.4:24254"]}}"""));
        Assert.Equal(
            new SupportedMessages(RawJson.CopyOf("""{ "schema" : {} }""")),
            Wire.ReadOne<SupportedMessages>("""{"SupportedMessages":{ "schema" : {} }}"""));
    }

    [Fact]
    public void Reader_skips_a_bad_element_and_keeps_the_rest()
    {
        (DatagramResult result, List<WireMessage> messages) = Wire.Read(
            """[{"PleaseSendPeers":{}},null,7,"text",[],{},{"Content":{}},{"NoSuchThing":[]},{"AlwaysReturned":1}]""");
        Assert.Equal(new DatagramResult(DatagramFault.None, 3, 6, Fast: false), result);
        Assert.IsType<PleaseSendPeers>(messages[0]);
        Assert.Equal(new UnknownMessage("NoSuchThing", RawJson.CopyOf("[]"), Truncated: false), messages[1]);
        Assert.Equal(new AlwaysReturned(RawJson.CopyOf("1")), messages[2]);
    }

    [Fact]
    public void An_empty_array_is_a_datagram_without_elements()
    {
        Assert.Equal(new DatagramResult(DatagramFault.None, 0, 0, Fast: false), Wire.Read("[]").Result);
        Assert.Equal(new DatagramResult(DatagramFault.None, 0, 0, Fast: false), Wire.Read(" [ \r\n\t] ").Result);
    }

    [Fact]
    public void Elements_keep_the_order_of_the_datagram()
    {
        (_, List<WireMessage> messages) = Wire.Read(
            """[{"ReturnedMessage":1},{"ReturnedMessage":2},{"AlwaysReturned":3},{"ReturnedMessage":4}]""");
        Assert.Equal(
            [
                new ReturnedMessage(RawJson.CopyOf("1")), new ReturnedMessage(RawJson.CopyOf("2")),
                new AlwaysReturned(RawJson.CopyOf("3")), new ReturnedMessage(RawJson.CopyOf("4")),
            ],
            messages);
    }

    [Fact]
    public void A_reader_forgets_the_datagram_before()
    {
        var reader = new DatagramReader(Wire.Limits);
        reader.Read(Wire.Bytes($$$"""[{"Content":{"id":"{{{Hex}}}","offset":5,"base64":"aGk=","eof":7}},{"AlwaysReturned":1}]"""));
        Assert.Equal(2, reader.Elements.Length);
        reader.Read("""[{"PleaseSendPeers":{}}]"""u8);
        Assert.Equal(1, reader.Elements.Length);
        WireElement element = reader.Elements[0];
        Assert.Equal((default, 0, 0, -1), (element.Id, element.Offset, element.Length, element.Eof));
        Assert.Equal((default, default, false), (element.Base64, element.Peers, element.Base64HasEscapes));
        reader.Read("[{]"u8);
        Assert.Equal(0, reader.Elements.Length);
    }

    [Theory]
    [InlineData(DatagramFault.NotJson, "[")]
    [InlineData(DatagramFault.NotJson, "]")]
    [InlineData(DatagramFault.NotJson, "[}")]
    [InlineData(DatagramFault.NotJson, "hello")]
    [InlineData(DatagramFault.NotJson, " ")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}}")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},]")]
    [InlineData(DatagramFault.NotJson, "[,{\"PleaseSendPeers\":{}}]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}} {\"PleaseSendPeers\":{}}]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}}]x")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}}][]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{},}]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\"}]")]
    [InlineData(DatagramFault.NotJson, "[{PleaseSendPeers:{}}]")]
    [InlineData(DatagramFault.NotJson, "[{'PleaseSendPeers':{}}]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},nul]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},012]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},+1]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},1.]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},.5]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},1e]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},NaN]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},\"a\nb\"]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},\"\\x41\"]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},\"\\u12g4\"]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}},\"open]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}}] // comment")]
    [InlineData(DatagramFault.NotJson, "{\"PleaseSendPeers\":{}")]
    [InlineData(DatagramFault.NotJson, "{\"PleaseSendPeers\":{}} x")]
    [InlineData(DatagramFault.NotJson, "\uFEFF[{\"PleaseSendPeers\":{}}]")]
    [InlineData(DatagramFault.NotJson, "[{\"PleaseSendPeers\":{}}]\u00A0")]
    [InlineData(DatagramFault.NotAnArray, "{\"PleaseSendPeers\":{}}")]
    [InlineData(DatagramFault.NotAnArray, " { } ")]
    [InlineData(DatagramFault.NotAnArray, "null")]
    [InlineData(DatagramFault.NotAnArray, "\"[]\"")]
    [InlineData(DatagramFault.NotAnArray, "-12.5e+3")]
    [InlineData(DatagramFault.Empty, "")]
    public void One_fault_anywhere_makes_the_whole_datagram_unusable(DatagramFault fault, string datagram) =>
        Wire.AssertFault(fault, datagram);

    [Theory]
    [InlineData("FF")]
    [InlineData("C3")]
    [InlineData("C0AF")]
    [InlineData("EDA080")]
    [InlineData("F4908080")]
    public void Bytes_that_are_not_utf8_make_the_whole_datagram_unusable(string hex) =>
        Wire.AssertFault(
            DatagramFault.NotUtf8,
            [.. "[{\"PleaseSendPeers\":{}},\""u8, .. Convert.FromHexString(hex), .. "\"]"u8]);

    [Fact]
    public void White_space_is_fine_anywhere()
    {
        string[] tokens =
        [
            "[", "{", "\"Content\"", ":", "{", "\"id\"", ":", $"\"{Hex}\"", ",", "\"offset\"", ":", "7", ",", "\"base64\"", ":",
            "\"aGk=\"", ",", "\"eof\"", ":", "9", "}", "}", ",", "{", "\"Peers\"", ":", "{", "\"peers\"", ":", "[",
            "\"1.2.3.4:5\"", ",", "\"1.2.3.4:6\"", "]", "}", "}", ",", "{", "\"AlwaysReturned\"", ":", "[", "1", ",", "2", "]", "}", "]",
        ];
        List<WireMessage> expected = Wire.Read(string.Concat(tokens)).Messages;
        Assert.Equal(3, expected.Count);
        for (int i = 0; i <= tokens.Length; i++)
        {
            (DatagramResult result, List<WireMessage> messages) = Wire.Read(
                string.Concat(tokens.Take(i)) + " \t\r\n " + string.Concat(tokens.Skip(i)));
            Assert.Equal(new DatagramResult(DatagramFault.None, 3, 0, Fast: false), result);
            Assert.Equal(expected[..2], messages[..2]);
        }

        Assert.Equal(expected[..2], Wire.Read($" {string.Join(" \n", tokens)} ").Messages[..2]);
    }

    [Fact]
    public void Other_white_space_than_that_of_json_is_not_fine()
    {
        foreach (char c in "\v\f\0\u0085\u00A0\u2028\u3000")
            Wire.AssertFault(DatagramFault.NotJson, $"[{c}]");
    }

    [Theory]
    [InlineData("""{"\u0043ontent":{"\u0069d":"a","off\u0073et":1,"base6\u0034":"aGk=","\u0065of":3}}""")]
    [InlineData("""{"Conten\u0074":{"id":"\u0061","offset":1,"base64":"\u0061Gk\u003D","eof":3}}""")]
    [InlineData("""{"\u0043\u006f\u006E\u0074\u0065\u006E\u0074":{"id":"a","offset":1,"base64":"aGk=","eof":3}}""")]
    public void Escaped_names_and_strings_are_understood(string element) =>
        Assert.Equal(new ContentMessage(Wire.Id("a"), 1, [.. "hi"u8], 3), Wire.ReadOne<ContentMessage>(element));

    [Fact]
    public void An_escaped_sha256_id_is_that_sha256() =>
        Assert.Equal(
            Wire.Id(Hex),
            Wire.ReadOne<PleaseSendContent>(
                $$$"""{"PleaseSendContent":{"id":"\u0038{{{Hex[1..]}}}","length":1,"offset":0}}""").Id);

    [Fact]
    public void Escapes_can_not_smuggle_a_bad_id_past_the_reader()
    {
        foreach (string id in (string[])["a\\/b", "a\\u002Fb", "a\\u0000b", "a\\nb", "a\\\\b", "\\u002E\\u002e", "a\\ud800", "\\udc00a", "a\\ud800\\u0041"])
            Wire.AssertSkipped($$$"""{"PleaseSendContent":{"id":"{{{id}}}","length":1,"offset":0}}""");
        Assert.Equal("a\U0001F600", Wire.ReadOne<PleaseSendContent>(
            """{"PleaseSendContent":{"id":"a\ud83d\ude00","length":1,"offset":0}}""").Id.Name);
        Assert.Equal("a\"b", Wire.ReadOne<PleaseSendContent>(
            """{"PleaseSendContent":{"id":"a\"b","length":1,"offset":0}}""").Id.Name);
    }

    [Fact]
    public void A_message_name_with_half_a_character_is_skipped() => Wire.AssertSkipped("""{"a\ud800":{}}""");

    [Fact]
    public void An_escaped_unknown_name_is_told_resolved() =>
        Assert.Equal("a\"b\\c", Wire.ReadOne<UnknownMessage>("""{"a\"b\\c":{}}""").Name);

    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void A_null_payload_is_skipped(WireMessageKind kind, string element)
    {
        string name = kind == WireMessageKind.Unknown ? "IAmHere" : kind.ToString();
        Assert.Contains(name, element, StringComparison.Ordinal);
        Wire.AssertSkipped($$"""{"{{name}}":null}""");
    }

    [Fact]
    public void Objects_with_no_key_or_two_keys_are_skipped()
    {
        Wire.AssertSkipped("{}");
        Wire.AssertSkipped("""{"PleaseSendPeers":{},"AlwaysReturned":1}""");
        Wire.AssertSkipped("""{"PleaseSendPeers":{},"PleaseSendPeers":{}}""");
        Wire.AssertSkipped("""{"PleaseSendPeers":{},"NoSuchThing":null}""");
    }

    [Theory]
    [InlineData("""{"PleaseSendPeers":[]}""")]
    [InlineData("""{"PleaseSendPeers":1}""")]
    [InlineData("""{"PleaseSendPeers":""}""")]
    [InlineData("""{"PleaseListSupportedMessages":[]}""")]
    [InlineData("""{"SupportedMessages":[]}""")]
    [InlineData("""{"Peers":["1.2.3.4:5"]}""")]
    [InlineData("""{"Peers":"1.2.3.4:5"}""")]
    [InlineData("""{"PleaseSendContent":["a",1,0]}""")]
    [InlineData("""{"Content":["a",0,"aGk=",2]}""")]
    [InlineData("""{"MaybeTheyHaveSome":["a",["1.2.3.4:5"]]}""")]
    public void A_payload_that_is_no_object_is_skipped(string element) => Wire.AssertSkipped(element);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("12345")]
    [InlineData("-0.5e-3")]
    [InlineData("\"bare\"")]
    [InlineData("\"\"")]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("{\"key\":883907365}")]
    [InlineData("{\"cookie\":null}")]
    [InlineData("{ \"cookie\" :\t\"\\u0041\\/ä\" , \"cookie\":1.0 }")]
    [InlineData("[\"any\", {\"valid\":\"JSON\"}]")]
    public void Cookies_and_pings_are_any_json_and_kept_byte_for_byte(string payload)
    {
        RawJson expected = RawJson.CopyOf(payload);
        Assert.Equal(expected, Wire.ReadOne<PleaseAlwaysReturnThisMessage>($$"""{"PleaseAlwaysReturnThisMessage": {{payload}} }""").Payload);
        Assert.Equal(expected, Wire.ReadOne<AlwaysReturned>($$"""{"AlwaysReturned": {{payload}} }""").Payload);
        Assert.Equal(expected, Wire.ReadOne<PleaseReturnThisMessage>($$"""{"PleaseReturnThisMessage": {{payload}} }""").Payload);
        Assert.Equal(expected, Wire.ReadOne<ReturnedMessage>($$"""{"ReturnedMessage": {{payload}} }""").Payload);
    }

    [Fact]
    public void Messages_without_fields_take_any_object()
    {
        Wire.ReadOne<PleaseSendPeers>("""{"PleaseSendPeers":{"peers":7,"peers":null}}""");
        Wire.ReadOne<PleaseListSupportedMessages>("""{"PleaseListSupportedMessages":{"x":[]}}""");
    }

    [Theory]
    [InlineData("""{"PleaseSendContent":{"length":1,"offset":0}}""")]
    [InlineData("""{"PleaseSendContent":{"id":"a","offset":0}}""")]
    [InlineData("""{"PleaseSendContent":{"id":"a","length":1}}""")]
    [InlineData("""{"PleaseSendContent":{}}""")]
    [InlineData("""{"Content":{"offset":0,"base64":"aGk=","eof":2}}""")]
    [InlineData("""{"Content":{"id":"a","base64":"aGk=","eof":2}}""")]
    [InlineData("""{"Content":{"id":"a","offset":0,"eof":2}}""")]
    [InlineData("""{"Peers":{}}""")]
    [InlineData("""{"MaybeTheyHaveSome":{"id":"a"}}""")]
    [InlineData("""{"MaybeTheyHaveSome":{"peers":[]}}""")]
    [InlineData("""{"PleaseSendContent":{"ID":"a","length":1,"offset":0}}""")]
    public void A_missing_field_makes_the_element_skipped(string element) => Wire.AssertSkipped(element);

    [Theory]
    [InlineData("""{"PleaseSendContent":{"id":"a","id":"a","length":1,"offset":0}}""")]
    [InlineData("""{"PleaseSendContent":{"id":"a","length":1,"length":1,"offset":0}}""")]
    [InlineData("""{"PleaseSendContent":{"id":"a","length":1,"offset":0,"off\u0073et":0}}""")]
    [InlineData("""{"Content":{"id":"a","offset":0,"base64":"aGk=","base64":"aGk=","eof":2}}""")]
    [InlineData("""{"Content":{"id":"a","offset":0,"base64":"aGk=","eof":2,"eof":2}}""")]
    [InlineData("""{"Content":{"id":"a","offset":0,"base64":"aGk=","eof":2,"offset":0}}""")]
    [InlineData("""{"Peers":{"peers":[],"peers":[]}}""")]
    [InlineData("""{"MaybeTheyHaveSome":{"id":"a","peers":[],"id":"a"}}""")]
    public void A_duplicate_field_makes_the_element_skipped(string element) => Wire.AssertSkipped(element);

    [Fact]
    public void A_duplicate_field_in_canonical_form_makes_the_element_skipped_too()
    {
        Wire.AssertSkipped($$$"""{"Content":{"id":"{{{Hex}}}","offset":0,"base64":"aGk=","eof":2,"eof":2}}""");
        Wire.AssertSkipped($$$"""{"PleaseSendContent":{"id":"{{{Hex}}}","id":"{{{Hex}}}","length":1,"offset":0}}""");
    }

    [Theory]
    [InlineData("""{"PleaseSendContent":{"id":"a","length":1,"offset":0,"extra":[{"id":7}],"extra":null}}""")]
    [InlineData("""{"PleaseSendContent":{"eof":"text","id":"a","peers":1,"length":1,"base64":null,"offset":0}}""")]
    public void Fields_that_are_not_the_message_s_own_are_ignored(string element) =>
        Assert.Equal(new PleaseSendContent(Wire.Id("a"), 1, 0), Wire.ReadOne<PleaseSendContent>(element));

    [Theory]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData("1.0")]
    [InlineData("0.0")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("0e0")]
    [InlineData("1E+2")]
    [InlineData("\"12\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("9223372036854710272")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551615")]
    [InlineData("18446744073709551616")]
    [InlineData("18446744073709551617")]
    [InlineData("100000000000000000000000000000000000000000")]
    public void Numbers_are_plain_integers_within_the_limit_or_the_element_is_skipped(string number)
    {
        foreach (string id in (string[])["a", Hex])
        {
            Wire.AssertSkipped($$$"""{"PleaseSendContent":{"id":"{{{id}}}","length":{{{number}}},"offset":0}}""");
            Wire.AssertSkipped($$$"""{"PleaseSendContent":{"id":"{{{id}}}","length":1,"offset":{{{number}}}}}""");
            Wire.AssertSkipped($$$"""{"Content":{"id":"{{{id}}}","offset":{{{number}}},"base64":"aGk=","eof":2}}""");
            Wire.AssertSkipped($$$"""{"Content":{"id":"{{{id}}}","offset":0,"base64":"aGk=","eof":{{{number}}}}}""");
        }
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("999999999999999999", 999_999_999_999_999_999)]
    [InlineData("1000000000000000000", 1_000_000_000_000_000_000)]
    [InlineData("9223372036854710271", long.MaxValue - 65536)]
    public void Numbers_up_to_the_limit_are_read(string number, long expected)
    {
        foreach (string id in (string[])["a", Hex])
        {
            Assert.Equal(
                new PleaseSendContent(Wire.Id(id), expected, expected),
                Wire.ReadOne<PleaseSendContent>(
                    $$$"""{"PleaseSendContent":{"id":"{{{id}}}","length":{{{number}}},"offset":{{{number}}}}}"""));
            Assert.Equal(
                new ContentMessage(Wire.Id(id), expected, [], expected),
                Wire.ReadOne<ContentMessage>(
                    $$$"""{"Content":{"id":"{{{id}}}","offset":{{{number}}},"base64":"","eof":{{{number}}}}}"""));
        }
    }

    [Fact]
    public void A_range_beyond_the_stated_end_is_not_the_reader_s_business() =>
        Assert.Equal(
            new ContentMessage(Wire.Id(Hex), 1000, [.. "hi"u8], 2),
            Wire.ReadOne<ContentMessage>($$$"""{"Content":{"id":"{{{Hex}}}","offset":1000,"base64":"aGk=","eof":2}}"""));

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("\"../secret\"")]
    [InlineData("\"blake3/8b292958e838347a14951addc13396edef7c5833e73d41c4160b3132d069771f\"")]
    public void An_element_with_a_bad_id_is_skipped(string id)
    {
        Wire.AssertSkipped($$$"""{"PleaseSendContent":{"id":{{{id}}},"length":1,"offset":0}}""");
        Wire.AssertSkipped($$$"""{"Content":{"id":{{{id}}},"offset":0,"base64":"aGk=","eof":2}}""");
        Wire.AssertSkipped($$$"""{"MaybeTheyHaveSome":{"id":{{{id}}},"peers":[]}}""");
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    public void Base64_that_is_no_string_makes_the_element_skipped(string base64) =>
        Wire.AssertSkipped($$$"""{"Content":{"id":"a","offset":0,"base64":{{{base64}}},"eof":2}}""");

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"1.2.3.4:5\"")]
    public void Peers_that_are_no_list_make_the_element_skipped(string peers)
    {
        Wire.AssertSkipped($$$"""{"Peers":{"peers":{{{peers}}}}}""");
        Wire.AssertSkipped($$$"""{"MaybeTheyHaveSome":{"id":"a","peers":{{{peers}}}}}""");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"text\"")]
    [InlineData("{\"a\":1,\"a\":2}")]
    public void An_unknown_message_may_carry_anything_but_null(string payload) =>
        Assert.Equal(
            new UnknownMessage("WhatIsThis", RawJson.CopyOf(payload), Truncated: false),
            Wire.ReadOne<UnknownMessage>($$"""{"WhatIsThis":{{payload}}}"""));

    [Fact]
    public void Names_are_case_sensitive()
    {
        Assert.Equal("pleasesendpeers", Wire.ReadOne<UnknownMessage>("""{"pleasesendpeers":{}}""").Name);
        Assert.Equal("", Wire.ReadOne<UnknownMessage>("""{"":{}}""").Name);
    }

    [Fact]
    public void Reading_a_well_formed_datagram_allocates_nothing()
    {
        byte[] fast = Wire.Bytes(
            $$$"""[{"Content":{"id":"{{{Hex}}}","offset":0,"base64":"{{{Convert.ToBase64String(new byte[4096])}}}","eof":65537}},{"AlwaysReturned":{"cookie":"0a1b2c3d"}}]""");
        byte[] slow = Wire.Bytes(string.Concat("[", string.Join(", ", OneOfEachKind.Select(row => (string)row[1])), "]"));
        byte[] garbage = [.. fast[..^1], 0xFF];
        var reader = new DatagramReader(Wire.Limits);
        ReadAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadAll();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void ReadAll()
        {
            for (int i = 0; i < 10; i++)
            {
                if (!reader.Read(fast).Fast || reader.Elements.Length != 2)
                    throw new InvalidOperationException("not fast");
                if (reader.Read(slow).Elements != 12 || reader.ReadSlowly(fast).Elements != 2)
                    throw new InvalidOperationException("not read");
                if (reader.Read(garbage).Fault != DatagramFault.NotUtf8)
                    throw new InvalidOperationException("not refused");
            }
        }
    }
}
