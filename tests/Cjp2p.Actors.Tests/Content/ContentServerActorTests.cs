using System.Text;
using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Content;

public sealed class ContentServerActorTests : NodeSpec
{
    private static readonly PeerAddress Asker = Datagram.At("127.0.0.9:9");
    private static readonly byte[] Bytes = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes + 1000);
    private static readonly ContentId Id = ScriptedSource.IdOf(Bytes);

    private readonly TestProbe _store;
    private readonly MemoryTransport _transport;
    private NodeServices _node = null!;
    private IActorRef _server = ActorRefs.Nobody;
    private int _datagram;

    public ContentServerActorTests()
    {
        _store = CreateTestProbe();
        _transport = Network.Bind(Peer("127.0.0.1:24254"));
    }

    // ---- what is served

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(1, 1)]
    [InlineData(8192, 4096)]
    [InlineData(12_345, 40_960)]
    [InlineData(SpanGeometry.SpanBytes - 1000, 4096)] // over the border of two blocks
    [InlineData(2 * SpanGeometry.SpanBytes, 1000)] // to the end
    public void Range_is_served_exactly_as_asked_with_the_length_of_the_whole(int offset, int length)
    {
        Start();
        Share("/a", Bytes);
        var given = Given(Verified(offset, length));
        Assert.Equal((Id, offset, Bytes.Length), (given.Id, given.Offset, given.Eof));
        Assert.Equal(Bytes[offset..(offset + length)], given.Bytes.ToArray());
    }

    [Fact]
    public void Range_ends_at_the_end_of_the_content()
    {
        Start();
        Share("/a", Bytes);
        Assert.Equal(1000, Given(Verified(2 * SpanGeometry.SpanBytes, 4096)).Bytes.Length);
        Assert.Single(Given(Verified(Bytes.Length - 1, 4096)).Bytes);
    }

    [Theory]
    [InlineData(40_960, 40_960)]
    [InlineData(40_961, 40_960)]
    [InlineData(long.MaxValue - 65_536, 40_960)]
    public void Verified_source_gets_at_most_what_the_rust_nodes_give(long length, int given)
    {
        Start();
        Share("/a", Bytes);
        Assert.Equal(given, Given(Verified(0, length)).Bytes.Length);
    }

    // The March node ends at a Content at or past its end; the July node asks on at once for ever.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    [InlineData(long.MaxValue - 65_536 - 525_288)]
    public void Past_the_end_there_is_silence(long beyond)
    {
        Start();
        Share("/a", Bytes);
        Assert.Empty(Ask(Verified(Bytes.Length + beyond, 4096)));
        Share("/empty", []);
        Assert.Empty(Ask(Verified(beyond, 4096, ScriptedSource.IdOf([]))));
    }

    [Fact]
    public void Nothing_asked_for_is_nothing_given_but_the_length()
    {
        Start();
        Share("/a", Bytes);
        var given = Given(Verified(5, 0));
        Assert.Equal((5, 0, Bytes.Length), ((int)given.Offset, given.Bytes.Length, given.Eof));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plain_names_are_served_if_enabled(bool enabled)
    {
        Start($"content.serve-by-name = {(enabled ? "on" : "off")}");
        Share("/folder/song.ogg", Bytes);
        Assert.True(ContentId.TryParse("song.ogg", out var name));
        var replies = Ask(Verified(0, 100, name));
        Assert.Equal(enabled ? 1 : 0, replies.Count);
        if (enabled)
            Assert.Equal(name, Assert.IsType<Actors.Protocol.Content>(Assert.Single(replies[0].Messages)).Id);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("folder/song.ogg")]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData(".hidden")]
    [InlineData("")]
    public void Paths_are_no_names(string name) => Assert.False(ContentId.TryParse(name, out _));

    // ---- rates of the user

    [Fact]
    public void Over_the_rate_that_the_user_allows_nothing_is_served_and_it_is_counted()
    {
        Start("limits.upload = 65536");
        Share("/a", Bytes);
        // A second's worth at once, and no more.
        Given(Verified(0, 40_960));
        Given(Verified(0, 24_576));
        Assert.Empty(Ask(Verified(0, 4096)).SelectMany(reply => reply.Messages).OfType<Actors.Protocol.Content>());
        Assert.Equal(1, _node.Counters[WireCount.RateLimited]);
        AdvanceSeconds(1);
        Given(Verified(0, 40_960));
    }

    // ---- strangers

    [Fact]
    public void Stranger_gets_a_teaser_with_the_length_after_our_cookie_request()
    {
        Start();
        Share("/a", Bytes);
        var messages = Assert.Single(Ask(Stranger(8192, 4096))).Messages;
        Assert.Equal(new PleaseAlwaysReturnThisMessage(Datagram.CookieOf(_node, Asker)), messages[0]);
        var given = Assert.IsType<Actors.Protocol.Content>(messages[1]);
        Assert.Equal(Bytes[8192..8224], given.Bytes.ToArray());
        Assert.Equal(Bytes.Length, given.Eof);
    }

    [Fact]
    public void Stranger_gets_its_own_cookie_back_right_after_ours()
    {
        Start();
        Share("/a", Bytes);
        var messages = Assert.Single(Ask(Stranger(0, 4096) with { Echo = Encoding.UTF8.GetBytes("\"x\"") })).Messages;
        Assert.Equal(new AlwaysReturned(Datagram.Raw("\"x\"")), messages[1]);
        Assert.IsType<Actors.Protocol.Content>(messages[2]);
    }

    [Fact]
    public void All_that_a_stranger_asks_for_in_one_datagram_stays_within_one_small_datagram()
    {
        Start();
        Share("/a", Bytes);
        var requests = Enumerable.Range(0, 60).Select(i => Stranger(i * 4096, 4096)).ToArray();
        var reply = Assert.Single(Ask(requests));
        Assert.InRange(reply.Bytes.Length, 65, requests[0].BytesMax);
        Assert.IsType<PleaseAlwaysReturnThisMessage>(reply.Messages[0]);
        Assert.NotEmpty(reply.Messages.OfType<Actors.Protocol.Content>());
    }

    [Fact]
    public void Stranger_that_asks_for_the_unknown_gets_our_cookie_request_and_nothing_else()
    {
        Start();
        Assert.IsType<PleaseAlwaysReturnThisMessage>(Assert.Single(Assert.Single(Ask(Stranger(0, 4096))).Messages));
    }

    // ---- several in one datagram

    [Fact]
    public void Answers_to_one_datagram_leave_together_as_far_as_they_fit_and_in_order()
    {
        Start();
        Share("/a", Bytes);
        var replies = Ask([.. Enumerable.Range(0, 10).Select(i => Verified(i * 1000, 1000))]);
        Assert.InRange(replies.Count, 2, 4);
        Assert.All(replies, reply => Assert.InRange(reply.Bytes.Length, 1000, 5888));
        Assert.Equal(
            Enumerable.Range(0, 10).Select(i => i * 1000L),
            replies.SelectMany(reply => reply.Messages).Cast<Actors.Protocol.Content>().Select(content => content.Offset));
    }

    [Fact]
    public void Piece_that_is_longer_than_our_datagrams_leaves_in_one_of_its_own_size()
    {
        Start();
        Share("/a", Bytes);
        var replies = Ask(Verified(0, 100), Verified(0, 40_960), Verified(0, 40_960), Verified(0, 4096));
        Assert.Equal(4, replies.Count);
        Assert.Equal([100, 40_960, 40_960, 4096], replies.Select(reply => Assert.IsType<Actors.Protocol.Content>(Assert.Single(reply.Messages)).Bytes.Length));
        Assert.All(replies, reply => Assert.InRange(reply.Bytes.Length, 1, 55_200));
    }

    [Fact]
    public void Datagrams_of_a_batch_are_answered_one_by_one()
    {
        Start();
        Share("/a", Bytes);
        var one = Verified(0, 100);
        _datagram++;
        var other = Verified(100, 100) with { Source = Peer("127.0.0.10:1") };
        var replies = Ask(one, other);
        Assert.Equal([Asker, Peer("127.0.0.10:1")], replies.Select(reply => reply.To));
    }

    [Fact]
    public void Answers_to_other_questions_of_the_datagram_come_first()
    {
        Start();
        Share("/a", Bytes);
        var reply = Assert.Single(Ask(Verified(0, 100) with { Others = """{"Peers":{"peers":[]}},{"ReturnedMessage":7}"""u8.ToArray() }));
        Assert.Equal([typeof(Actors.Protocol.Peers), typeof(ReturnedMessage), typeof(Actors.Protocol.Content)], reply.Messages.Select(message => message.GetType()));
        // Also when there is nothing else to say.
        Assert.Single(Ask(Verified(0, 100, ScriptedSource.IdOf([9])) with { Others = """{"Peers":{"peers":[]}}"""u8.ToArray() }));
    }

    [Fact]
    public void Cookie_that_a_verified_source_gave_comes_back_and_ours_is_renewed_when_it_is_old()
    {
        Start();
        Share("/a", Bytes);
        _node.Jar.Set(Asker, "\"kept\""u8);
        Assert.Equal(new AlwaysReturned(Datagram.Raw("\"kept\"")), Assert.Single(Ask(Verified(0, 100))).Messages[0]);
        Assert.IsType<PleaseAlwaysReturnThisMessage>(Assert.Single(Ask(Verified(0, 100) with { GiveCookie = true })).Messages[0]);
    }

    // ---- others who may have it

    [Fact]
    public void Who_asks_for_what_we_do_not_have_hears_who_else_asked_but_not_of_itself()
    {
        Start();
        Assert.Empty(Ask(Verified(0, 4096)));
        var other = Verified(0, 4096) with { Source = Peer("127.0.0.10:1") };
        Assert.Equal<PeerAddress>([Asker], Told(Assert.Single(Ask(other))).Addresses);
        Assert.Equal<PeerAddress>([Peer("127.0.0.10:1")], Told(Assert.Single(Ask(Verified(0, 4096)))).Addresses);
    }

    [Fact]
    public void Strangers_and_those_who_ask_by_name_are_not_remembered()
    {
        Start();
        Ask(Stranger(0, 4096));
        Assert.True(ContentId.TryParse("name", out var name));
        Ask(Verified(0, 4096, name));
        Assert.Equal(0, _node.Sources.Count);
    }

    [Fact]
    public void Stranger_hears_of_three_at_the_most_and_of_ipv4_addresses_only()
    {
        Start();
        _node.Sources.Add(Id, Peer("[::1]:1"));
        for (var i = 0; i < 10; i++)
            _node.Sources.Add(Id, Peer($"127.0.1.{i + 1}:1"));
        var told = Told(Assert.Single(Ask(Stranger(0, 4096) with { BytesMax = 5000 })));
        Assert.Equal(3, told.Addresses.Length);
        Assert.DoesNotContain(told.Addresses, address => address.IsIPv6);
        Assert.Equal(10, Told(Assert.Single(Ask(Verified(0, 4096)))).Addresses.Length);
    }

    [Fact]
    public void Who_gets_a_content_hears_once_in_a_while_who_else_may_have_it()
    {
        Start();
        Share("/a", Bytes);
        _node.Sources.Add(Id, Peer("127.0.1.1:1"));
        var told = 0;
        for (var i = 0; i < 2000; i++)
            told += Ask(Verified(0, 10)).SelectMany(reply => reply.Messages).OfType<MaybeTheyHaveSome>().Count();
        Assert.InRange(told, 20, 80);
    }

    // ---- files that change

    [Theory]
    [InlineData("content")]
    [InlineData("length")]
    [InlineData("gone")]
    public void File_that_changed_since_it_was_hashed_is_not_served_and_the_store_is_told(string how)
    {
        Start();
        var shared = Share("/a", Bytes);
        Change(how, "/a");
        Assert.Empty(Ask(Verified(0, 4096)));
        Assert.Equal(shared, Only<ContentStoreProtocol.FileChanged>(_store).File);
    }

    [Theory]
    [InlineData("content")]
    [InlineData("length")]
    public void File_that_changed_while_it_was_open_is_not_served(string how)
    {
        Start();
        Share("/a", Bytes);
        Given(Verified(0, 4096));
        Change(how, "/a");
        // What is in memory is still what was hashed.
        Assert.Equal(Bytes[..4096], Given(Verified(0, 4096)).Bytes.ToArray());
        Assert.Empty(Ask(Verified(SpanGeometry.SpanBytes, 4096)));
        Only<ContentStoreProtocol.FileChanged>(_store);
    }

    [Fact]
    public void File_that_changes_while_it_is_read_is_not_served()
    {
        Start();
        Share("/a", Bytes);
        Disk.OnRead = path => Disk.Spoil(path, 0);
        Assert.Empty(Ask(Verified(0, 4096)));
        Only<ContentStoreProtocol.FileChanged>(_store);
    }

    [Theory]
    [InlineData(nameof(DiskOperation.OpenRead))]
    [InlineData(nameof(DiskOperation.Read))]
    [InlineData(nameof(DiskOperation.Stat))]
    public void File_that_cannot_be_read_is_silence_a_warning_and_news_for_the_store(string operation)
    {
        Start();
        Share("/a", Bytes);
        Share("/b", [1, 2, 3]);
        Disk.Fault = (what, path) => what.ToString() == operation && path == "/a" ? new UnauthorizedAccessException("denied") : null;
        Assert.Empty(Ask(Verified(0, 4096)));
        Assert.Contains("denied", Assert.Single(Warnings), StringComparison.Ordinal);
        Only<ContentStoreProtocol.FileChanged>(_store);
        Assert.Equal(3, Given(Verified(0, 4096, ScriptedSource.IdOf([1, 2, 3]))).Bytes.Length);
    }

    // ---- what is verified of a running download

    [Fact]
    public void Verified_part_of_a_download_is_served_and_the_rest_is_not()
    {
        Start();
        Partial("/a.part", verifiedSpans: 0b010);
        Assert.Equal(Bytes[SpanGeometry.SpanBytes..(SpanGeometry.SpanBytes + 4096)], Given(Verified(SpanGeometry.SpanBytes, 4096)).Bytes.ToArray());
        Assert.Equal(Bytes.Length, Given(Verified(SpanGeometry.SpanBytes, 4096)).Eof);
        Assert.Empty(Ask(Verified(0, 4096)));
        Assert.Empty(Ask(Verified(2 * SpanGeometry.SpanBytes - 10, 4096)));
        Assert.Empty(Ask(Verified(2 * SpanGeometry.SpanBytes, 4096)));
        Assert.Empty(Ask(Verified(long.MaxValue - 65_536, 4096)));
        Assert.Single(Ask(Stranger(SpanGeometry.SpanBytes, 4096)).SelectMany(reply => reply.Messages).OfType<Actors.Protocol.Content>());
    }

    [Fact]
    public void Who_asks_for_a_part_that_is_not_here_yet_hears_who_delivers()
    {
        Start();
        Partial("/a.part", verifiedSpans: 0b010).Suppliers = [Peer("127.0.1.1:1")];
        Assert.Equal<PeerAddress>([Peer("127.0.1.1:1")], Told(Assert.Single(Ask(Verified(0, 4096)))).Addresses);
    }

    [Theory]
    [InlineData(nameof(DiskOperation.Stat))]
    [InlineData(nameof(DiskOperation.OpenRead))]
    [InlineData(nameof(DiskOperation.Read))]
    public void Part_that_cannot_be_read_is_silence(string operation)
    {
        Start();
        Partial("/a.part", verifiedSpans: 0b111);
        Disk.Fault = (what, path) => what.ToString() == operation && path == "/a.part" ? new IOException("broken") : null;
        Assert.Empty(Ask(Verified(0, 4096)));
        Disk.Fault = (_, _) => null;
        Given(Verified(0, 4096));
        Disk.Take("/a.part");
        Assert.Empty(Ask(Verified(0, 4096)));
    }

    // ---- bounds

    [Fact]
    public void Open_files_are_bounded_and_closed_when_idle()
    {
        Start("content { open-files-max = 3, cached-blocks-max = 100 }");
        for (byte i = 0; i < 10; i++)
        {
            Share("/" + i, [i]);
            Assert.Single(Given(Verified(0, 1, ScriptedSource.IdOf([i]))).Bytes);
            Assert.InRange(Disk.OpenHandles, 1, 3);
        }

        Assert.Equal(3, Disk.OpenHandles);
        AdvanceSeconds(61);
        Assert.Equal(0, Disk.OpenHandles);
        Assert.Null(Time.NextDue());
    }

    [Fact]
    public void Blocks_in_memory_are_bounded_and_the_least_recently_used_go_first()
    {
        Start("content.cached-blocks-max = 2");
        Share("/a", Bytes);
        Given(Verified(0, 1));
        Given(Verified(SpanGeometry.SpanBytes, 1));
        Given(Verified(0, 1));
        var reads = Disk.Count(DiskOperation.Read, "/a");
        Assert.Equal(2, reads);
        Given(Verified(2 * SpanGeometry.SpanBytes, 1));
        Given(Verified(0, 1));
        Assert.Equal(3, Disk.Count(DiskOperation.Read, "/a"));
        Given(Verified(SpanGeometry.SpanBytes, 1));
        Assert.Equal(4, Disk.Count(DiskOperation.Read, "/a"));
    }

    [Fact]
    public void Every_batch_and_file_is_given_back_and_the_backlog_is_left()
    {
        Start();
        Share("/a", Bytes);
        Assert.True(_node.ServerBacklog.TryEnter());
        Ask(Verified(0, 4096));
        Assert.Equal((0, 0), (_node.ServerBacklog.Count, _transport.RentedBatches));
        _store.Watch(_server);
        Sys.Stop(_server);
        UntilTerminated(_store);
        Assert.Equal(0, Disk.OpenHandles);
    }

    private void Start(string hocon = "")
    {
        _node = Services($"cjp2p {{ {hocon} }}");
        _server = Top(ContentServerActor.Props(_node, _store.Ref), "server");
    }

    private SharedFile Share(string path, byte[] bytes)
    {
        var file = new SharedFile(ScriptedSource.IdOf(bytes), Disk.Put(path, bytes));
        _node.Catalog.Add(file, _node.Settings.Content.ServeByName);
        return file;
    }

    private DownloadRoute Partial(string path, byte verifiedSpans)
    {
        Disk.Put(path, Bytes);
        var route = new DownloadRoute(Id, _store.Ref) { Partial = new PartialContent(path, Bytes.Length, new[] { verifiedSpans }) };
        _node.Routes.Add(route);
        return route;
    }

    private void Change(string how, string path)
    {
        switch (how)
        {
            case "content":
                Disk.Spoil(path, 0);
                break;
            case "length":
                using (var file = Disk.OpenWrite(path))
                    file.SetLength(10);
                break;
            default:
                Disk.Take(path);
                break;
        }
    }

    private ContentRequest Verified(long offset, long length, ContentId? id = null) =>
        new(Asker, _datagram, int.MaxValue, true, false, default, default, id ?? Id, offset, length);

    private ContentRequest Stranger(long offset, long length) => new(
        Asker, _datagram, ReplyBudget.UnverifiedBytesMax(Datagram.Of(new PleaseSendContent(Id, length, offset)).Length),
        false, true, default, default, Id, offset, length);

    private List<SentDatagram> Ask(params ContentRequest[] requests)
    {
        _datagram++;
        var before = Network.Sent.Count;
        _server.Tell(new ContentServerProtocol.Serve(requests, _transport));
        Settle();
        return [.. Network.Sent.Skip(before)];
    }

    private Actors.Protocol.Content Given(ContentRequest request) =>
        Assert.Single(Ask(request).SelectMany(reply => reply.Messages).OfType<Actors.Protocol.Content>());

    private static MaybeTheyHaveSome Told(SentDatagram reply) => Assert.Single(reply.Messages.OfType<MaybeTheyHaveSome>());
}
