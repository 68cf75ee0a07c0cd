using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Peers;

public sealed class PeerActorTests : NodeSpec
{
    private static readonly PeerAddress Address = Datagram.At("127.0.0.2:2");

    private readonly NodeServices _node;
    private readonly TestProbe _registry;
    private readonly TestProbe _user;
    private readonly IActorRef _peer;

    public PeerActorTests()
    {
        _node = Services("cjp2p.peers.actor-idle = 2m");
        _registry = CreateTestProbe();
        _user = CreateTestProbe();
        _peer = _registry.ChildActorOf(PeerActor.Props(_node, Address), "peer");
        Settle();
    }

    [Fact]
    public void New_peer_has_nothing()
    {
        var state = State();
        Assert.Equal((Address, 0, 0, 0.0, 1000.0), (state.Address, state.Probes, state.Answers, state.Loss, state.Score));
        Assert.False(state.RoundTrip.IsKnown);
        Assert.False(state.HasCookie);
    }

    [Fact]
    public void Round_trips_and_losses_are_kept_and_make_the_score()
    {
        for (var i = 0; i < 4; i++)
            _peer.Tell(PeerProtocol.Probed.Instance);
        Hear(roundTrip: 100);
        Hear(roundTrip: 100);
        var state = State();
        Assert.Equal((4, 2, 0.5), (state.Probes, state.Answers, state.Loss));
        Assert.Equal(100 * (1 + 4 * 0.5), state.Score, 3);
        Assert.Equal(Now, state.HeardAt);
    }

    // An actor comes later than the cookie, and the peer gives the same one for minutes.
    [Fact]
    public void Cookie_that_the_peer_gave_before_the_actor_was_there_is_seen()
    {
        _node.Jar.Set(Address, "1"u8);
        Assert.True(State().HasCookie);
        _node.Jar.Set(Address, "2"u8);
        Assert.True(State().HasCookie);
    }

    [Fact]
    public void Registry_is_told_the_smoothed_round_trip()
    {
        Hear(roundTrip: 100);
        Assert.Equal(TimeSpan.FromMilliseconds(100), Only<PeerProtocol.Measured>(_registry).RoundTrip);
        Hear(roundTrip: 180);
        Assert.Equal(TimeSpan.FromMilliseconds(110), Only<PeerProtocol.Measured>(_registry).RoundTrip);
        Hear();
        Nothing(_registry);
    }

    [Fact]
    public void Peer_that_is_heard_lives_on()
    {
        _user.Watch(_peer);
        for (var i = 0; i < 10; i++)
        {
            AdvanceSeconds(119);
            Hear();
        }

        Nothing(_user);
    }

    // Neither our own probes nor questions of a user are signs of life.
    [Fact]
    public void Peer_that_is_silent_stops_whatever_else_happens_and_its_cookie_is_forgotten()
    {
        _node.Jar.Set(Address, "1"u8);
        _user.Watch(_peer);
        for (var i = 0; i < 11; i++)
        {
            AdvanceSeconds(10);
            _peer.Tell(PeerProtocol.Probed.Instance);
            _peer.Tell(PeerProtocol.GetState.Instance, CreateTestProbe().Ref);
        }

        Settle();
        Nothing(_user);
        AdvanceSeconds(11);
        Only<Terminated>(_user);
        Assert.Equal(0, _node.Jar.Count);
    }

    private void Hear(int roundTrip = 0)
    {
        _peer.Tell(new PeerProtocol.Heard(new PeerNews(Address, Now, true, TimeSpan.FromMilliseconds(roundTrip), [])));
        Settle();
    }

    private PeerProtocol.PeerState State()
    {
        _peer.Tell(PeerProtocol.GetState.Instance, _user.Ref);
        Settle();
        return Only<PeerProtocol.PeerState>(_user);
    }
}
