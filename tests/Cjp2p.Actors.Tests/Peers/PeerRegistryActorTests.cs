using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Peers;

public sealed class PeerRegistryActorTests : NodeSpec
{
    private static readonly PeerAddress Us = Datagram.At("127.0.0.1:24254");

    private readonly TestProbe _user;
    private ImmutableArray<StoredPeer> _known = [];
    private NodeServices _node = null!;
    private IActorRef _registry = ActorRefs.Nobody;

    public PeerRegistryActorTests() => _user = CreateTestProbe();

    // ---- probes

    [Fact]
    public void Probe_asks_for_peers_for_a_cookie_and_for_a_ping_and_fits_a_small_datagram()
    {
        Start("peers.bootstrap = [\"127.0.0.2:2\"]");
        var probe = Assert.Single(Network.Sent);
        Assert.Equal(Peer("127.0.0.2:2"), probe.To);
        Assert.Equal(
            [typeof(PleaseAlwaysReturnThisMessage), typeof(PleaseSendPeers), typeof(PleaseReturnThisMessage)],
            probe.Messages.Select(message => message.GetType()));
        Assert.Equal(new PleaseAlwaysReturnThisMessage(Datagram.CookieOf(_node, probe.To)), probe.Messages[0]);
        Assert.InRange(probe.Bytes.Length, 1, 200);
    }

    [Fact]
    public void Probe_returns_the_cookie_that_the_peer_gave()
    {
        Start();
        _node.Jar.Set(Peer("127.0.0.2:2"), "\"abc\""u8);
        Add("127.0.0.2:2");
        Assert.Equal(new AlwaysReturned(Datagram.Raw("\"abc\"")), Assert.Single(Network.Sent).Messages[1]);
    }

    // ---- discovery

    [Fact]
    public void Peers_are_asked_round_by_round_and_those_they_name_are_tried_once()
    {
        Start("peers { hearsay-per-round = 2, probes-per-round = 4 }");
        Hear("127.0.0.2:2", peers: ["127.0.1.1:1", "127.0.1.2:1", "127.0.1.3:1", "127.0.1.4:1", "127.0.1.5:1"]);
        for (var round = 0; round < 20; round++)
        {
            AdvanceSeconds(5);
            Hear("127.0.0.2:2");
        }

        for (var i = 1; i <= 5; i++)
            Assert.Single(Network.SentTo(Peer($"127.0.1.{i}:1")));
        Assert.True(Network.SentTo(Peer("127.0.0.2:2")).Count() > 5);
        Assert.Equal((1, 0), (Status().Verified, Status().Hearsay));
    }

    [Fact]
    public void Hearsay_of_one_round_is_capped()
    {
        Start("peers { hearsay-per-round = 5, hearsay-per-message-max = 64 }");
        Hear("127.0.0.2:2", peers: [.. Enumerable.Range(1, 60).Select(i => $"127.0.1.{i}:1")]);
        Network.Clear();
        _registry.Tell(PeerRegistryProtocol.Discover.Instance);
        Settle();
        Assert.Equal(5, Network.Sent.Count(sent => sent.To != Peer("127.0.0.2:2")));
    }

    [Fact]
    public void Hearsay_of_one_message_and_of_all_is_capped()
    {
        Start("peers { hearsay-max = 20, hearsay-per-message-max = 16, hearsay-per-round = 0 }");
        Hear("127.0.0.2:2", peers: [.. Enumerable.Range(1, 17).Select(i => $"127.0.1.{i}:1")]);
        Assert.Equal(16, Status().Hearsay);
        Hear("127.0.0.2:2", peers: [.. Enumerable.Range(1, 17).Select(i => $"127.0.2.{i}:1")]);
        Assert.Equal(20, Status().Hearsay);
    }

    [Fact]
    public void Strangers_cannot_name_peers()
    {
        Start();
        Hear("127.0.0.2:2", proven: false, peers: ["127.0.1.1:1"]);
        Assert.Equal((0, 0), (Status().Verified, Status().Hearsay));
        AdvanceSeconds(100);
        Assert.Empty(Network.Sent);
    }

    // Ruby and Bash nodes never return cookies.
    [Fact]
    public void Answer_to_our_question_may_name_peers_even_when_it_proves_nothing_but_not_for_ever()
    {
        Start("peers { hearsay-per-round = 0, floor = 0 }");
        Add("127.0.0.2:2");
        AdvanceSeconds(29.9);
        Hear("127.0.0.2:2", proven: false, peers: ["127.0.1.1:1"]);
        Assert.Equal(1, Status().Hearsay);
        AdvanceSeconds(0.1);
        Hear("127.0.0.2:2", proven: false, peers: ["127.0.1.2:1"]);
        Assert.Equal(1, Status().Hearsay);
    }

