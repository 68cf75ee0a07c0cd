using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The mailboxes that have something to do, first come first served. Nothing runs by itself: the world takes one after
/// the other, on one thread.
/// </summary>
internal sealed class SimRunQueue(SimScheduler scheduler)
{
    private const int BusySweepAt = 1024;

    private readonly SimGate _gate = scheduler.Gate;
    private readonly Dictionary<IRunnable, SimBusyTurn> _busy = [];
    private readonly object _foreignLock = new();
    private readonly List<Held> _held = [];
    private IRunnable[] _ring = new IRunnable[256];
    private List<IRunnable> _foreign = [];
    private List<IRunnable> _foreignSpare = [];
    private volatile bool _hasForeign;
    private bool _disksAreFree;
    private int _head;

    /// <summary>Mailboxes that wait for their turn, those that other threads brought not included.</summary>
    internal int Count { get; private set; }

    /// <summary>Turns taken so far.</summary>
    internal long Turns { get; private set; }

    /// <summary>What runs right now, or null.</summary>
    internal IRunnable? Current { get; private set; }

    /// <summary>
    /// How often another thread brought work while the world was driven. Their order is not reproducible; it has to be
    /// zero for as long as a trace counts.
    /// </summary>
    internal long ForeignPosts { get; private set; }

    /// <summary>
    /// Keeps a system message of the running actor to a child of its own until the end of the turn; false when it is
    /// something else, to be delivered at once.
    /// </summary>
    internal bool TryHold(SimDispatcher dispatcher, ActorCell child, SystemMessage message)
    {
        if (Current == null || !_gate.IsOurs || !ReferenceEquals(child.Parent, ActorCell.GetCurrentSelfOrNoSender()))
            return false;
        _held.Add(new Held(dispatcher, child, message, _held.Count));
        return true;
    }

    internal void Post(IRunnable run)
    {
        if (_gate.IsOurs)
        {
            if (_busy.Count == 0 || !IsBusy(run))
                Enqueue(run);
            return;
        }

        lock (_foreignLock)
        {
            if (_gate.IsDriven)
                ForeignPosts++;
            _foreign.Add(run);
            _hasForeign = true;
            Monitor.PulseAll(_foreignLock);
        }
    }

    /// <summary>What has its turn right now used a slow disk: its next turn comes this much later.</summary>
    internal void Charge(SimDisk disk, long ticks)
    {
        if (Current is not { } run || !_gate.IsOurs || ticks == 0 || _disksAreFree)
            return;
        if (_busy.Count >= BusySweepAt && !_busy.ContainsKey(run))
            SweepBusy();
        if (!_busy.TryGetValue(run, out var busy))
            _busy.Add(run, busy = new SimBusyTurn(run, disk) { UntilTicks = scheduler.NowTicks });
        busy.UntilTicks = Math.Max(busy.UntilTicks, scheduler.NowTicks) + ticks;
    }

    /// <summary>The disk time has passed.</summary>
    internal void BusyIsOver(IRunnable run, SimBusyTurn busy)
    {
        if (_busy.TryGetValue(run, out var current) && current == busy)
            _busy.Remove(run);
        Enqueue(run);
    }

    /// <summary>
    /// The machine of this disk has crashed, or (null) the world ends, and disks cost nothing from now on: nobody need wait.
    /// </summary>
    internal void EndBusy(SimDisk? disk)
    {
        _disksAreFree |= disk == null;
        foreach (var (run, busy) in _busy.Where(entry => disk == null || entry.Value.Disk == disk).ToList())
        {
            _busy.Remove(run);
            busy.End();
            if (busy.IsWaiting)
                Enqueue(run);
        }
    }

    /// <summary>Takes turns until nothing is left, at most <paramref name="turnsMax"/>; false when more was left then.</summary>
    internal bool Drain(long turnsMax)
    {
        while (true)
        {
            if (_hasForeign)
                TakeOverForeign();
            if (Count == 0)
                return true;
            if (turnsMax-- <= 0)
                return false;
            var run = Dequeue();
            Current = run;
            Turns++;
            try
            {
                run.Run();
            }
            finally
            {
                Current = null;
            }

            if (_held.Count > 0)
                DeliverHeld();
        }
    }

    /// <summary>Waits, in real time, until another thread has brought something.</summary>
    internal bool WaitForForeign(TimeSpan realTimeMax)
    {
        lock (_foreignLock)
            return _hasForeign || Monitor.Wait(_foreignLock, realTimeMax);
    }

    /// <summary>When it still pays for its last turn, its next one waits until it has.</summary>
    private bool IsBusy(IRunnable run)
    {
        if (!_busy.TryGetValue(run, out var busy))
            return false;
        if (busy.UntilTicks <= scheduler.NowTicks)
        {
            _busy.Remove(run);
            return false;
        }

        busy.IsWaiting = true;
        scheduler.AddAfter(busy.UntilTicks - scheduler.NowTicks, busy);
        return true;
    }

    private void SweepBusy()
    {
        foreach (var (run, busy) in _busy.ToList())
        {
            if (!busy.IsWaiting && busy.UntilTicks <= scheduler.NowTicks)
                _busy.Remove(run);
        }
    }

    private void DeliverHeld()
    {
        if (_held.Count > 1)
            _held.Sort();
        foreach (var held in _held)
            held.Dispatcher.Deliver(held.Child, held.Message);
        _held.Clear();
    }

    private void TakeOverForeign()
    {
        List<IRunnable> arrived;
        lock (_foreignLock)
        {
            arrived = _foreign;
            _foreign = _foreignSpare;
            _foreignSpare = arrived;
            _hasForeign = false;
        }

        foreach (var run in arrived)
        {
            if (_busy.Count == 0 || !IsBusy(run))
                Enqueue(run);
        }

        arrived.Clear();
    }

    private void Enqueue(IRunnable run)
    {
        if (Count == _ring.Length)
            Grow();
        _ring[(_head + Count++) & (_ring.Length - 1)] = run;
    }

    private IRunnable Dequeue()
    {
        var run = _ring[_head];
        _ring[_head] = null!;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        return run;
    }

    private void Grow()
    {
        var larger = new IRunnable[_ring.Length * 2];
        for (var i = 0; i < Count; i++)
            larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        _ring = larger;
        _head = 0;
    }

    private readonly record struct Held(SimDispatcher Dispatcher, ActorCell Child, SystemMessage Message, int Order)
        : IComparable<Held>
    {
        public int CompareTo(Held other)
        {
            var byName = string.CompareOrdinal(Child.Self.Path.Name, other.Child.Self.Path.Name);
            return byName != 0 ? byName : Order.CompareTo(other.Order);
        }
    }
}
