using System.Text;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Inspection;

/// <summary>Taps on datagrams and actors.</summary>
public sealed class TapTests : DownloadSpec
{
    private const string Hostile = "<img src=x onerror=alert(1)>\\u001b[2J";
    private static readonly PeerAddress Friend = Datagram.At("127.0.0.7:24254");
    private static readonly PeerAddress Other = Datagram.At("127.0.0.8:24254");

    private NodeInspection Inside => Shared.Inspection;

    [Fact]
    public void Datagrams_in_and_out_are_seen_with_addresses_names_and_text()
    {
        StartNode("cjp2p.peers.actor-after = 1");
        using var tap = Inside.OpenTap(new TapFilter());
        var question = Send(Friend, "[{\"PleaseSendPeers\":{}}]");
        var seen = All(tap).Cast<DatagramSeen>().ToArray();
        Assert.Equal([DatagramDirection.In, DatagramDirection.Out], seen.Select(datagram => datagram.Direction));
        Assert.All(seen, datagram => Assert.Equal((Us, Friend), (datagram.Local, datagram.Remote)));
        Assert.Equal(["PleaseSendPeers"], seen[0].Messages.ToArray());
        Assert.Equal(question, seen[0].Payload.ToArray());
        Assert.Equal(question.Length, seen[0].Bytes);
        var answer = Assert.Single(Network.SentTo(Friend));
        Assert.Equal(answer.Bytes, seen[1].Payload.ToArray());
        Assert.Equal(answer.Messages.Select(message => message.GetType().Name), seen[1].Messages);
        Assert.NotEmpty(seen[1].Messages);
        Assert.Equal((2, 2, 0), (tap.Seen, tap.Taken, tap.Dropped));
    }

    [Fact]
    public void Nothing_stands_in_the_way_when_no_tap_is_open()
    {
        StartNode("cjp2p.peers.actor-after = 1");
        Assert.Null(Inside.Border);
        var tap = Inside.OpenTap(new TapFilter());
        Assert.NotNull(Inside.Border);
        tap.Dispose();
        tap.Dispose();
        Assert.Null(Inside.Border);
        Assert.Equal(0, Inside.Taps);
        Send(Friend, "[]");
        Assert.Equal((0, false), (tap.Seen, tap.TryRead(out _)));
    }

    [Fact]
    public void Filter_lets_through_what_fits_all_of_it()
    {
        StartNode("cjp2p.peers.actor-after = 1");
        var id = ContentId.FromSha256(Sha256Digest.FromBytes(new byte[32]));
        using var byPeer = Inside.OpenTap(new TapFilter(Peer: Friend));
        using var byHost = Inside.OpenTap(new TapFilter(Peer: Friend.WithPort(0)));
        using var byName = Inside.OpenTap(new TapFilter(Message: "PleaseSendContent"));
        using var byContent = Inside.OpenTap(new TapFilter(Content: id));
        using var outOnly = Inside.OpenTap(new TapFilter(Direction: DatagramDirection.Out));
        using var both = Inside.OpenTap(new TapFilter(Peer: Other, Message: "PleaseSendContent"));
        Send(Friend, "[{\"PleaseSendPeers\":{}}]");
        Send(Friend.WithPort(7), "[{\"PleaseSendPeers\":\"PleaseSendContent\"}]");
        Send(Other, $"[{{\"PleaseSendContent\":{{\"id\":\"{id}\",\"offset\":0,\"length\":1}}}}]");
        Send(Other, $"[{{\"Hello\":\"{id}\"}}]");
        Assert.Equal([Friend, Friend], All(byPeer).Cast<DatagramSeen>().Select(datagram => datagram.Remote));
        // The second is not answered: it is no question.
        Assert.Equal(3, All(byHost).Count);
        // Names in the wrong place do not count.
        Assert.Equal(id, Assert.IsType<DatagramSeen>(Assert.Single(All(byName))).Content);
        Assert.Single(All(byContent));
        Assert.All(All(outOnly).Cast<DatagramSeen>(), datagram => Assert.Equal(DatagramDirection.Out, datagram.Direction));
        Assert.Single(All(both));
    }

    [Fact]
    public void Text_is_cut_unless_the_whole_is_asked_for()
    {
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.inspection.tap-text-bytes-max = 10");
        using var cut = Inside.OpenTap(new TapFilter(Direction: DatagramDirection.In));
        using var whole = Inside.OpenTap(new TapFilter(Direction: DatagramDirection.In, Whole: true));
        var exact = Send(Friend, "[\"123456\"]");
        Assert.Equal(exact, Assert.IsType<DatagramSeen>(Assert.Single(All(cut))).Payload.ToArray());
        All(whole);
        var longer = Send(Friend, "[\"1234567\"]");
        var seen = Assert.IsType<DatagramSeen>(Assert.Single(All(cut)));
        Assert.Equal(longer[..10], seen.Payload.ToArray());
        Assert.Equal(longer.Length, seen.Bytes);
        Assert.Equal(longer, Assert.IsType<DatagramSeen>(Assert.Single(All(whole))).Payload.ToArray());
    }

    [Fact]
    public void Slow_reader_loses_what_finds_no_room_and_is_told_how_much()
    {
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.inspection.tap-events-max = 5");
        using var tap = Inside.OpenTap(new TapFilter(Direction: DatagramDirection.In));
        for (var i = 0; i < 5; i++)
            Send(Friend, $"[{i}]");
        Assert.Equal(0, tap.Dropped);
        Send(Friend, "[5]");
        Assert.Equal((6, 5, 1), (tap.Seen, tap.Taken, tap.Dropped));
        Assert.Equal(["[0]", "[1]", "[2]", "[3]", "[4]"], All(tap).Cast<DatagramSeen>().Select(datagram => Encoding.UTF8.GetString(datagram.Payload.AsSpan())));
        Send(Friend, "[6]");
        Assert.Single(All(tap));
    }