    [Fact]
    public void Named_addresses_that_cannot_be_are_not_kept()
    {
        Start("peers.hearsay-per-round = 0");
        Hear("127.0.0.2:2", peers: [Us.ToString(), "0.0.0.0:1", "224.0.0.1:1", "255.255.255.255:1", "127.0.0.3:0", "240.0.0.1:1"]);
        Assert.Equal(0, Status().Hearsay);
        Hear("0.0.0.0:1");
        Assert.Equal(0, Status().Verified - 1);
    }

    [Fact]
    public void Rounds_are_quick_while_peers_are_few_and_slow_when_there_are_enough()
    {
        Start("peers { floor = 3, discovery-min = 1s, discovery-max = 60s }");
        Hear("127.0.0.2:2");
        Assert.InRange(ProbesIn(20, "127.0.0.2:2"), 15, 25);
        Hear("127.0.0.3:3", "127.0.0.4:4");
        Keep(200, "127.0.0.2:2", "127.0.0.3:3", "127.0.0.4:4");
        Assert.InRange(ProbesIn(600, "127.0.0.2:2", "127.0.0.3:3", "127.0.0.4:4") / 3, 8, 12);
    }

    [Fact]
    public void Two_registries_do_not_stay_in_step()
    {
        Start("peers.floor = 0");
        var other = Services("cjp2p.peers.floor = 0", 1);
        Assert.NotEqual(_node.NewRandom().Next(), other.NewRandom().Next());
    }

    // ---- bootstrap

    [Fact]
    public void Bootstrap_list_is_asked_again_for_ever_ever_more_seldom_while_peers_are_few()
    {
        Start("peers { bootstrap = [\"127.0.0.2:2\"], bootstrap-retry-min = 5s, bootstrap-retry-max = 10m }");
        AdvanceSeconds(3600);
        var times = Network.SentTo(Peer("127.0.0.2:2")).Select(sent => sent.At.TotalSeconds).ToArray();
        Assert.InRange(times.Length, 9, 16);
        Assert.InRange(times[1] - times[0], 5, 16);
        Network.Clear();
        AdvanceSeconds(24 * 3600);
        // Every ten minutes, and up to a round of discovery later.
        Assert.InRange(Network.SentTo(Peer("127.0.0.2:2")).Count(), 24 * 60 / 12, 24 * 6);
    }

    [Fact]
    public void Bootstrap_list_is_left_alone_while_there_are_enough_peers()
    {
        Start("peers { bootstrap = [\"127.0.0.2:2\"], floor = 2 }");
        Hear("127.0.0.3:3", "127.0.0.4:4");
        Network.Clear();
        Keep(600, "127.0.0.3:3", "127.0.0.4:4");
        Assert.Empty(Network.SentTo(Peer("127.0.0.2:2")));
    }

    // A node that had lost all its peers never went back to its bootstrap nodes elsewhere.
    [Fact]
    public void Bootstrap_list_is_asked_again_when_all_peers_are_gone()
    {
        Start("peers { bootstrap = [\"127.0.0.2:2\"], floor = 2, forget-after-probes = 3 }");
        Hear("127.0.0.3:3", "127.0.0.4:4");
        Network.Clear();
        AdvanceSeconds(600);
        Assert.Equal(0, Status().Verified);
        Assert.NotEmpty(Network.SentTo(Peer("127.0.0.2:2")));
    }

    [Fact]
    public void Peers_that_the_user_names_are_asked_at_once_and_again_like_the_bootstrap_list()
    {
        Start();
        Add("127.0.0.2:2");
        Assert.Single(Network.SentTo(Peer("127.0.0.2:2")));
        AdvanceSeconds(120);
        Assert.InRange(Network.SentTo(Peer("127.0.0.2:2")).Count(), 3, 10);
    }

    // ---- forgetting

    [Fact]
    public void Peer_that_leaves_too_many_probes_unanswered_is_forgotten_with_its_actor()
    {
        Start("peers { forget-after-probes = 3, actor-after = 1 }");
        Hear("127.0.0.2:2");
        Assert.Equal(["127.0.0.2%3A2"], TreeBelow(_registry));
        AdvanceSeconds(30);
        Assert.Equal((0, 0), (Status().Verified, Status().PeerActors));
        Assert.Empty(TreeBelow(_registry));
        Assert.Equal(3, Network.SentTo(Peer("127.0.0.2:2")).Count());
    }

