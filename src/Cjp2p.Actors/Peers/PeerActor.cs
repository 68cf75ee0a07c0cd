using Akka.Actor;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// What is worth keeping of one peer while it is active: round-trip time, losses, the cookie that it gave us. Optional:
/// it stops when the peer was silent for a while, and nothing is lost but a round trip when it is heard again. Has no
/// children.
/// </summary>
internal sealed class PeerActor : UntypedActor
{
    // Active -> (silence) stopped
    private readonly NodeServices _node;
    private readonly PeerAddress _address;
    private RoundTripTime _roundTrip;
    private RawJson _cookie;
    private TimeSpan _heardAt;
    private int _probes;
    private int _answers;

    public PeerActor(NodeServices node, PeerAddress address)
    {
        _node = node;
        _address = address;
    }

    public static Props Props(NodeServices node, PeerAddress address) =>
        Akka.Actor.Props.Create(() => new PeerActor(node, address));

    protected override void PreStart() => SetReceiveTimeout(_node.Settings.Peers.ActorIdle);

    protected override void PostStop() => _node.Jar.Remove(_address);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PeerProtocol.Heard heard:
                OnHeard(heard.News);
                break;
            case PeerProtocol.Probed:
                _probes++;
                break;
            case PeerProtocol.GetState:
                Sender.Tell(new PeerProtocol.PeerState(_address, _roundTrip, _probes, _answers, _cookie, _heardAt));
                break;
            case ReceiveTimeout:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnHeard(PeerNews news)
    {
        _heardAt = news.At;
        if (news.Cookie.Utf8.Length > 0)
            _cookie = news.Cookie;
        if (news.RoundTrip <= TimeSpan.Zero)
            return;
        _answers++;
        _roundTrip = _roundTrip.Add(news.RoundTrip);
        Context.Parent.Tell(new PeerProtocol.Measured(_address, _roundTrip.Smoothed));
    }
}
