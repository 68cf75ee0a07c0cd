using System.Collections.Immutable;
using Akka.Actor;
using Akka.Dispatch.MessageQueues;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// The black box of one actor: what it handled, what happened to it, how it failed. Written by the actor in passing, read by
/// anybody without its help, and kept for a while when it is gone. Bounded.
/// </summary>
internal sealed class ActorTrack
{
    private const int FailuresMax = 4;
    private const int StackCharactersMax = 4000;
    private const int TextCharactersMax = 500;
    private const int MailboxWalkMax = 10_000;
    private const int MessageTypesMax = 64;

    // All that follows is under the lock of this object, which nobody outside uses: there are many of it.
    private readonly NodeClock _clock;
    private readonly Type _type;
    private readonly TimeSpan _startedAt;
    private readonly int _eventsMax;
    private Ring<(TimeSpan At, Type Message, TimeSpan Took)> _last;
    private Ring<(TimeSpan At, ActorEventKind Kind, string Text)> _events;
    // In the order in which they asked, so that a simulation goes the same way each time.
    private List<IActorRef>? _askers;
    private IMessageQueue? _mailbox;
    private (Type Type, HandlingTimes Times)[] _handled = [];
    private ImmutableQueue<ActorFailure> _failures = [];
    private volatile Type? _doing;
    private volatile Exception? _lastCause;
    private long _doingSinceTicks;
    private long _handledCount;
    private long _busyTicks;
    private TimeSpan _goneAt = TimeSpan.MaxValue;
    private int _restarts;
    private int _childFailures;
    private int _failureCount;
    private bool _isAsked;
    private volatile bool _hasStarted;

    public ActorTrack(IActorRef actor, string path, Type type, IMessageQueue? mailbox, NodeClock clock, int eventsMax)
    {
        Actor = actor;
        Path = path;
        _type = type;
        _mailbox = mailbox;
        _clock = clock;
        _startedAt = clock.Now;
        _eventsMax = eventsMax;
        _last = new Ring<(TimeSpan, Type, TimeSpan)>(eventsMax);
        _events = new Ring<(TimeSpan, ActorEventKind, string)>(eventsMax);
    }

    public IActorRef Actor { get; }

    public string Path { get; }

    /// <summary>Whether it, or a child of it, has ever failed: then it is worth remembering longer.</summary>
    public bool HasFailed => Volatile.Read(ref _failureCount) > 0;

    /// <summary>When it stopped.</summary>
    public TimeSpan GoneAt => _goneAt;

    /// <summary>Type of the message it is handling, or was when it failed.</summary>
    public Type? Doing
    {
        get => _doing;
        set => _doing = value;
    }

    /// <summary>It begins with a message.</summary>
    public TimeSpan Begin(Type message)
    {
        var now = _clock.Now;
        Volatile.Write(ref _doingSinceTicks, now.Ticks);
        _doing = message;
        return now;
    }

    /// <summary>It is done with that message; says how long it took.</summary>
    public TimeSpan End(TimeSpan began, Type message)
    {
        var took = _clock.Now - began;
        _doing = null;
        lock (this)
        {
            _handledCount++;
            _busyTicks += took.Ticks;
            TimesOf(message).Add(took);
            _last.Add((began, message, took));
        }

        return took;
    }

    /// <summary>
    /// Asks it for its state, for <paramref name="asker"/>; joins the question that it has not come to, if there is one: one
    /// that hangs is asked once, however often somebody looks.
    /// </summary>
    public void Ask(IActorRef asker)
    {
        lock (this)
        {
            if (_askers?.Contains(asker) != true)
                (_askers ??= []).Add(asker);
            if (_isAsked)
                return;
            _isAsked = true;
        }

        Actor.Tell(InspectionProtocol.Inspect.Instance, ActorRefs.NoSender);
    }

    /// <summary>Does not wait for its answer any more.</summary>
    public void Leave(IActorRef asker)
    {
        lock (this)
            _askers?.Remove(asker);
    }

    /// <summary>It has come to the question: who waits for the answer.</summary>
    public IActorRef[] TakeAskers()
    {
        lock (this)
        {
            _isAsked = false;
            IActorRef[] askers = [.. _askers ?? []];
            _askers = null;
            return askers;
        }
    }

    /// <summary>It has started: the first of its events, which needs no room of its own.</summary>
    public void Started() => _hasStarted = true;

    public void Note(ActorEventKind kind, string text)
    {
        lock (this)
            _events.Add((_clock.Now, kind, Cut(text, TextCharactersMax)));
    }

    /// <summary>It failed, and its parent decided something.</summary>
    public ActorFailure Failed(Exception cause, string decision)
    {
        var failure = new ActorFailure(
            _clock.UtcNow, Path, _doing is { } doing ? InspectionNames.Of(doing) : null, cause.GetType().Name,
            Cut(cause.Message, TextCharactersMax), decision, Cut(cause.StackTrace ?? "", StackCharactersMax));
        _doing = null;
        _lastCause = cause;
        lock (this)
        {
            Keep(failure);
            _events.Add((_clock.Now, ActorEventKind.Failed, Text(failure)));
        }

        return failure;
    }

