namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Entries in the order of (due tick, sequence number): two entries of one tick fire in the order in which they were added.
/// A heap with four children a node, which keeps the keys that are compared beside each other in memory. Not thread-safe.
/// </summary>
internal sealed class SimEventQueue
{
    private const int Arity = 4;
    private const int SweepEntriesMin = 1024;

    private Slot[] _slots = new Slot[256];
    private long _sequence;
    private int _sweepAt = SweepEntriesMin;

    /// <summary>Entries held, those included that were cancelled and not met yet.</summary>
    internal int Count { get; private set; }

    /// <summary>Cancelled entries that were thrown away so far.</summary>
    internal long CancelledDropped { get; private set; }

    internal void Add(long dueTicks, SimEntry entry) => Add(dueTicks, entry, _sequence++);

    /// <summary>As the other, with a place of its own among the entries of its tick: below zero, before all others.</summary>
    internal void Add(long dueTicks, SimEntry entry, long order)
    {
        if (Count >= _sweepAt)
            Sweep();
        if (Count == _slots.Length)
            Array.Resize(ref _slots, Count * 2);
        SiftUp(Count++, new Slot(dueTicks, order, entry));
    }

    /// <summary>The due tick of the first entry that is not cancelled.</summary>
    internal bool TryPeek(out long dueTicks, out SimEntry entry)
    {
        while (Count > 0)
        {
            ref readonly var first = ref _slots[0];
            if (!first.Entry.IsCancelled)
            {
                dueTicks = first.DueTicks;
                entry = first.Entry;
                return true;
            }

            DropCancelled(first.Entry);
            RemoveFirst();
        }

        dueTicks = 0;
        entry = null!;
        return false;
    }

    /// <summary>Takes the first entry; only right after a <see cref="TryPeek"/> that found one.</summary>
    internal void TakePeeked() => RemoveFirst();

    /// <summary>Entries that were not cancelled.</summary>
    internal int CountLive()
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
            count += _slots[i].Entry.IsCancelled ? 0 : 1;
        return count;
    }

    /// <summary>Timers of actors that were not cancelled.</summary>
    internal int CountTimers()
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
            count += _slots[i].Entry is SimTimerEntry { IsCancelled: false, IsForActor: true } ? 1 : 0;
        return count;
    }

    /// <summary>Drops everything.</summary>
    internal void Clear()
    {
        for (var i = 0; i < Count; i++)
            _slots[i].Entry.Drop();
        Array.Clear(_slots, 0, Count);
        Count = 0;
    }

    /// <summary>
    /// A cancelled timer of an hour would stay for an hour. Whenever the queue has doubled since the last look, all of it is
    /// looked at once: at any time fewer than half of the entries, or than <see cref="SweepEntriesMin"/>, are dead ones that
    /// a look had missed, and adding stays O(log n) on average.
    /// </summary>
    private void Sweep()
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_slots[i].Entry.IsCancelled)
                DropCancelled(_slots[i].Entry);
            else
                _slots[kept++] = _slots[i];
        }

        Array.Clear(_slots, kept, Count - kept);
        Count = kept;
        for (var i = (kept - 2) / Arity; i >= 0 && kept > 1; i--)
            SiftDown(i, _slots[i]);
        _sweepAt = Math.Max(SweepEntriesMin, kept * 2);
    }

    private void DropCancelled(SimEntry entry)
    {
        CancelledDropped++;
        entry.Drop();
    }

    private void RemoveFirst()
    {
        var last = _slots[--Count];
        _slots[Count] = default;
        if (Count > 0)
            SiftDown(0, last);
    }

    private void SiftUp(int index, in Slot slot)
    {
        var slots = _slots;
        while (index > 0)
        {
            var parent = (index - 1) / Arity;
            if (!slot.IsBefore(slots[parent]))
                break;
            slots[index] = slots[parent];
            index = parent;
        }

        slots[index] = slot;
    }

    private void SiftDown(int index, Slot slot)
    {
        var slots = _slots;
        while (true)
        {
            var first = (index * Arity) + 1;
            if (first >= Count)
                break;
            var least = first;
            var end = Math.Min(first + Arity, Count);
            for (var child = first + 1; child < end; child++)
            {
                if (slots[child].IsBefore(slots[least]))
                    least = child;
            }

            if (!slots[least].IsBefore(slot))
                break;
            slots[index] = slots[least];
            index = least;
        }

        slots[index] = slot;
    }

    private readonly struct Slot(long dueTicks, long sequence, SimEntry entry)
    {
        internal readonly long DueTicks = dueTicks;
        internal readonly SimEntry Entry = entry;
        private readonly long _sequence = sequence;

        internal bool IsBefore(in Slot other) =>
            DueTicks < other.DueTicks || (DueTicks == other.DueTicks && _sequence < other._sequence);
    }
}
