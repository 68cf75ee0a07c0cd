using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The scheduler of a simulated world (<c>akka.scheduler.implementation</c>): a queue on (due tick, order of scheduling)
/// and a clock that stands still until <see cref="Step"/> moves it to the next entry. It starts at
/// <see cref="SimClock.Start"/> with a monotonic clock of zero. One tick is 100 ns, as in .NET.
/// </summary>
/// <remarks>
/// It is built by Akka. The world, its network and its disks find it as <c>system.Scheduler</c>, the dispatcher through its
/// prerequisites, so nothing is static. Only the thread that drives the world should schedule while it is driven: what other
/// threads schedule is taken over before the next step and counted in <see cref="ForeignEntries"/>.
/// </remarks>
public sealed class SimScheduler : SchedulerBase, IDisposable
{
    private readonly Lock _foreignLock = new();
    private readonly SimEventQueue _queue = new();
    private readonly List<(long DelayTicks, SimEntry Entry)> _foreign = [];
    private volatile bool _hasForeign;
    private volatile bool _disposed;

    /// <summary>Built by Akka from its configuration.</summary>
    public SimScheduler(Config scheduler, ILoggingAdapter log) : base(scheduler, log)
    {
        Gate = new SimGate();
        Runs = new SimRunQueue(this);
        Clock = new SimClock(this);
    }

    /// <summary>The clock of this world, for code that is not an actor.</summary>
    public SimClock Clock { get; }

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => new(NowTicks);

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => new(NowTicks);

    /// <summary>Entries that wait, those included that were cancelled and not thrown away yet.</summary>
    public int Count
    {
        get
        {
            TakeOverForeign();
            return _queue.Count;
        }
    }

    /// <summary>Entries that wait and were not cancelled: what of <see cref="Count"/> will happen.</summary>
    public int Live
    {
        get
        {
            TakeOverForeign();
            return _queue.CountLive();
        }
    }

    /// <summary>Cancelled entries thrown away so far.</summary>
    public long CancelledDropped => _queue.CancelledDropped;

    /// <summary>Timers, scheduled messages and callbacks that fired so far; what arrived by the network is not among them.</summary>
    public long TimersFired { get; private set; }

    /// <summary>Scheduled actions that threw. As in production this is logged, and a repeated one is not repeated again.</summary>
    public long ActionsFailed { get; private set; }

    /// <summary>Entries that other threads scheduled while the world was driven; zero in a reproducible run.</summary>
    public long ForeignEntries { get; private set; }

    /// <summary>When the next entry is due, on the monotonic clock; null when there is none.</summary>
    public TimeSpan? NextDue => TryPeek(out var dueTicks) ? new TimeSpan(dueTicks) : null;

    internal SimGate Gate { get; }

    internal SimRunQueue Runs { get; }

    /// <summary>What the disks of this world hold in common.</summary>
    internal SimBlockPool Blocks { get; } = new();

    /// <summary>Ticks of virtual time since the world began.</summary>
    internal long NowTicks { get; private set; }

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => SimClock.Start.AddTicks(NowTicks);

    /// <summary>
    /// Moves the clock to the next entry and fires it, and no other (datagrams that arrive at one endpoint at one tick, one
    /// right after the other, are one entry: a batch). False when there is none.
    /// </summary>
    public bool Step()
    {
        var entered = Gate.TryEnter();
        try
        {
            return FireNext();
        }
        finally
        {
            if (entered)
                Gate.Leave();
        }
    }

    /// <summary>Throws everything away; nothing can be scheduled afterwards.</summary>
    public void Dispose()
    {
        _disposed = true;
        lock (_foreignLock)
        {
            foreach (var (_, entry) in _foreign)
                entry.Drop();
            _foreign.Clear();
            _hasForeign = false;
        }

        _queue.Clear();
    }

    /// <summary>The tick at which the next entry is due.</summary>
    internal bool TryPeek(out long dueTicks)
    {
        if (_hasForeign)
            TakeOverForeign();
        return _queue.TryPeek(out dueTicks, out _);
    }

