using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Cjp2p.Actors.Tests.Doubles;

/// <summary>
/// Time that stands still until a test moves it (TestKit's own TestScheduler has a real monotonic clock, which is the one
/// that a node looks at). What falls due is run by whoever moves the time, in order of time and of scheduling.
/// </summary>
public sealed class ManualScheduler : SchedulerBase
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Entry, (long Due, long Number)> _queue = new();
    private long _number;
    private long _now;

    /// <summary>Made by Akka, or for tests without an ActorSystem.</summary>
    public ManualScheduler(Config config, ILoggingAdapter log) : base(config, log)
    {
    }

    public override TimeSpan MonotonicClock => TimeSpan.FromTicks(Interlocked.Read(ref _now));

    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <summary>The actors of the same system that wait for their turn.</summary>
    internal Turns Turns { get; } = new();

    protected override DateTimeOffset TimeNow => Start + MonotonicClock;

    /// <summary>One without an ActorSystem.</summary>
    public static ManualScheduler Alone() => new(Config.Empty, NoLogger.Instance);

    /// <summary>Runs <paramref name="action"/> after <paramref name="delay"/>.</summary>
    public void After(TimeSpan delay, Action action) => Add(delay, TimeSpan.Zero, action, null);

    /// <summary>When the next entry is due; null when there is none.</summary>
    public TimeSpan? NextDue()
    {
        lock (_lock)
        {
            while (_queue.TryPeek(out var entry, out var key))
            {
                if (entry.Cancelable is not { IsCancellationRequested: true })
                    return TimeSpan.FromTicks(key.Due);
                _queue.Dequeue();
            }

            return null;
        }
    }

    /// <summary>Runs the next entry if it is due by <paramref name="latest"/>, with the clock at its time; false when there is none.</summary>
    public bool FireNext(TimeSpan latest)
    {
        Entry entry;
        lock (_lock)
        {
            if (NextDue() is not { } due || due > latest)
                return false;
            entry = _queue.Dequeue();
            _now = Math.Max(_now, due.Ticks);
        }

        entry.Run();
        if (entry.Interval > TimeSpan.Zero)
            Add(entry.Interval, entry.Interval, entry.Run, entry.Cancelable);
        return true;
    }

    /// <summary>Moves the clock on without running anything; nothing may be due before.</summary>
    public void MoveTo(TimeSpan now)
    {
        lock (_lock)
            _now = Math.Max(_now, now.Ticks);
    }

    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, TimeSpan.Zero, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Add(delay, TimeSpan.Zero, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Add(delay, TimeSpan.Zero, action.Run, cancelable);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(initialDelay, interval, action, cancelable);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Add(initialDelay, interval, action.Run, cancelable);

    private void Add(TimeSpan delay, TimeSpan interval, Action run, ICancelable? cancelable)
    {
        lock (_lock)
            _queue.Enqueue(new Entry(run, interval, cancelable), (_now + Math.Max(0, delay.Ticks), _number++));
    }

    private sealed record Entry(Action Run, TimeSpan Interval, ICancelable? Cancelable);
}
