using Akka.Actor;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// Looks at one field of one actor again and again, and tells who asked when it has changed; until that one is gone, or
/// the actor is. One lives for each watch.
/// </summary>
internal sealed class FieldWatcher : UntypedActor, IWithTimers
{
    // Watching --(asker gone, actor gone, no such field)--> stopped
    private readonly NodeServices _node;
    private readonly IActorRef _asker;
    private readonly InspectionProtocol.Watch _watch;
    private readonly TimeSpan _interval;
    private ActorTrack? _track;
    private string? _before;
    private bool _isCounted;

    public FieldWatcher(NodeServices node, IActorRef asker, InspectionProtocol.Watch watch)
    {
        _node = node;
        _asker = asker;
        _watch = watch;
        var least = node.Settings.Inspection.WatchIntervalMin;
        _interval = watch.Interval < least ? least : watch.Interval;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(NodeServices node, IActorRef asker, InspectionProtocol.Watch watch) =>
        NodeProps.Of(() => new FieldWatcher(node, asker, watch));

    protected override void PreStart()
    {
        _isCounted = _node.Inspection.TryAddWatch();
        if (!_isCounted)
        {
            End("too many fields are watched already (cjp2p.inspection.taps-max)");
            return;
        }

        Context.WatchWith(_asker, AskerGone.Instance);
        _track = _node.Inspection.Find(_watch.Path);
        Look();
    }

    protected override void PostStop()
    {
        _track?.Leave(Self);
        if (_isCounted)
            _node.Inspection.RemoveWatch();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ActorState state:
                OnState(state);
                break;
            case LookAgain:
                Look();
                break;
            case AskerGone:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Look()
    {
        if (_track is not { } track || track.GoneAt < TimeSpan.MaxValue)
        {
            End(_before is null ? $"there is no actor {_watch.Path}" : $"the actor {_watch.Path} has stopped");
            return;
        }

        track.Ask(Self);
        Timers.StartSingleTimer(LookAgain.Instance, LookAgain.Instance, _interval);
    }

    private void OnState(ActorState state)
    {
        var value = FieldReader.Read(state, _watch.Field);
        if (value is null)
        {
            End($"{state.GetType().Name} has no field {_watch.Field}");
            return;
        }

        if (value == _before)
            return;
        _asker.Tell(new FieldChange(
            _node.Clock.UtcNow, _node.Clock.Now.TotalSeconds, _watch.Path, _watch.Field, _before, value), Context.Parent);
        _before = value;
    }

    private void End(string reason)
    {
        _asker.Tell(new InspectionProtocol.WatchEnded(reason), Context.Parent);
        Context.Stop(Self);
    }

    private sealed class LookAgain
    {
        public static LookAgain Instance { get; } = new();
    }

    private sealed class AskerGone
    {
        public static AskerGone Instance { get; } = new();
    }
}