    /// <summary>As <see cref="Step"/>, for the thread that has entered already.</summary>
    internal bool FireNext()
    {
        if (_hasForeign)
            TakeOverForeign();
        if (!_queue.TryPeek(out var dueTicks, out var entry))
            return false;
        _queue.TakePeeked();
        NowTicks = dueTicks;
        entry.Fire(this);
        return true;
    }

    /// <summary>The next entry, if it is due at this very tick; <see cref="TakePeeked"/> takes it without firing it.</summary>
    internal bool TryPeekNow(out SimEntry entry) => _queue.TryPeek(out var dueTicks, out entry) && dueTicks == NowTicks;

    internal void TakePeeked() => _queue.TakePeeked();

    /// <summary>Timers of actors that still wait; walks through everything that does.</summary>
    internal int CountTimers() => _queue.CountTimers();

    /// <summary>Moves the clock forward to a moment at which nothing is due.</summary>
    internal void AdvanceTo(long ticks)
    {
        if (ticks > NowTicks)
            NowTicks = ticks;
    }

    /// <summary>Adds an entry at a delay from now; a delay beyond the end of time is the end of time.</summary>
    internal void AddAfter(long delayTicks, SimEntry entry)
    {
        if (Gate.IsOurs)
        {
            Add(delayTicks, entry);
            return;
        }

        lock (_foreignLock)
        {
            // Akka handles this one: a dispatcher that wants to schedule its own end does without.
            if (_disposed)
                throw new SchedulerException("The simulated world has ended.");
            if (Gate.IsDriven)
                ForeignEntries++;
            _foreign.Add((delayTicks, entry));
            _hasForeign = true;
        }
    }

    /// <summary>Adds an entry with a place of its own among those of its tick; for the thread that drives the world.</summary>
    internal void AddAt(long dueTicks, SimEntry entry, long order)
    {
        if (_disposed)
            throw new SchedulerException("The simulated world has ended.");
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTicks, NowTicks);
        _queue.Add(dueTicks, entry, order);
    }

    /// <summary>Calls back once at a delay from now, for the parts of the world; what it throws ends the run.</summary>
    internal void CallAfter(long delayTicks, Action callback) => AddAfter(delayTicks, new SimCallEntry(callback));

    /// <summary>Runs a timer, and puts a repeated one back at exactly its interval after the tick it was due at.</summary>
    internal void FireTimer(SimTimerEntry timer)
    {
        TimersFired++;
        if (TryRun(timer) && timer.IntervalTicks > 0)
            Add(timer.IntervalTicks, timer);
    }

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        AddAfter(delay.Ticks, new SimTimerEntry(receiver, message, sender, cancelable, 0));

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        AddAfter(initialDelay.Ticks, new SimTimerEntry(receiver, message, sender, cancelable, interval.Ticks));

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        AddAfter(delay.Ticks, new SimTimerEntry(action, null, null, cancelable, 0));

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable)
    {
        ValidateDelay(delay, nameof(delay));
        AddAfter(delay.Ticks, new SimTimerEntry(action, null, null, cancelable, 0));
    }

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        AddAfter(initialDelay.Ticks, new SimTimerEntry(action, null, null, cancelable, interval.Ticks));

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable)
    {
        ValidateDelay(initialDelay, nameof(initialDelay));
        ValidateInterval(interval, nameof(interval));
        AddAfter(initialDelay.Ticks, new SimTimerEntry(action, null, null, cancelable, interval.Ticks));
    }

    private void Add(long delayTicks, SimEntry entry)
    {
        if (_disposed)
            throw new SchedulerException("The simulated world has ended.");
        var dueTicks = NowTicks + delayTicks;
        _queue.Add(dueTicks < NowTicks ? long.MaxValue : dueTicks, entry);
    }

    private void TakeOverForeign()
    {
        lock (_foreignLock)
        {
            foreach (var (delayTicks, entry) in _foreign)
                Add(delayTicks, entry);
            _foreign.Clear();
            _hasForeign = false;
        }
    }

    private bool TryRun(SimTimerEntry timer)
    {
        try
        {
            timer.Run();
            return true;
        }
        catch (Exception cause)
        {
            ActionsFailed++;
            Log?.Error(cause, "A scheduled action failed at {0}", MonotonicClock);
            return false;
        }
    }
}