    [Fact]
    public void Peer_that_answers_is_kept()
    {
        Start("peers.forget-after-probes = 3");
        Keep(600, "127.0.0.2:2");
        Assert.Equal(1, Status().Verified);
    }

    // While our own socket is dead nobody can answer.
    [Fact]
    public void No_peer_is_forgotten_while_nothing_can_be_sent()
    {
        Start("peers.forget-after-probes = 3");
        Hear("127.0.0.2:2");
        var open = _node.Transports.Open;
        _node.Transports.Set([]);
        AdvanceSeconds(600);
        Assert.Equal(1, Status().Verified);
        _node.Transports.Set(open);
        AdvanceSeconds(60);
        Assert.NotEmpty(Network.SentTo(Peer("127.0.0.2:2")));
    }

    [Fact]
    public void Peers_are_capped()
    {
        Start("peers { peers-max = 5, actors-max = 3, actor-after = 1 }");
        for (var i = 1; i <= 8; i++)
            Hear($"127.0.0.{i + 1}:2");
        var status = Status();
        Assert.Equal((5, 3L, 3), (status.Verified, status.Evictions, status.PeerActors));
        Assert.Equal(3, TreeBelow(_registry).Count);
    }

    // ---- who is told

    [Fact]
    public void Only_peers_that_proved_themselves_are_told_to_others_at_most_so_many()
    {
        Start("peers { reply-peers-max = 3, hearsay-per-round = 0 }");
        Hear("127.0.0.2:2", peers: ["127.0.9.1:1"]);
        Assert.Equal<PeerAddress>([Peer("127.0.0.2:2")], _node.PeerSample);
        Hear("127.0.0.3:3", "127.0.0.4:4", "127.0.0.5:5");
        Assert.Equal(3, _node.PeerSample.Length);
        Keep(60, "127.0.0.2:2", "127.0.0.3:3", "127.0.0.4:4", "127.0.0.5:5");
        Assert.Equal(3, _node.PeerSample.Length);
        Assert.DoesNotContain(Peer("127.0.9.1:1"), _node.PeerSample);
    }

    [Fact]
    public void Candidates_are_peers_and_with_too_few_of_them_those_that_the_user_named()
    {
        Start("peers.bootstrap = [\"127.0.0.9:9\"]");
        Assert.Equal<PeerAddress>([Peer("127.0.0.9:9")], Candidates(4));
        Hear("127.0.0.2:2", "127.0.0.9:9");
        Assert.Equal([Peer("127.0.0.2:2"), Peer("127.0.0.9:9")], Candidates(4).Order());
        Assert.Single(Candidates(1));
    }

    // ---- actors of peers

    [Fact]
    public void Peer_that_passes_by_has_no_actor_and_one_with_whom_there_is_an_exchange_has()
    {
        Start("peers { actor-after = 3, actor-idle = 2m, forget-after-probes = 1000 }");
        for (var i = 0; i < 3; i++)
        {
            Hear("127.0.0.2:2", roundTrip: 30);
            AdvanceSeconds(150);
        }

        Assert.Equal((1, 0), (Status().Verified, Status().PeerActors));
        Assert.Equal(TimeSpan.FromMilliseconds(30), Assert.Single(Status().Peers).RoundTrip);
        for (var i = 0; i < 3; i++)
        {
            Hear("127.0.0.2:2", roundTrip: 30);
            AdvanceSeconds(10);
        }

        Assert.Equal((1, 1), (Status().Verified, Status().PeerActors));
    }

    [Fact]
    public void Who_has_enough_peers_tries_nobody_that_others_name_and_leaves_alone_who_was_heard()
    {
        Start("peers { enough = 2, floor = 0, probe-after = 10m }");
        Hear("127.0.0.2:2");
        Hear("127.0.0.3:3", peers: ["127.0.0.4:4"]);
        Network.Clear();
        AdvanceSeconds(600);
        Assert.Empty(Network.SentTo(Peer("127.0.0.4:4")));
        Assert.Equal(0, Status().Hearsay);
        // One probe a round in any case, and a round a minute.
        Assert.InRange(
            Network.SentTo(Peer("127.0.0.2:2")).Count() + Network.SentTo(Peer("127.0.0.3:3")).Count(), 8, 20);
    }

