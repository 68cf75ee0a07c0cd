using Cjp2p.Actors.Protocol;
using PeersMessage = Cjp2p.Actors.Protocol.Peers;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>Every limit, at it and one over.</summary>
public sealed class DatagramReaderLimitsTests
{
    [Fact]
    public void A_datagram_may_have_as_many_bytes_as_the_limit()
    {
        string datagram = """[{"PleaseSendPeers":{}}]""";
        var limits = new WireLimits(DatagramBytesMax: datagram.Length);
        Assert.Equal(1, Wire.Read(datagram, limits).Result.Elements);
        Wire.AssertFault(DatagramFault.TooLong, datagram + " ", limits);

        string filled = datagram.PadRight(65507);
        Assert.Equal(1, Wire.Read(filled).Result.Elements);
        Wire.AssertFault(DatagramFault.TooLong, filled + " ");
    }

    [Fact]
    public void A_fast_datagram_may_have_as_many_bytes_as_the_limit()
    {
        string datagram = """[{"AlwaysReturned":{"cookie":"00"}}]""";
        Assert.True(Wire.Read(datagram, new WireLimits(DatagramBytesMax: datagram.Length)).Result.Fast);
        Wire.AssertFault(DatagramFault.TooLong, datagram, new WireLimits(DatagramBytesMax: datagram.Length - 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(32)]
    [InlineData(64)]
    public void Brackets_may_be_open_as_deep_as_the_limit(int depthMax)
    {
        var limits = new WireLimits(DepthMax: depthMax);
        string atLimit = new string('[', depthMax) + new string(']', depthMax);
        Assert.Equal(DatagramFault.None, Wire.Read(atLimit, limits).Result.Fault);
        Wire.AssertFault(DatagramFault.TooDeep, $"[{atLimit}]", limits);
        // The limit strikes before the rest is looked at.
        Wire.AssertFault(DatagramFault.TooDeep, new string('[', depthMax + 1), limits);
    }

    [Fact]
    public void Depth_counts_objects_and_arrays_alike()
    {
        var limits = new WireLimits(DepthMax: 4);
        Assert.Equal(1, Wire.Read("""[{"X":{"a":[1]}}]""", limits).Result.Elements);
        Assert.Equal(1, Wire.Read("""[{"X":{"a":[1,[]]}}]""", new WireLimits(DepthMax: 5)).Result.Elements);
        Wire.AssertFault(DatagramFault.TooDeep, """[{"X":{"a":[1,[]]}}]""", limits);
        Wire.AssertFault(DatagramFault.TooDeep, """[{"X":{"a":[{}]}}]""", limits);
        Wire.AssertFault(DatagramFault.TooDeep, """{"X":{"a":[{}]}}""", new WireLimits(DepthMax: 3));
        Wire.AssertFault(DatagramFault.NotAnArray, """{"X":{"a":[{}]}}""", limits);
    }

    [Fact]
    public void Depth_of_one_element_does_not_add_to_that_of_the_next()
    {
        string element = """{"X":[[[]]]}""";
        Assert.Equal(3, Wire.Read($"[{element},{element},{element}]", new WireLimits(DepthMax: 5)).Result.Elements);
    }

    [Fact]
    public void A_million_brackets_are_refused_like_any_other_depth() =>
        Wire.AssertFault(DatagramFault.TooDeep, new string('[', 65507));

    [Fact]
    public void Elements_beyond_the_limit_are_counted_as_skipped()
    {
        var limits = new WireLimits(ElementsMax: 3);
        Assert.Equal(
            new DatagramResult(DatagramFault.None, 3, 0, Fast: true),
            Wire.Read("""[{"PleaseSendPeers":{}},{"PleaseSendPeers":{}},{"PleaseSendPeers":{}}]""", limits).Result);

        (DatagramResult result, List<WireMessage> messages) = Wire.Read(
            """[{"ReturnedMessage":1},null,{"ReturnedMessage":3},{"ReturnedMessage":4},{"ReturnedMessage":5}]""", limits);
        Assert.Equal(new DatagramResult(DatagramFault.None, 2, 3, Fast: false), result);
        Assert.Equal([new ReturnedMessage(RawJson.CopyOf("1")), new ReturnedMessage(RawJson.CopyOf("3"))], messages);
    }

    [Fact]
    public void Fast_elements_beyond_the_limit_are_counted_as_skipped()
    {
        string two = """[{"AlwaysReturned":{"cookie":"00"}},{"AlwaysReturned":{"cookie":"01"}}]""";
        Assert.Equal(
            new DatagramResult(DatagramFault.None, 2, 0, Fast: true), Wire.Read(two, new WireLimits(ElementsMax: 2)).Result);
        Assert.Equal(
            new DatagramResult(DatagramFault.None, 1, 1, Fast: false), Wire.Read(two, new WireLimits(ElementsMax: 1)).Result);
        Assert.Equal(
            new DatagramResult(DatagramFault.None, 0, 2, Fast: false), Wire.Read(two, new WireLimits(ElementsMax: 0)).Result);
    }

    [Fact]
    public void A_fault_beyond_the_limit_of_elements_still_counts() =>
        Wire.AssertFault(DatagramFault.NotJson, """[{"PleaseSendPeers":{}},{"PleaseSendPeers":{}},{]""", new WireLimits(ElementsMax: 1));

    [Fact]
    public void A_datagram_of_nothing_but_elements_is_bounded()
    {
        string many = "[0" + string.Concat(Enumerable.Repeat(",0", 32_000)) + "]";
        Assert.Equal(new DatagramResult(DatagramFault.None, 0, 32_001, Fast: false), Wire.Read(many).Result);
    }

    [Fact]
    public void A_string_may_have_as_many_bytes_as_the_limit()
    {
        var limits = new WireLimits(StringBytesMax: 20);
        string atLimit = new('x', 20);
        string over = new('x', 21);
        Wire.ReadOne<ReturnedMessage>($$"""{"ReturnedMessage":"{{atLimit}}"}""", limits);
        Wire.AssertSkipped($$"""{"ReturnedMessage":"{{over}}"}""", limits);
        Wire.AssertSkipped($$$"""{"X":[{"a":["{{{over}}}"]}]}""", limits);
        Wire.AssertSkipped($$$"""{"X":{"{{{over}}}":1}}""", limits);
        Wire.AssertSkipped($$$"""{"{{{over}}}":{}}""", limits);
        Wire.AssertSkipped($$"""{"ReturnedMessage":"xxxxxxxxxxxxxxx\u0041"}""", limits);
        Wire.ReadOne<ReturnedMessage>("""{"ReturnedMessage":"xxxxxxxxxxxxxx\u0041"}""", limits);
        // One long string costs only its own element.
        Assert.Equal(
            new DatagramResult(DatagramFault.None, 1, 1, Fast: false),
            Wire.Read($$$"""["{{{over}}}",{"PleaseSendPeers":{}}]""", limits).Result);
    }

    [Fact]
    public void Base64_in_canonical_form_may_have_as_many_bytes_as_the_limit_of_strings()
    {
        string atLimit = $$$"""{"Content":{"id":"{{{Wire.Hex}}}","offset":0,"base64":"{{{new string('A', 64)}}}","eof":48}}""";
        string over = $$$"""{"Content":{"id":"{{{Wire.Hex}}}","offset":0,"base64":"{{{new string('A', 68)}}}","eof":51}}""";
        var limits = new WireLimits(StringBytesMax: 64);
        Assert.True(Wire.Read($"[{atLimit}]", limits).Result.Fast);
        Wire.AssertSkipped(over, limits);
        // The id does not fit either.
        Wire.AssertSkipped(atLimit, new WireLimits(StringBytesMax: 63));
    }

    [Fact]
    public void A_name_may_have_as_many_bytes_as_the_limit()
    {
        Assert.Equal(new string('x', 64), Wire.ReadOne<UnknownMessage>($$$"""{"{{{new string('x', 64)}}}":{}}""").Name);
        Wire.AssertSkipped($$$"""{"{{{new string('x', 65)}}}":{}}""");
        Wire.AssertSkipped($$$"""{"{{{new string('ü', 33)}}}":{}}""");
        string escaped = string.Concat(Enumerable.Repeat("\\u0078", 64));
        Assert.Equal(new string('x', 64), Wire.ReadOne<UnknownMessage>($$$"""{"{{{escaped}}}":{}}""").Name);
        Wire.AssertSkipped($$$"""{"{{{escaped}}}\u0078":{}}""");
    }

    [Fact]
    public void The_limit_of_names_holds_for_known_names_too()
    {
        var limits = new WireLimits(NameBytesMax: 15);
        Assert.Equal(
            new DatagramResult(DatagramFault.None, 2, 1, Fast: false),
            Wire.Read(
                """[{"AlwaysReturned":{"cookie":"00"}},{"PleaseSendPeers":{}},{"PleaseReturnThisMessage":1}]""", limits).Result);
    }

    [Theory]
    [InlineData("PleaseAlwaysReturnThisMessage")]
    [InlineData("AlwaysReturned")]
    [InlineData("PleaseReturnThisMessage")]
    [InlineData("ReturnedMessage")]
    public void A_cookie_may_have_as_many_bytes_as_the_limit(string name)
    {
        string hex = new('a', 256 - """{"cookie":""}""".Length);
        Assert.Equal(1, Wire.Read($$$"""[{"{{{name}}}":{"cookie":"{{{hex}}}"}}]""").Result.Elements);
        Wire.AssertSkipped($$$"""{"{{{name}}}":{"cookie":"{{{hex}}}a"}}""");
        Wire.AssertSkipped($$$"""{"{{{name}}}":{"cookie": "{{{hex}}}"}}""");
    }

    [Fact]
    public void Other_payloads_are_not_bound_by_the_limit_of_cookies() =>
        Wire.ReadOne<SupportedMessages>($$$"""{"SupportedMessages":{"schema":"{{{new string('x', 10_000)}}}"}}""");

    [Fact]
    public void Of_a_list_of_peers_as_many_are_taken_as_the_limit()
    {
        string three = """{"Peers":{"peers":["1.2.3.4:1","1.2.3.4:2","1.2.3.4:3"]}}""";
        Assert.Equal(3, Wire.ReadOne<PeersMessage>(three, new WireLimits(PeersMax: 3)).Addresses.Length);
        Assert.Equal(
            new PeersMessage([Wire.Peer("1.2.3.4:1"), Wire.Peer("1.2.3.4:2")]),
            Wire.ReadOne<PeersMessage>(three, new WireLimits(PeersMax: 2)));
        Assert.Equal(
            new MaybeTheyHaveSome(Wire.Id("a"), [Wire.Peer("1.2.3.4:1")]),
            Wire.ReadOne<MaybeTheyHaveSome>(
                """{"MaybeTheyHaveSome":{"id":"a","peers":["nonsense","1.2.3.4:1","1.2.3.4:2"]}}""", new WireLimits(PeersMax: 1)));
        Assert.Empty(Wire.ReadOne<PeersMessage>(three, new WireLimits(PeersMax: 0)).Addresses);
    }

    [Fact]
    public void Numbers_may_be_as_large_as_the_limit()
    {
        var limits = new WireLimits(OffsetMax: 999);
        foreach (string id in (string[])["a", Wire.Hex])
        {
            Wire.ReadOne<PleaseSendContent>($$$"""{"PleaseSendContent":{"id":"{{{id}}}","length":999,"offset":999}}""", limits);
            Wire.AssertSkipped($$$"""{"PleaseSendContent":{"id":"{{{id}}}","length":1000,"offset":999}}""", limits);
            Wire.AssertSkipped($$$"""{"PleaseSendContent":{"id":"{{{id}}}","length":999,"offset":1000}}""", limits);
            Wire.AssertSkipped($$$"""{"Content":{"id":"{{{id}}}","offset":0,"base64":"","eof":1000}}""", limits);
        }
    }

    [Fact]
    public void Of_an_unknown_payload_as_many_bytes_are_kept_as_the_limit()
    {
        var limits = new WireLimits(UnknownRawBytesMax: 10);
        Assert.Equal(
            new UnknownMessage("X", RawJson.CopyOf("\"12345678\""), Truncated: false),
            Wire.ReadOne<UnknownMessage>("""{"X":"12345678"}""", limits));
        Assert.Equal(
            new UnknownMessage("X", RawJson.CopyOf("\"123456789"), Truncated: true),
            Wire.ReadOne<UnknownMessage>("""{"X":"123456789"}""", limits));
        // A character of several bytes is not cut in two.
        Assert.Equal(
            new UnknownMessage("X", RawJson.CopyOf("\"1234567"), Truncated: true),
            Wire.ReadOne<UnknownMessage>("""{"X":"1234567日"}""", limits));
        Assert.Equal(
            new UnknownMessage("X", RawJson.CopyOf("\"123456日"), Truncated: true),
            Wire.ReadOne<UnknownMessage>("""{"X":"123456日"}""", limits));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65)]
    public void A_reader_refuses_a_depth_it_can_not_track(int depthMax) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DatagramReader(new WireLimits(DepthMax: depthMax)));

    [Fact]
    public void A_reader_refuses_limits_below_zero()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new DatagramReader(new WireLimits(ElementsMax: -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DatagramReader(new WireLimits(NameBytesMax: -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DatagramReader(new WireLimits(OffsetMax: -1)));
    }
}
