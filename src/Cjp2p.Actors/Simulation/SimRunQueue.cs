using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The mailboxes that have something to do, first come first served. Nothing runs by itself: the world takes one after
/// the other, on one thread.
/// </summary>
internal sealed class SimRunQueue(SimGate gate)
{
    private readonly object _foreignLock = new();
    private readonly List<Held> _held = [];
    private IRunnable[] _ring = new IRunnable[256];
    private List<IRunnable> _foreign = [];
    private List<IRunnable> _foreignSpare = [];
    private volatile bool _hasForeign;
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
        if (Current == null || !gate.IsOurs || !ReferenceEquals(child.Parent, ActorCell.GetCurrentSelfOrNoSender()))
            return false;
        _held.Add(new Held(dispatcher, child, message, _held.Count));
        return true;
    }

    internal void Post(IRunnable run)
    {
        if (gate.IsOurs)
        {
            Enqueue(run);
            return;
        }

        lock (_foreignLock)
        {
            if (gate.IsDriven)
                ForeignPosts++;
            _foreign.Add(run);
            _hasForeign = true;
            Monitor.PulseAll(_foreignLock);
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
            run.Run();
            Current = null;
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
            Enqueue(run);
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