    public void ChildFailed(ActorFailure failure)
    {
        lock (this)
        {
            _childFailures++;
            Keep(failure);
            _events.Add((_clock.Now, ActorEventKind.ChildFailed, failure.Path + ": " + Text(failure)));
        }
    }

    /// <summary>It is about to be restarted.</summary>
    public void Restarting(Exception cause)
    {
        // Its parent has said so already, unless it is none of ours.
        if (!ReferenceEquals(_lastCause, cause))
            Failed(cause, nameof(Directive.Restart));
        lock (this)
        {
            _restarts++;
            _events.Add((_clock.Now, ActorEventKind.Restarted, $"restarted after {cause.GetType().Name}: {Cut(cause.Message, TextCharactersMax)}"));
        }
    }

    public void Gone()
    {
        Note(ActorEventKind.Stopped, "stopped");
        lock (this)
        {
            _goneAt = _clock.Now;
            _mailbox = null;
        }
    }

    public ActorFacts Facts()
    {
        var now = _clock.Now;
        var doing = _doing;
        var (depth, oldest) = Mailbox(now);
        lock (this)
        {
            return new ActorFacts(
                Path,
                _type.Name,
                _clock.TimeOfDay(_startedAt),
                Seconds((_goneAt < now ? _goneAt : now) - _startedAt),
                _goneAt < TimeSpan.MaxValue,
                _restarts,
                _childFailures,
                _handledCount,
                Seconds(TimeSpan.FromTicks(_busyTicks)),
                depth,
                oldest,
                doing is null ? null : InspectionNames.Of(doing),
                doing is null ? 0 : Milliseconds(now - TimeSpan.FromTicks(Volatile.Read(ref _doingSinceTicks))),
                _failures.LastOrDefault(failure => failure.Path == Path));
        }
    }

    public ActorDetails Details(ImmutableArray<string> children, ActorState? state)
    {
        var facts = Facts();
        var waiting = Waiting();
        lock (this)
        {
            return new ActorDetails(
                _clock.UtcNow,
                facts,
                state is not null,
                state,
                [
                    .. _handled.OrderByDescending(one => one.Times.Total).ThenBy(one => one.Type.Name, StringComparer.Ordinal).Select(one =>
                        new HandledMessages(
                            InspectionNames.Of(one.Type), one.Times.Count, Milliseconds(one.Times.Total), Milliseconds(one.Times.Percentile(0.5)),
                            Milliseconds(one.Times.Percentile(0.99)), Milliseconds(one.Times.Longest))),
                ],
                waiting,
                [.. _last.ToArray().Select(one => new HandledMessage(_clock.TimeOfDay(one.At), InspectionNames.Of(one.Message), Milliseconds(one.Took)))],
                [.. Events().Select(one => new ActorEvent(_clock.TimeOfDay(one.At), one.Kind, one.Text))],
                [.. _failures],
                children);
        }
    }

    private ImmutableArray<(TimeSpan At, ActorEventKind Kind, string Text)> Events() =>
        _hasStarted && _events.Count < _eventsMax
            ? [(_startedAt, ActorEventKind.Started, "started"), .. _events.ToArray()]
            : _events.ToArray();

    private ImmutableArray<WaitingMessages> Waiting()
    {
        var now = _clock.Now;
        return _mailbox is not IObservedMessages observed
            ? []
            : [
                .. observed.Waiting().Take(MailboxWalkMax).GroupBy(message => message.Type)
                    .Select(group => new WaitingMessages(
                        InspectionNames.Of(group.Key), group.Count(), Milliseconds(now - group.Min(message => message.At))))
                    .OrderByDescending(one => one.Count).ThenBy(one => one.Type, StringComparer.Ordinal),
            ];
    }

    private (int Depth, double OldestMs) Mailbox(TimeSpan now)
    {
        var mailbox = _mailbox;
        if (mailbox is not { HasMessages: true })
            return (0, 0);
        if (mailbox is not IObservedMessages observed)
            return (mailbox.Count, 0);
        foreach (var waiting in observed.Waiting())
        {
            // Who is looked at does not hang because of that.
            if (waiting.Type != typeof(InspectionProtocol.Inspect))
                return (Math.Max(1, observed.Count), Math.Max(0, Milliseconds(now - waiting.At)));
        }

        return (observed.Count, 0);
    }

    private HandlingTimes TimesOf(Type message)
    {
        foreach (var (type, times) in _handled)
        {
            if (type == message)
                return times;
        }

        // Only code of this process makes types, but anybody in it may tell an actor anything.
        if (_handled.Length >= MessageTypesMax)
            message = typeof(object);
        if (_handled.Length > MessageTypesMax)
            return _handled[^1].Times;
        var added = new HandlingTimes();
        _handled = [.. _handled, (message, added)];
        return added;
    }

    private void Keep(ActorFailure failure)
    {
        _failureCount++;
        _failures = _failures.Enqueue(failure);
        if (_failureCount > FailuresMax)
            _failures = _failures.Dequeue();
    }

    private static string Text(ActorFailure failure) =>
        $"{failure.Error}: {failure.Reason}{(failure.Decision.Length > 0 ? $" ({failure.Decision})" : "")}";

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 4);
}
