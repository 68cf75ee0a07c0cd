using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// What all actors of a node have in common: each answers <see cref="InspectionProtocol.Inspect"/> with its state, and
/// leaves what it does in a black box that can be read without its help.
/// </summary>
/// <remarks>
/// A subclass says what its state is (<see cref="Inspect"/>), logs with <see cref="_log"/>, and passes the decisions of its
/// supervisor strategy through <see cref="Decided"/>. Its Props have <see cref="NodeMailbox.Id"/> as their mailbox.
/// </remarks>
public abstract class InspectedActor : UntypedActor, IWithTimers, ITables
{
    /// <summary>Its log; what is logged is in the black box too.</summary>
    private protected readonly ILoggingAdapter _log;
    private static readonly System.Reflection.Assembly Akka = typeof(ActorBase).Assembly;
    private readonly NodeInspection _inspection;
    private readonly ActorTrack _track;
    private readonly bool _measures;
    private readonly CappedTables _caps;
    private bool _hasTables;
    private ITimerScheduler? _timers;

    /// <summary>Begins its black box, or goes on with it after a restart.</summary>
    private protected InspectedActor(NodeServices node)
    {
        _inspection = node.Inspection;
        _caps = node.Caps;
        _measures = node.Settings.Inspection.Measure;
        _track = _inspection.Attach(Self, GetType(), (Context as ActorCell)?.Mailbox?.MessageQueue);
        _log = new InspectedLog(Context, _track, _inspection);
    }

    /// <summary>Its timers, which end with it.</summary>
    private protected ITimerScheduler Timers => _timers ??= LateTimers.New(Context);

    ITimerScheduler IWithTimers.Timers
    {
        get => _timers!;
        set => LateTimers.Learn(value);
    }

    /// <summary>A copy of its state as it is now.</summary>
    private protected abstract ActorState Inspect();

    /// <summary>Publishes its tables that have a cap; last in its constructor, since they may be read at once, from any thread.</summary>
    private protected void PublishTables()
    {
        _hasTables = true;
        _caps.Publish(_track.Path, this);
    }

    /// <summary>Its tables that have a cap, if it publishes any; called by any thread.</summary>
    private protected virtual ImmutableArray<TableSize> Tables() => [];

    ImmutableArray<TableSize> ITables.Tables() => Tables();

    /// <summary>A child failed: notes that, with what is to become of it, in both black boxes.</summary>
    private protected Directive Decided(Exception cause, Directive directive)
    {
        _inspection.CountFailure();
        if (_inspection.Find(Sender) is { } child)
            _track.ChildFailed(child.Failed(cause, directive.ToString()));
        return directive;
    }

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is InspectionProtocol.Inspect)
        {
            Answer(_track.TakeAskers());
            return true;
        }

        if (!_measures)
            return base.AroundReceive(receive, message!);
        var type = message?.GetType() ?? typeof(object);
        if (type.Assembly == Akka)
            return AroundEnvelope(receive, message!, type);
        var began = _track.Begin(type);
        var handled = base.AroundReceive(receive, message!);
        Handled(began, type);
        return handled;
    }

    private void Answer(IActorRef[] askers)
    {
        // Nobody sent what was asked in the name of those.
        var sender = Sender;
        var isAlone = sender.IsNobody() || ReferenceEquals(sender, Context.System.DeadLetters);
        if (isAlone && askers.Length == 0)
            return;
        var state = Inspect();
        foreach (var asker in askers)
            asker.Tell(state);
        if (!isAlone)
            sender.Tell(state);
    }

    // Timers send an envelope of Akka's own; what counts is what was in it.
    private bool AroundEnvelope(Receive receive, object message, Type type)
    {
        var began = _track.Begin(type);
        var handled = base.AroundReceive(
            inside =>
            {
                type = inside?.GetType() ?? type;
                _track.Doing = type;
                return receive(inside!);
            },
            message);
        Handled(began, type);
        return handled;
    }

    private void Handled(TimeSpan began, Type type)
    {
        var took = _track.End(began, type);
        if (_inspection.Border is { HasActorTaps: true } border)
            border.OnHandled(_track, began, type, took);
    }

    /// <inheritdoc/>
    public override void AroundPreStart()
    {
        _track.Started();
        base.AroundPreStart();
    }

    /// <inheritdoc/>
    public override void AroundPreRestart(Exception cause, object message)
    {
        _track.Restarting(cause);
        _inspection.CountRestart();
        _inspection.Border?.OnEvent(_track, ActorEventKind.Restarted, $"{cause.GetType().Name}: {cause.Message}");
        base.AroundPreRestart(cause, message);
    }

    /// <inheritdoc/>
    public override void AroundPostStop()
    {
        base.AroundPostStop();
        if (_hasTables)
            _caps.Retract(_track.Path);
        _inspection.Detach(_track);
        _inspection.Border?.OnEvent(_track, ActorEventKind.Stopped, "stopped");
    }
}
