using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class DatagramPumpTests
{
    private static readonly PeerAddress Stranger = Datagram.At("127.0.0.9:24254");
    private static readonly PeerAddress Other = Datagram.At("127.0.0.10:24254");
    private static readonly RawJson Theirs = Datagram.Raw("""{"cookie":"aabbccdd"}""");
    private static readonly ContentId Id = ContentId.FromSha256(Sha256Digest.FromBytes(new byte[32]));

    private readonly PumpHarness _pump = new();

    // ---- what cannot be used

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("[{\"PleaseSendPeers\":{}}")]
    [InlineData("[{\"PleaseSendPeers\":{}}] trailing")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("\ufeff[{\"PleaseSendPeers\":{}}]")]
    public void What_is_no_json_array_is_counted_and_not_answered(string datagram)
    {
        Assert.Empty(_pump.Deliver(Stranger, datagram));
        Assert.Equal(1, _pump.Count(WireCount.Unreadable));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_counted_and_not_answered()
    {
        Assert.Empty(_pump.Deliver(Stranger, [0xff, 0xfe, 0x00]));
        Assert.Equal(1, _pump.Count(WireCount.Unreadable));
    }

    // March 2026: one unknown element discarded the whole datagram.
    [Fact]
    public void Bad_and_unknown_elements_are_counted_and_the_rest_is_used()
    {
        var replies = _pump.Deliver(
            Stranger, """[{"WhoIsHere":{}},7,{"PleaseSendContent":{"id":5}},{"PleaseReturnThisMessage":{"n":1.50}}]""");
        Assert.Contains(new ReturnedMessage(Datagram.Raw("""{"n":1.50}""")), Assert.Single(replies).Messages);
        Assert.Equal(2, _pump.Count(WireCount.BadElements));
        Assert.Equal(1, _pump.Count(WireCount.UnknownElements));
        Assert.Equal("WhoIsHere", Assert.Single(_pump.Node.Unknown.Snapshot()).Name);
    }

    [Fact]
    public void Sources_that_cannot_be_are_counted_and_not_answered()
    {
        Assert.Empty(_pump.Deliver(Stranger.WithPort(0), new PleaseSendPeers()));
        Assert.Empty(_pump.Deliver(_pump.Transport.LocalAddress, new PleaseSendPeers()));
        Assert.Equal(2, _pump.Count(WireCount.ImpossibleSource));
        Assert.Empty(_pump.Registry.Messages);
    }

    // The July node hears its own probes, verifies itself and advertises itself; others echo what they are sent.
    [Fact]
    public void What_asks_for_a_cookie_of_our_own_comes_from_ourselves()
    {
        Assert.Empty(_pump.Deliver(
            Stranger, new PleaseAlwaysReturnThisMessage(_pump.CookieJson(Stranger)), new PleaseSendPeers(), _pump.Cookie(Stranger)));
        Assert.Equal(1, _pump.Count(WireCount.ImpossibleSource));
        Assert.Empty(_pump.Registry.Messages);
        Assert.Equal(0, _pump.Node.Jar.Count);
    }

    [Fact]
    public void Empty_array_is_not_answered() => Assert.Empty(_pump.Deliver(Stranger, "[]"));

    // ---- strangers

    [Fact]
    public void Our_cookie_request_has_first_claim_on_what_a_stranger_gets()
    {
        _pump.Node.PeerSample = [.. Enumerable.Range(1, 46).Select(i => PeerAddress.FromIPv4(0x08080800 + (uint)i, 24254))];
        var reply = _pump.Ask(Stranger, new PleaseSendPeers());
        Assert.Equal(new PleaseAlwaysReturnThisMessage(_pump.CookieJson(Stranger)), Assert.Single(reply));
    }

    [Fact]
    public void Stranger_that_gives_a_cookie_gets_it_back_and_a_few_peers()
    {
        _pump.Node.PeerSample = [.. Enumerable.Range(1, 46).Select(i => PeerAddress.FromIPv4(0x08080800 + (uint)i, 24254))];
        var reply = _pump.Ask(Stranger, new PleaseSendPeers(), new PleaseAlwaysReturnThisMessage(Theirs));
        Assert.Equal(new PleaseAlwaysReturnThisMessage(_pump.CookieJson(Stranger)), reply[0]);
        Assert.Equal(new AlwaysReturned(Theirs), reply[1]);
        Assert.InRange(Assert.IsType<Actors.Protocol.Peers>(reply[2]).Addresses.Length, 1, 5);
        Assert.Equal(3, reply.Count);
        // It could be anybody: nothing of it is kept.
        Assert.Equal(0, _pump.Node.Jar.Count);
    }

    [Fact]
    public void Cookie_of_a_stranger_is_echoed_byte_for_byte()
    {
        foreach (var cookie in new[] { "12345", "\"a/b\"", """{ "key" : 4294967295 }""", """["any",{"valid":"J\u0053ON"}]""", "true", "1.50e3" })
        {
            var reply = Assert.Single(_pump.Deliver(Stranger, $$$"""[{"PleaseAlwaysReturnThisMessage":{{{cookie}}}},{"PleaseSendPeers":{}}]"""));
            Assert.Contains($$$"""{"AlwaysReturned":{{{cookie}}}}""", reply.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void First_cookie_request_of_a_datagram_counts()
    {
        var reply = _pump.Ask(
            Stranger, new PleaseAlwaysReturnThisMessage(Theirs), new PleaseAlwaysReturnThisMessage(Datagram.Raw("2")), new PleaseSendPeers());
        Assert.Equal(new AlwaysReturned(Theirs), Assert.Single(reply.OfType<AlwaysReturned>()));
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void Cookie_is_returned_up_to_its_limit_and_not_one_byte_over(int bytes, bool isReturned)
    {
        var cookie = Datagram.Raw("\"" + new string('c', bytes - 2) + "\"");
        var reply = _pump.Ask(Stranger, _pump.Cookie(Stranger), new PleaseAlwaysReturnThisMessage(cookie), new PleaseSendPeers());
        Assert.Equal(isReturned, reply.Contains(new AlwaysReturned(cookie)));
        Assert.Equal(isReturned ? 1 : 0, _pump.Node.Jar.Count);
    }

    [Fact]
    public void Stranger_is_told_ipv4_addresses_only_unless_it_came_by_ipv6()
    {
        var v6 = Datagram.At("[2a01::1]:24254");
        var v4 = Datagram.At("8.8.8.8:24254");
        _pump.Node.PeerSample = [v6, v4];
        Assert.Equal<PeerAddress>([v4], PeersTold(_pump, Stranger));
        var pump = new PumpHarness(address: "[::1]:24254");
        pump.Node.PeerSample = [v6, v4];
        Assert.Equal<PeerAddress>([v6, v4], PeersTold(pump, Datagram.At("[::1]:999")));
    }

    [Fact]
    public void Asker_is_not_told_of_itself()
    {
        _pump.Node.PeerSample = [Stranger, Other];
        Assert.Equal<PeerAddress>([Other], PeersTold(_pump, Stranger));
    }

    // ---- the verified

    [Theory]
    [InlineData("""{"cookie":"$"}""")]
    [InlineData("""["$"]""")]
    [InlineData("""["cookie","$"]""")]
    [InlineData("\"$\"")]
    public void Our_cookie_verifies_in_every_shape_that_is_in_use(string shape)
    {
        var text = JsonDocument.Parse(_pump.CookieJson(Stranger).ToString()).RootElement.GetProperty("cookie").GetString()!;
        _pump.Node.PeerSample = [.. Enumerable.Range(1, 46).Select(i => PeerAddress.FromIPv4(0x08080800 + (uint)i, 24254))];
        var reply = _pump.Ask(Stranger, new PleaseSendPeers(), new AlwaysReturned(Datagram.Raw(shape.Replace("$", text, StringComparison.Ordinal))));
        Assert.Equal(46, Assert.IsType<Actors.Protocol.Peers>(Assert.Single(reply)).Addresses.Length);
        Assert.Equal(1, _pump.Count(WireCount.Verified));
    }

    [Fact]
    public void Cookie_anywhere_in_the_datagram_verifies_all_of_it()
    {
        Assert.DoesNotContain(
            _pump.Ask(Stranger, new PleaseSendPeers(), new AlwaysReturned(Theirs), _pump.Cookie(Stranger)),
            message => message is PleaseAlwaysReturnThisMessage);
    }

    // The July node returns the cookies of others by mistake: that is no hostility, only no proof.
    [Fact]
    public void Wrong_cookie_makes_a_stranger_and_nothing_worse()
    {
        var reply = _pump.Ask(Stranger, new AlwaysReturned(_pump.CookieJson(Other)), new PleaseSendPeers());
        Assert.Equal(new PleaseAlwaysReturnThisMessage(_pump.CookieJson(Stranger)), reply[0]);
        Assert.Equal(0, _pump.Count(WireCount.Verified));
    }

    [Fact]
    public void Cookie_of_the_previous_period_still_verifies_and_is_renewed()
    {
        var old = _pump.Cookie(Stranger);
        _pump.Advance(_pump.Node.Settings.Cookies.Rotate);
        var reply = _pump.Ask(Stranger, old, new PleaseSendPeers());
        Assert.Equal(new PleaseAlwaysReturnThisMessage(_pump.CookieJson(Stranger)), reply[0]);
        Assert.Equal(1, _pump.Count(WireCount.Verified));
        _pump.Advance(_pump.Node.Settings.Cookies.Rotate);
        _pump.Ask(Stranger, old, new PleaseSendPeers());
        Assert.Equal(1, _pump.Count(WireCount.Verified));
    }

    [Fact]
    public void Cookie_of_the_verified_is_kept_and_returned_from_then_on()
    {
        _pump.Deliver(Stranger, _pump.Cookie(Stranger), new PleaseAlwaysReturnThisMessage(Theirs));
        var reply = _pump.Ask(Stranger, _pump.Cookie(Stranger), new PleaseSendPeers());
        Assert.Equal(new AlwaysReturned(Theirs), reply[0]);
        Assert.Equal(new AlwaysReturned(Theirs), _pump.Ask(Stranger, new PleaseReturnThisMessage(Theirs))[1]);
        _pump.Deliver(Stranger, _pump.Cookie(Stranger), new PleaseAlwaysReturnThisMessage(Datagram.Raw("2")));
        Assert.Equal(new AlwaysReturned(Datagram.Raw("2")), _pump.Ask(Stranger, _pump.Cookie(Stranger), new PleaseSendPeers())[0]);
    }

    [Fact]
    public void Fresh_cookie_of_a_stranger_beats_the_kept_one_in_the_answer()
    {
        _pump.Deliver(Stranger, _pump.Cookie(Stranger), new PleaseAlwaysReturnThisMessage(Theirs));
        var reply = _pump.Ask(Stranger, new PleaseAlwaysReturnThisMessage(Datagram.Raw("2")), new PleaseSendPeers());
        Assert.Equal(new AlwaysReturned(Datagram.Raw("2")), Assert.Single(reply.OfType<AlwaysReturned>()));
        Assert.Equal(new AlwaysReturned(Theirs), _pump.Ask(Stranger, _pump.Cookie(Stranger), new PleaseSendPeers())[0]);
    }

    // The Rust nodes handle elements in order and look at the first AlwaysReturned only.
    [Fact]
    public void Reply_has_one_returned_cookie_before_everything_but_our_own_request()
    {
        var reply = _pump.Ask(
            Stranger, new PleaseSendPeers(), new PleaseAlwaysReturnThisMessage(Theirs),
            new PleaseReturnThisMessage(Datagram.Raw("1")), new PleaseListSupportedMessages());
        Assert.IsType<PleaseAlwaysReturnThisMessage>(reply[0]);
        Assert.IsType<AlwaysReturned>(reply[1]);
        Assert.Single(reply.OfType<AlwaysReturned>());
        Assert.Single(reply.OfType<PleaseAlwaysReturnThisMessage>());
    }

    // One peer's cookie once went to the next (repair cc2b5e9 of the Rust node).
    [Fact]
    public void Each_source_of_a_batch_gets_its_own_cookies()
    {
        for (ushort port = 1; port <= 60; port++)
        {
            var source = Stranger.WithPort(port);
            var own = port % 3 == 0 ? default : Datagram.Raw(port.ToString());
            WireMessage[] messages = own.Utf8.IsEmpty
                ? [new PleaseSendPeers()]
                : [new PleaseSendPeers(), new PleaseAlwaysReturnThisMessage(own)];
            _pump.Transport.Receive(source, Datagram.Of(messages));
        }

        _pump.Transport.EndBatch();
        Assert.Equal(60, _pump.Network.Sent.Count);
        foreach (var reply in _pump.Network.Sent)
        {
            Assert.Equal(new PleaseAlwaysReturnThisMessage(_pump.CookieJson(reply.To)), reply.Messages[0]);
            Assert.Equal(
                reply.To.Port % 3 == 0 ? [] : [new AlwaysReturned(Datagram.Raw(reply.To.Port.ToString()))],
                reply.Messages.OfType<AlwaysReturned>());
        }
    }

    // ---- answers

    [Fact]
    public void All_answers_to_one_datagram_leave_in_one_datagram_in_order()
    {
        var reply = _pump.Ask(
            Stranger, _pump.Cookie(Stranger), new PleaseReturnThisMessage(Datagram.Raw("1")), new PleaseSendPeers(),
            new PleaseReturnThisMessage(Datagram.Raw("2")), new PleaseSendPeers());
        Assert.Equal(
            [new ReturnedMessage(Datagram.Raw("1")), new Actors.Protocol.Peers([]), new ReturnedMessage(Datagram.Raw("2"))],
            reply);
    }

    [Fact]
    public void Answers_leave_when_the_batch_ends()
    {
        _pump.Transport.Receive(Stranger, Datagram.Of(new PleaseSendPeers()));
        _pump.Transport.Receive(Other, Datagram.Of(new PleaseSendPeers()));
        Assert.Empty(_pump.Network.Sent);
        _pump.Transport.EndBatch();
        Assert.Equal([Stranger, Other], _pump.Network.Sent.Select(sent => sent.To));
        Assert.Equal(0, _pump.Transport.RentedBatches);
    }

    [Fact]
    public void Answer_is_never_longer_than_a_datagram_of_ours()
    {
        var pings = Enumerable.Range(0, 60).Select(i => new PleaseReturnThisMessage(Datagram.Raw("\"" + new string('p', 250) + "\"")));
        var reply = Assert.Single(_pump.Deliver(Stranger, [_pump.Cookie(Stranger), .. pings]));
        Assert.InRange(reply.Bytes.Length, 5000, 5888);
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void Ping_is_returned_up_to_its_limit_and_not_one_byte_over(int bytes, bool isReturned)
    {
        var ping = Datagram.Raw("\"" + new string('p', bytes - 2) + "\"");
        var reply = _pump.Deliver(Stranger, _pump.Cookie(Stranger), new PleaseReturnThisMessage(ping));
        Assert.Equal(isReturned, reply.Any(one => one.Messages.Contains(new ReturnedMessage(ping))));
    }

    [Fact]
    public void Supported_messages_are_told_as_a_schema_with_one_property_each()
    {
        var reply = _pump.Ask(Stranger, _pump.Cookie(Stranger), new PleaseListSupportedMessages());
        var supported = Assert.IsType<SupportedMessages>(Assert.Single(reply));
        var schema = JsonDocument.Parse(supported.Payload.ToString()).RootElement.GetProperty("schema");
        var names = schema.GetProperty("oneOf").EnumerateArray()
            .Select(one => Assert.Single(one.GetProperty("properties").EnumerateObject().ToArray()).Name);
        Assert.Equal(11, names.Distinct().Count());
        Assert.Contains("PleaseSendContent", names);
    }

    // ---- loops

    [Theory]
    [InlineData("""[{"AlwaysReturned":{"cookie":"00"}}]""")]
    [InlineData("""[{"AlwaysReturned":{"cookie":"00"}},{"PleaseAlwaysReturnThisMessage":{"cookie":"11"}}]""")]
    [InlineData("""[{"ReturnedMessage":{"cookie":"11151.745030629"}}]""")]
    [InlineData("""[{"WhoIsHere":{}}]""")]
    [InlineData("""[{"WhoIsHere":{}},{"AlwaysReturned":{"cookie":"00"}}]""")]
    [InlineData("""[{"SupportedMessages":{}}]""")]
    [InlineData("""[{"Peers":{"peers":["8.8.8.8:1"]}}]""")]
    [InlineData("""[{"Peers":{"peers":[]}}]""")]
    [InlineData("""[{"Content":{"id":"a","offset":0,"base64":"aGk=","eof":2}}]""")]
    [InlineData("""[{"MaybeTheyHaveSome":{"id":"a","peers":["8.8.8.8:1"]}}]""")]
    public void What_asks_for_nothing_is_not_answered(string datagram)
    {
        for (var i = 0; i < 20; i++)
            Assert.Empty(_pump.Deliver(Stranger, datagram));
    }

    [Fact]
    public void Cookie_request_alone_is_answered_once_in_a_while_with_both_cookies()
    {
        var reply = _pump.Ask(Stranger, new PleaseAlwaysReturnThisMessage(Theirs));
        Assert.Equal([new AlwaysReturned(Theirs), new PleaseAlwaysReturnThisMessage(_pump.CookieJson(Stranger))], reply);
        Assert.Empty(_pump.Deliver(Stranger, new PleaseAlwaysReturnThisMessage(Theirs)));
        _pump.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.Empty(_pump.Deliver(Stranger, new PleaseAlwaysReturnThisMessage(Theirs)));
        _pump.Advance(TimeSpan.FromTicks(1));
        Assert.Single(_pump.Deliver(Stranger, new PleaseAlwaysReturnThisMessage(Theirs)));
        Assert.Single(_pump.Deliver(Other, new PleaseAlwaysReturnThisMessage(Theirs)));
    }

    // ---- content

    [Fact]
    public void Content_requests_of_a_batch_are_told_to_the_server_together()
    {
        var request = new PleaseSendContent(Id, 4096, 8192);
        _pump.Transport.Receive(Stranger, Datagram.Of(_pump.Cookie(Stranger), request, request));
        _pump.Transport.Receive(Other, Datagram.Of(request, new PleaseAlwaysReturnThisMessage(Theirs)));
        Assert.Empty(_pump.Server.Messages);
        _pump.Transport.EndBatch();
        var serve = Assert.IsType<ContentServerProtocol.Serve>(Assert.Single(_pump.Server.Messages));
        Assert.Same(_pump.Transport, serve.Via);
        Assert.Equal([Stranger, Stranger, Other], serve.Requests.Select(one => one.Source));
        Assert.Equal(serve.Requests[0].Datagram, serve.Requests[1].Datagram);
        Assert.NotEqual(serve.Requests[0].Datagram, serve.Requests[2].Datagram);
        Assert.All(serve.Requests, one => Assert.Equal((Id, 4096, 8192), (one.Id, one.Length, one.Offset)));
        Assert.Equal([(true, false), (true, false), (false, true)], serve.Requests.Select(one => (one.Verified, one.GiveCookie)));
        Assert.Equal(Theirs.Utf8.ToArray(), serve.Requests[2].Echo.ToArray());
        Assert.Equal(int.MaxValue, serve.Requests[0].BytesMax);
        Assert.Equal(
            ReplyBudget.UnverifiedBytesMax(Datagram.Of(request, new PleaseAlwaysReturnThisMessage(Theirs)).Length),
            serve.Requests[2].BytesMax);
        Assert.Equal(1, _pump.Node.ServerBacklog.Count);
    }

    [Fact]
    public void Answers_to_other_questions_ride_with_the_first_content_request()
    {
        Assert.Empty(_pump.Deliver(
            Stranger, _pump.Cookie(Stranger), new PleaseSendPeers(), new PleaseSendContent(Id, 1, 0), new PleaseSendContent(Id, 1, 1)));
        var serve = Assert.IsType<ContentServerProtocol.Serve>(Assert.Single(_pump.Server.Messages));
        Assert.Equal("""{"Peers":{"peers":[]}}""", Encoding.UTF8.GetString(serve.Requests[0].Others.Span));
        Assert.True(serve.Requests[1].Others.IsEmpty);
    }

    // A client that never learns cookies would ask for teasers for ever.
    [Fact]
    public void One_in_so_many_requests_of_strangers_is_ignored_and_none_of_the_verified()
    {
        var pump = new PumpHarness("cjp2p.content.ignore-unverified-one-in = 4");
        for (var i = 0; i < 1000; i++)
        {
            pump.Deliver(Stranger, new PleaseSendContent(Id, 1, 0));
            pump.Node.ServerBacklog.Leave();
        }

        var ignored = pump.Count(WireCount.IgnoredAtRandom);
        Assert.InRange(ignored, 200, 300);
        Assert.Equal(1000 - ignored, pump.Server.Messages.Count);
        for (var i = 0; i < 100; i++)
            pump.Deliver(Stranger, pump.Cookie(Stranger), new PleaseSendContent(Id, 1, 0));
        Assert.Equal(ignored, pump.Count(WireCount.IgnoredAtRandom));
    }

    [Fact]
    public void Content_that_nobody_asked_for_is_counted_and_thrown_away()
    {
        _pump.Deliver(Stranger, Piece(0, 100, 100));
        var route = Route();
        _pump.Deliver(Other, Piece(0, 100, 100));
        Assert.Equal(2, _pump.Count(WireCount.ContentUnasked));
        Assert.False(route.TryGetSource(Other, out _));
    }

    [Fact]
    public void Asked_content_goes_into_its_span_and_its_actor_is_told_once_a_batch()
    {
        var route = Route();
        route.TryGetSource(Stranger, out var slot);
        route.Reset(3 * 4096);
        var owner = new RecordingRef("span");
        var bytes = new byte[SpanGeometry.SpanBytes];
        DownloadRoute.SetSpan(route.Table, 0, new SpanBuffer(bytes, 0, 3 * 4096, 4096, owner));
        _pump.Transport.Receive(Stranger, Datagram.Of(Piece(0, 4096, 3 * 4096), Piece(4096, 4096, 3 * 4096)));
        _pump.Transport.Receive(Stranger, Datagram.Of(Piece(4096, 4096, 3 * 4096)));
        _pump.Transport.Receive(Stranger, Datagram.Of(Piece(8192, 32, 3 * 4096)));
        Assert.Empty(owner.Messages);
        _pump.Transport.EndBatch();
        var arrived = Assert.IsType<ChunkRequestProtocol.ChunksArrived>(Assert.Single(owner.Messages));
        Assert.Same(slot, arrived.Source);
        Assert.Equal((2, 1, 1, true), (arrived.Chunks.Count, arrived.Useless.Count, arrived.Duplicates, arrived.Shared));
        Assert.Equal(Enumerable.Repeat((byte)7, 8192), bytes[..8192]);
        Assert.Equal((2, 1, 1), (
            _pump.Count(WireCount.ChunksStored), _pump.Count(WireCount.ChunksDuplicate), _pump.Count(WireCount.ChunksUseless)));
    }

    [Fact]
    public void Content_of_another_length_than_believed_is_not_taken()
    {
        var route = Route();
        route.Reset(4096);
        var owner = new RecordingRef("span");
        DownloadRoute.SetSpan(route.Table, 0, new SpanBuffer(new byte[SpanGeometry.SpanBytes], 0, 4096, 4096, owner));
        _pump.Deliver(Stranger, Piece(0, 4096, 5000));
        Assert.Equal(1, _pump.Count(WireCount.ContentOtherLength));
        // The Ruby node does not say.
        _pump.Deliver(Stranger, Piece(0, 4096, null));
        Assert.Equal(1, _pump.Count(WireCount.ChunksStored));
        Assert.Single(owner.Messages);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(SpanGeometry.SpanBytes)]
    [InlineData(long.MaxValue - 65_536)]
    public void Content_beyond_the_end_is_thrown_away(long offset)
    {
        var route = Route();
        route.Reset(4096);
        DownloadRoute.SetSpan(route.Table, 0, new SpanBuffer(new byte[SpanGeometry.SpanBytes], 0, 4096, 4096, new RecordingRef("span")));
        _pump.Deliver(Stranger, Piece(offset, 100, 4096));
        Assert.Equal(0, _pump.Count(WireCount.ChunksStored));
    }

    [Fact]
    public void Download_hears_of_the_answer_to_a_probe_and_of_each_other_length_but_not_for_ever()
    {
        var route = Route(out var download);
        route.TryGetSource(Stranger, out var slot);
        slot.AwaitsAnswer = true;
        _pump.Deliver(Stranger, Piece(0, 100, 100));
        _pump.Deliver(Stranger, Piece(0, 100, 100));
        var answered = Assert.IsType<DownloadProtocol.SourceAnswered>(Assert.Single(download.Take()));
        Assert.Equal((slot, 100L), (answered.Source, answered.Eof));
        for (var i = 0; i < 100; i++)
            _pump.Deliver(Stranger, Piece(0, 100, 200 + i));
        Assert.InRange(download.Take().Count, SourceSlot.EofChangesMax - 1, SourceSlot.EofChangesMax);
    }

    [Fact]
    public void Suggested_sources_are_told_when_a_source_of_that_download_names_them()
    {
        Route();
        var named = ImmutableArray.Create(Datagram.At("8.8.8.8:1"));
        _pump.Deliver(Other, new MaybeTheyHaveSome(Id, named));
        Assert.Empty(_pump.Downloads.Messages);
        _pump.Deliver(Stranger, new MaybeTheyHaveSome(Id, named));
        var suggested = Assert.IsType<DownloadProtocol.Suggested>(Assert.Single(_pump.Downloads.Messages));
        Assert.Equal((Id, Stranger), (suggested.Id, suggested.From));
        Assert.Equal<PeerAddress>(named, suggested.Addresses);
    }

    // ---- news

    [Fact]
    public void Peer_that_proves_itself_is_news_once_in_a_while()
    {
        for (var i = 0; i < 100; i++)
            _pump.Deliver(Stranger, _pump.Cookie(Stranger), new PleaseSendPeers());
        Assert.Equal((Stranger, true), (Assert.Single(_pump.News).Source, _pump.News[0].Proven));
        _pump.Advance(TimeSpan.FromSeconds(10));
        _pump.Deliver(Stranger, _pump.Cookie(Stranger));
        Assert.Equal(2, _pump.News.Count);
    }

    [Fact]
    public void Ping_of_ours_that_comes_back_proves_the_source_and_tells_the_round_trip()
    {
        var ping = Ping(Stranger);
        _pump.Advance(TimeSpan.FromMilliseconds(30));
        Assert.Empty(_pump.Deliver(Stranger, new ReturnedMessage(ping)));
        var news = Assert.Single(_pump.News);
        Assert.Equal((Stranger, true, TimeSpan.FromMilliseconds(30)), (news.Source, news.Proven, news.RoundTrip));
    }

    [Fact]
    public void Ping_that_comes_back_from_somebody_else_or_too_late_is_nothing()
    {
        var ping = Ping(Stranger);
        _pump.Deliver(Other, new ReturnedMessage(ping));
        _pump.Advance(PingIssuer.AnswerAgeMax + TimeSpan.FromTicks(1));
        _pump.Deliver(Stranger, new ReturnedMessage(ping));
        Assert.Empty(_pump.News);
    }

    [Fact]
    public void Addresses_named_by_anybody_are_news_with_what_they_prove()
    {
        var named = ImmutableArray.Create(Datagram.At("8.8.8.8:1"));
        _pump.Deliver(Stranger, new Actors.Protocol.Peers(named));
        _pump.Deliver(Other, _pump.Cookie(Other), new Actors.Protocol.Peers(named));
        Assert.Equal([(Stranger, false), (Other, true)], _pump.News.Select(news => (news.Source, news.Proven)));
        Assert.All(_pump.News, news => Assert.Equal<PeerAddress>(named, news.Peers));
    }

    [Fact]
    public void Addresses_read_from_one_message_are_capped_and_bad_ones_left_out()
    {
        var names = Enumerable.Range(1, 200).Select(i => $"\"8.8.{i}.8:1\"").Prepend("\"no address\"").Prepend("7");
        _pump.Deliver(Stranger, $$$"""[{"Peers":{"peers":[{{{string.Join(',', names)}}}]}}]""");
        Assert.Equal(64, Assert.Single(_pump.News).Peers.Length);
        Assert.Equal(2, _pump.Count(WireCount.BadElements));
    }

    // ---- too much

    [Fact]
    public void Stranger_over_its_limit_is_heard_only_when_it_proves_itself()
    {
        var pump = new PumpHarness("cjp2p.ingress { source-burst = 3, source-per-second = 1 }");
        for (var i = 0; i < 3; i++)
            Assert.Single(pump.Deliver(Stranger, new PleaseSendPeers()));
        Assert.Empty(pump.Deliver(Stranger, new PleaseSendPeers()));
        Assert.Equal(1, pump.Count(WireCount.Limited));
        Assert.Single(pump.Deliver(Stranger, new PleaseSendPeers(), pump.Cookie(Stranger)));
        Assert.Single(pump.Deliver(Other, new PleaseSendPeers()));
        pump.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(pump.Deliver(Stranger, new PleaseSendPeers()));
    }

    [Fact]
    public void Content_that_we_asked_a_source_for_is_taken_whatever_else_it_sends()
    {
        var pump = new PumpHarness("cjp2p.ingress { source-burst = 1, source-per-second = 1 }");
        var route = Route(pump, out _);
        route.Reset(4096);
        DownloadRoute.SetSpan(route.Table, 0, new SpanBuffer(new byte[SpanGeometry.SpanBytes], 0, 4096, 4096, new RecordingRef("span")));
        for (var i = 0; i < 10; i++)
            pump.Deliver(Stranger, "garbage");
        pump.Deliver(Stranger, Piece(0, 4096, 4096));
        Assert.Equal(1, pump.Count(WireCount.ChunksStored));
    }

    [Fact]
    public void Garbage_is_charged_to_its_source()
    {
        var pump = new PumpHarness("cjp2p.ingress { source-burst = 3, source-per-second = 1 }");
        for (var i = 0; i < 3; i++)
            pump.Deliver(Stranger, "garbage");
        Assert.Empty(pump.Deliver(Stranger, new PleaseSendPeers()));
    }

    [Fact]
    public void Verified_peers_are_not_slowed()
    {
        var pump = new PumpHarness("cjp2p.ingress { source-burst = 1, source-per-second = 1 }");
        for (var i = 0; i < 1000; i++)
            Assert.Single(pump.Deliver(Stranger, new PleaseSendPeers(), pump.Cookie(Stranger)));
    }

    [Fact]
    public void What_actors_are_too_far_behind_for_is_shed_and_counted()
    {
        Fill(_pump.Node.ServerBacklog);
        _pump.Deliver(Stranger, new PleaseSendContent(Id, 1, 0), new PleaseSendContent(Id, 1, 0));
        Assert.Equal(2, _pump.Count(WireCount.Shed));
        Fill(_pump.Node.RegistryBacklog);
        _pump.Deliver(Stranger, _pump.Cookie(Stranger));
        Assert.Equal(3, _pump.Count(WireCount.Shed));
        Fill(_pump.Node.SuggestionBacklog);
        Route();
        _pump.Deliver(Stranger, new MaybeTheyHaveSome(Id, [Other]));
        Assert.Equal(4, _pump.Count(WireCount.Shed));
        Assert.Empty(_pump.Server.Messages);
        Assert.Empty(_pump.Registry.Messages);
        Assert.Empty(_pump.Downloads.Messages);

        _pump.Node.ServerBacklog.Leave();
        _pump.Deliver(Stranger, new PleaseSendContent(Id, 1, 7));
        Assert.Equal(7, Assert.Single(Assert.IsType<ContentServerProtocol.Serve>(Assert.Single(_pump.Server.Messages)).Requests).Offset);

        static void Fill(Backlog backlog)
        {
            while (backlog.TryEnter())
            {
            }
        }
    }

    [Fact]
    public void Death_of_the_transport_is_told_to_the_socket_actor()
    {
        _pump.Transport.Fail("no more");
        var failed = Assert.IsType<SocketProtocol.TransportFailed>(Assert.Single(_pump.Socket.Messages));
        Assert.Equal((_pump.Transport, "no more"), (failed.Transport, failed.Reason));
    }

    private static ImmutableArray<PeerAddress> PeersTold(PumpHarness pump, PeerAddress asker) =>
        Assert.IsType<Actors.Protocol.Peers>(Assert.Single(pump.Ask(asker, new PleaseSendPeers(), pump.Cookie(asker)))).Addresses;

    private static Actors.Protocol.Content Piece(long offset, int length, long? eof) =>
        new(Id, offset, [.. Enumerable.Repeat((byte)7, length)], eof);

    private RawJson Ping(PeerAddress peer)
    {
        var payload = new byte[PingIssuer.PayloadBytes];
        _pump.Node.Pings.Write(peer, _pump.Node.Clock.Now, payload);
        return RawJson.CopyOf(payload);
    }

    private DownloadRoute Route() => Route(out _);

    private DownloadRoute Route(out RecordingRef download) => Route(_pump, out download);

    private static DownloadRoute Route(PumpHarness pump, out RecordingRef download)
    {
        download = new RecordingRef("download");
        var route = new DownloadRoute(Id, download);
        route.Add(new SourceSlot(1, Stranger));
        pump.Node.Routes.Add(route);
        return route;
    }
}
