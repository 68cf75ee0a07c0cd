using Akka.Actor;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// What is worth keeping of one peer while it is active: round-trip time and losses. Optional:
/// it stops when the peer was silent for a while, and nothing is lost but a round trip when it is heard again. Has no
/// children.
/// </summary>
internal sealed class PeerActor : InspectedActor
{
    // Active -> (silence) stopped
    private readonly NodeServices _node;
    private readonly PeerAddress _address;
    private RoundTripTime _roundTrip;
    private TimeSpan _heardAt;
    private int _probes;
    private int _answers;

    public PeerActor(NodeServices node, PeerAddress address) : base(node)
    {
        _node = node;
        _address = address;
    }

    public static Props Props(NodeServices node, PeerAddress address) =>
        NodeProps.Inspected((node, address), static of => new PeerActor(of.node, of.address));

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
                Sender.Tell(State());
                break;
            case ReceiveTimeout:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private PeerProtocol.PeerState State() => new(_address, _roundTrip, _probes, _answers, _node.Jar.Holds(_address), _heardAt);

    private protected override ActorState Inspect()
    {
        var state = State();
        double? Ms(TimeSpan time) => _roundTrip.IsKnown ? Math.Round(time.TotalMilliseconds, 3) : null;
        return new PeerState(
            FormattableString.Invariant(
                $"{(_roundTrip.IsKnown ? $"{_roundTrip.Smoothed.TotalMilliseconds:0.###} ms" : "round trip not known")}, {state.Loss:0%} lost"),
            _address,
            Ms(_roundTrip.Smoothed),
            Ms(_roundTrip.Variation),
            Ms(_roundTrip.Least),
            _probes,
            _answers,
            Math.Round(state.Loss, 4),
            Math.Round(state.Score, 3),
            state.HasCookie,
            Math.Round((_node.Clock.Now - _heardAt).TotalSeconds, 3));
    }

    private void OnHeard(PeerNews news)
    {
        _heardAt = news.At;
        if (news.RoundTrip <= TimeSpan.Zero)
            return;
        _answers++;
        _roundTrip = _roundTrip.Add(news.RoundTrip);
        Context.Parent.Tell(new PeerProtocol.Measured(_address, _roundTrip.Smoothed));
    }
}
