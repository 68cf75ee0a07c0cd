using System.Diagnostics.CodeAnalysis;

namespace Cjp2p.Actors.AntiSpoof;

/// <summary>
/// A map that forgets: it holds at least the last <c>capacity / 2</c> and at most <c>capacity</c> keys used, in constant
/// time and without a clock. New and used keys go to the young generation; when that is half full it becomes the old one
/// and what the old one held is dropped. Not thread-safe.
/// </summary>
public sealed class TwoGenerationMap<TKey, TValue> where TKey : notnull
{
    private readonly int _generationMax;
    // Most maps of an idle node are never used.
    private Dictionary<TKey, TValue>? _young;
    private Dictionary<TKey, TValue>? _old;

    /// <param name="capacity">Keys held at the most; at least 2.</param>
    public TwoGenerationMap(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        _generationMax = capacity / 2;
    }

    /// <summary>Keys held now (a key counts once).</summary>
    public int Count => (_young?.Count ?? 0) + (_old?.Count ?? 0);

    /// <summary>Keys dropped so far to make room.</summary>
    public long Evictions { get; private set; }

    /// <summary>Finds a key and counts as a use of it.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (_young?.TryGetValue(key, out value) == true)
            return true;
        if (_old is null || !_old.Remove(key, out value))
            return false;
        Add(key, value);
        return true;
    }

    /// <summary>Finds a key; no use of it.</summary>
    public bool TryPeek(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        return _young?.TryGetValue(key, out value) == true || _old?.TryGetValue(key, out value) == true;
    }

    /// <summary>Whether a key is held; no use of it.</summary>
    public bool Holds(TKey key) => _young?.ContainsKey(key) == true || _old?.ContainsKey(key) == true;

    /// <summary>Adds or replaces.</summary>
    public void Set(TKey key, TValue value)
    {
        _old?.Remove(key);
        Add(key, value);
    }

    /// <summary>Forgets a key.</summary>
    public void Remove(TKey key)
    {
        if (_young?.Remove(key) != true)
            _old?.Remove(key);
    }

    /// <summary>Forgets all, for a reason of its owner's; nothing had to make room.</summary>
    public void Clear() => _young = _old = null;

    private void Add(TKey key, TValue value)
    {
        if (_young?.Count >= _generationMax && !_young.ContainsKey(key))
        {
            Evictions += _old?.Count ?? 0;
            (_young, _old) = (_old, _young);
            _young?.Clear();
        }

        (_young ??= [])[key] = value;
    }
}
