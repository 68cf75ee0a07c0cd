using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// The last few of many things. Takes memory as it fills, so that the many actors that have little to tell cost little.
/// Not thread-safe. A mutable struct that lives in one field.
/// </summary>
/// <param name="capacity">Things kept at the most; 0: none.</param>
internal struct Ring<T>(int capacity)
{
    private const int First = 4;
    private T[] _items = [];
    private readonly int _capacity = capacity;
    private int _next;
    private long _added;

    /// <summary>Things kept now.</summary>
    public readonly int Count => (int)Math.Min(_added, _capacity);

    /// <summary>Things that had to make room.</summary>
    public readonly long Dropped => _added - Count;

    /// <summary>Adds one; the oldest makes room when there is none.</summary>
    public void Add(in T item)
    {
        if (_capacity == 0)
            return;
        if (Count == _items.Length && Count < _capacity)
            Grow();
        _added++;
        _items[_next] = item;
        _next = (_next + 1) % _items.Length;
    }

    /// <summary>What is kept, oldest first.</summary>
    public readonly ImmutableArray<T> ToArray()
    {
        var all = ImmutableArray.CreateBuilder<T>(Count);
        for (var i = 0; i < Count; i++)
            all.Add(_items[(_next - Count + i + _items.Length) % _items.Length]);
        return all.MoveToImmutable();
    }

    // Only a full ring grows: it is in order from the next place on.
    private void Grow()
    {
        var old = ToArray();
        _items = new T[Math.Min(_capacity, Math.Max(First, old.Length * 2))];
        old.CopyTo(_items);
        _next = old.Length % _items.Length;
    }
}