    [Fact]
    public void Tap_takes_so_many_events_a_second_and_no_more()
    {
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.inspection.tap-per-second-max = 4");
        using var tap = Inside.OpenTap(new TapFilter(Direction: DatagramDirection.In));
        var transport = Network.Open.Single(open => open.LocalAddress == Us);
        for (var i = 0; i < 5; i++)
            transport.Deliver(Friend, "[]");
        Assert.Equal((5, 4, 1), (tap.Seen, tap.Taken, tap.Dropped));
        AdvanceSeconds(0.25);
        transport.Deliver(Friend, "[]");
        Assert.Equal((5, 1), (tap.Taken, tap.Dropped));
    }

    [Fact]
    public void Sample_has_one_in_so_many_and_the_rest_is_not_lost()
    {
        StartNode("cjp2p.peers.actor-after = 1");
        using var tap = Inside.OpenTap(new TapFilter(Direction: DatagramDirection.In, OneIn: 3));
        for (var i = 0; i < 9; i++)
            Send(Friend, $"[{i}]");
        Assert.Equal(["[0]", "[3]", "[6]"], All(tap).Cast<DatagramSeen>().Select(datagram => Encoding.UTF8.GetString(datagram.Payload.AsSpan())));
        Assert.Equal((9, 0), (tap.Seen, tap.Dropped));
    }

    [Fact]
    public void Taps_are_opened_up_to_the_cap()
    {
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.inspection.taps-max = 2");
        using var first = Inside.OpenTap(new TapFilter());
        var second = Inside.OpenTap(new TapFilter());
        Assert.Contains("cjp2p.inspection.taps-max", Assert.Throws<InvalidOperationException>(() => Inside.OpenTap(new TapFilter())).Message, StringComparison.Ordinal);
        second.Dispose();
        Inside.OpenTap(new TapFilter()).Dispose();
    }

    [Fact]
    public void Hostile_names_and_broken_datagrams_are_seen_as_they_are()
    {
        StartNode("cjp2p.peers.actor-after = 1");
        using var tap = Inside.OpenTap(new TapFilter(Direction: DatagramDirection.In));
        Send(Friend, $"[{{\"{Hostile}\":1}}]");
        Network.Send(Friend, Us, [0xFF, 0xFE, 0x00]);
        AdvanceSeconds(0.01);
        var seen = All(tap).Cast<DatagramSeen>().ToArray();
        Assert.Equal([Hostile], seen[0].Messages.ToArray());
        Assert.Empty(seen[1].Messages);
        Assert.Equal([0xFF, 0xFE, 0x00], seen[1].Payload.ToArray());
    }

    [Fact]
    public void Actors_are_tapped_by_path_content_peer_and_message()
    {
        var source = Source(1, ScriptedSource.ContentOf(1_000_000));
        StartNode("cjp2p.peers.actor-after = 1");
        using var all = Inside.OpenTap(new TapFilter(Datagrams: false, Actors: true));
        using var store = Inside.OpenTap(new TapFilter(Datagrams: false, Actors: true, Path: "/store"));
        using var download = Inside.OpenTap(new TapFilter(Datagrams: false, Actors: true, Content: source.Id));
        using var peer = Inside.OpenTap(new TapFilter(Datagrams: false, Actors: true, Peer: Friend));
        using var ticks = Inside.OpenTap(new TapFilter(Datagrams: false, Actors: true, Message: "SpanFetched"));
        Network.Send(Friend, Us, new PleaseSendPeers(), new AlwaysReturned(Datagram.CookieOf(Shared, Friend)));
        AdvanceSeconds(0.02);
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(10);
        var events = All(all);
        Assert.DoesNotContain(events, happened => happened is DatagramSeen);
        Assert.Contains(events, happened => happened is MessageHandled { Path: "/peers", Message: "Heard" });
        Assert.Contains(events, happened => happened is ActorHappening { Kind: ActorEventKind.Stopped } stopped && stopped.Path.Contains("/span-", StringComparison.Ordinal));
        Assert.All(All(store), happened => Assert.Equal("/store", Assert.IsType<MessageHandled>(happened).Path));
        var download1 = All(download);
        Assert.All(download1, happened => Assert.StartsWith("/downloads/" + source.Id, PathOf(happened), StringComparison.Ordinal));
        Assert.Contains(download1, happened => happened is ActorHappening { Kind: ActorEventKind.Logged } logged && logged.Text.Contains("is complete", StringComparison.Ordinal));
        var peerEvents = All(peer);
        Assert.Contains(peerEvents, happened => happened is MessageHandled { Message: "Heard" });
        Assert.All(peerEvents, happened => Assert.StartsWith("/peers/", PathOf(happened), StringComparison.Ordinal));
        Assert.Equal(4, All(ticks).Count);
    }

    private static string PathOf(TapEvent happened) => happened is MessageHandled handled ? handled.Path : ((ActorHappening)happened).Path;

    private static List<TapEvent> All(Tap tap)
    {
        var all = new List<TapEvent>();
        while (tap.TryRead(out var happened))
            all.Add(happened);
        return all;
    }

    private byte[] Send(PeerAddress from, string datagram)
    {
        var bytes = Encoding.UTF8.GetBytes(datagram);
        Network.Send(from, Us, bytes);
        AdvanceSeconds(0.01);
        return bytes;
    }
}