    [Theory]
    [InlineData(3, 30, 1)] // the answer of one says where it sees us
    [InlineData(3, 0, 3)] // nodes of other kinds may answer nothing but this question
    [InlineData(4, 30, 3)] // peers are looked for
    public void Who_has_enough_peers_asks_one_of_a_round_for_peers_and_pings_the_others_that_return_pings(int enough, int roundTripMs, int asked)
    {
        Start($"peers {{ enough = {enough}, floor = 0, probe-after = 1s, probes-per-round = 3 }}");
        foreach (var peer in (string[])["127.0.0.2:2", "127.0.0.3:3", "127.0.0.4:4"])
            Hear(peer, roundTrip: roundTripMs);
        AdvanceSeconds(2);
        Network.Clear();
        _registry.Tell(PeerRegistryProtocol.Discover.Instance);
        Settle();
        Assert.Equal(3, Network.Sent.Count);
        Assert.All(Network.Sent, probe => Assert.Single(probe.Messages.OfType<PleaseReturnThisMessage>()));
        Assert.Equal(asked, Network.Sent.Count(probe => probe.Messages.OfType<PleaseSendPeers>().Any()));
    }

    [Fact]
    public void Round_trips_are_measured_by_the_peers_actor_and_kept_in_the_table()
    {
        Start("peers.actor-after = 1");
        Hear("127.0.0.2:2", roundTrip: 30);
        Assert.Equal(TimeSpan.FromMilliseconds(30), Assert.Single(Status().Peers).RoundTrip);
    }

    [Fact]
    public void Idle_actor_of_a_peer_stops_and_its_peer_stays()
    {
        Start("peers { actor-after = 1, actor-idle = 2m, floor = 0, forget-after-probes = 1000 }");
        Hear("127.0.0.2:2");
        _node.Jar.Set(Peer("127.0.0.2:2"), "1"u8);
        AdvanceSeconds(119);
        Assert.Equal(1, Status().PeerActors);
        AdvanceSeconds(2);
        Assert.Equal((1, 0), (Status().Verified, Status().PeerActors));
        Assert.Empty(TreeBelow(_registry));
        // What it held is optional.
        Assert.Equal(0, _node.Jar.Count);
        Hear("127.0.0.2:2");
        Assert.Equal(1, Status().PeerActors);
    }

    [Fact]
    public void Backlog_is_left_for_each_message_taken()
    {
        Start();
        Assert.True(_node.RegistryBacklog.TryEnter());
        _registry.Tell(new PeerRegistryProtocol.Heard([]));
        Settle();
        Assert.Equal(0, _node.RegistryBacklog.Count);
    }

    // ---- two real registries

    [Fact]
    public void Node_finds_the_friends_of_its_friend()
    {
        var nodes = new List<IActorRef>();
        for (var i = 1; i <= 5; i++)
        {
            // Each knows the one before it.
            var bootstrap = i == 1 ? "" : $"\"127.0.0.1:{7000 + i - 1}\"";
            nodes.Add(Top(NodeActor.Props(
                Settings($"cjp2p {{ listen = [\"127.0.0.1:{7000 + i}\"], peers {{ floor = 4, bootstrap = [{bootstrap}] }} }}"),
                Environment(i, new MemoryDisk())), "node" + i));
        }

        Network.Latency = TimeSpan.FromMilliseconds(20);
        UntilSeconds(120, () => nodes.TrueForAll(node =>
        {
            node.Tell(PeerRegistryProtocol.GetStatus.Instance, _user.Ref);
            Settle();
            return Only<PeerRegistryProtocol.RegistryStatus>(_user).Verified == 4;
        }));
        AdvanceSeconds(300);
        // Once they know each other they are quiet.
        Network.Clear();
        AdvanceSeconds(600);
        Assert.InRange(Network.Sent.Count, 1, 5 * 10 * 4 * 2 * 2);
    }

    private void Start(string hocon = "", string name = "peers")
    {
        _node = Services($"cjp2p {{ {hocon} }}");
        if (!Network.Open.Any())
            Network.Bind(Us).Start(new Transport.CollectingSink());
        _node.Transports.Set([.. Network.Open]);
        _node.AddressPolicy = new AddressPolicy(true, true, [Us]);
        Network.Clear();
        _registry = Top(PeerRegistryActor.Props(_node, _known), name);
        Settle();
    }

    private void Add(params string[] addresses)
    {
        _registry.Tell(new PeerRegistryProtocol.AddPeers(Peers(addresses)));
        Settle();
    }

    // ---- behind a NAT, and on a LAN

    [Fact]
    public void Behind_a_NAT_peers_are_sent_something_small_often_enough_for_it_to_remember()
    {
        StartBeyondLoopback("peers { discovery-min = 60s, discovery-max = 60s, keep-alive-peers = 2 }");
        Hear("8.8.4.4:1", "8.8.5.4:1", "8.8.6.4:1");
        Network.Clear();
        AdvanceSeconds(50);
        Assert.Empty(Network.Sent);
        HearSeenAs("8.8.4.4:1", "203.0.113.9:24254");
        AdvanceSeconds(26);
        Assert.Equal(["8.8.4.4:1", "8.8.5.4:1"], Network.Sent.Where(sent => !sent.Messages.Any(message => message is PleaseSendPeers)).Select(sent => sent.To.ToString()));
        Assert.All(Network.Sent, sent => Assert.InRange(sent.Bytes.Length, 1, 200));
        var seen = Assert.Single(Status().SeenAs);
        Assert.Equal((Peer("203.0.113.9:24254"), 1, false, true), (seen.Address, seen.Reporters, seen.IsConfirmed, seen.IsTranslated));
        // The address is ours after all: there is no NAT any more.
        HearSeenAs("8.8.4.4:1", "10.0.0.5:24254");
        Network.Clear();
        AdvanceSeconds(26);
        Assert.DoesNotContain(Network.Sent, sent => !sent.Messages.Any(message => message is PleaseSendPeers));
    }

    [Fact]
    public void Address_that_three_networks_see_us_at_is_told_once_and_is_no_peer()
    {
        StartBeyondLoopback();
        for (var i = 0; i < 5; i++)
        {
            HearSeenAs($"8.8.{i}.4:1", "203.0.113.9:24254");
            AdvanceSeconds(2);
        }

        Assert.Single(LogLines, line => line.Contains("Others see this node at 203.0.113.9:24254: there is a NAT", StringComparison.Ordinal));
        Hear("8.8.4.4:1", peers: ["203.0.113.9:24254"]);
        AdvanceSeconds(120);
        Assert.Empty(Network.SentTo(Peer("203.0.113.9:24254")));
    }

    [Fact]
    public void LAN_is_asked_at_intervals_where_that_is_wanted_and_who_answers_is_tried()
    {
        StartBeyondLoopback("peers { lan-discovery = on, lan-every = 10s, lan-port = 777 }");
        AdvanceSeconds(25);
        // At the start there was no LAN yet.
        Assert.Equal(2, Network.SentTo(Peer("10.0.0.255:777")).Count());
        _node.RegistryBacklog.TryEnter();
        _registry.Tell(new PeerRegistryProtocol.Heard([new PeerNews(Peer("10.0.0.9:777"), Now, false, TimeSpan.Zero, []) { IsNear = true }]));
        AdvanceSeconds(120);
        Assert.Single(Network.SentTo(Peer("10.0.0.9:777")));
    }

    [Fact]
    public void LAN_is_not_asked_unless_that_is_wanted()
    {
        StartBeyondLoopback();
        AdvanceSeconds(300);
        Assert.Empty(Network.Sent);
    }

    private void StartBeyondLoopback(string hocon = "")
    {
        Start(hocon);
        var transport = Network.Bind(Peer("10.0.0.5:24254"));
        transport.Broadcasts = ["10.0.0.255"];
        _node.Transports.Set([transport]);
        Network.Clear();
    }

    private void HearSeenAs(string source, string seenAs)
    {
        _node.RegistryBacklog.TryEnter();
        _registry.Tell(new PeerRegistryProtocol.Heard([new PeerNews(Peer(source), Now, true, TimeSpan.Zero, []) { SeenAs = Peer(seenAs) }]));
        Settle();
    }

    private void Hear(params string[] sources)
    {
        foreach (var source in sources)
            Hear(source, proven: true);
    }

    private void Hear(string source, bool proven = true, string[]? peers = null, int roundTrip = 0)
    {
        _node.RegistryBacklog.TryEnter();
        _registry.Tell(new PeerRegistryProtocol.Heard(
        [
            new PeerNews(Peer(source), Now, proven, TimeSpan.FromMilliseconds(roundTrip), Peers(peers ?? [])),
        ]));
        Settle();
    }

    // Peers that are heard every second.
    private void Keep(int seconds, params string[] sources)
    {
        for (var i = 0; i < seconds; i++)
        {
            Hear(sources);
            AdvanceSeconds(1);
        }
    }

    private int ProbesIn(int seconds, params string[] sources)
    {
        Network.Clear();
        Keep(seconds, sources);
        return Network.Sent.Count;
    }

    private ImmutableArray<PeerAddress> Candidates(int most)
    {
        _registry.Tell(new PeerRegistryProtocol.GetCandidates(most), _user.Ref);
        Settle();
        return Only<PeerRegistryProtocol.Candidates>(_user).Addresses;
    }

    private PeerRegistryProtocol.RegistryStatus Status()
    {
        _registry.Tell(PeerRegistryProtocol.GetStatus.Instance, _user.Ref);
        Settle();
        return Only<PeerRegistryProtocol.RegistryStatus>(_user);
    }
}
