using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.AntiSpoof;

/// <summary>
/// With whom something was done a moment ago, less than an interval. Bounded as <see cref="TwoGenerationMap{TKey, TValue}"/>
/// is, and when all in it are older than that, they are forgotten together and their memory is given back. Pure: time is an
/// argument. Not thread-safe.
/// </summary>
/// <param name="capacity">Addresses held at the most.</param>
public sealed class RecentTimes(int capacity)
{
    private readonly TwoGenerationMap<PeerAddress, TimeSpan> _times = new(capacity);
    private TimeSpan _newest;

    /// <summary>Addresses held now.</summary>
    public int Count => _times.Count;

    /// <summary>Addresses dropped so far to make room.</summary>
    public long Evictions => _times.Evictions;

    /// <summary>Whether it was done with this address less than <paramref name="interval"/> before <paramref name="now"/>.</summary>
    public bool Holds(in PeerAddress address, TimeSpan now, TimeSpan interval) =>
        _times.TryGet(address, out var at) && now - at < interval;

    /// <summary>It is done with this address now.</summary>
    public void Add(in PeerAddress address, TimeSpan now, TimeSpan interval)
    {
        if (now - _newest >= interval)
            _times.Clear();
        _newest = now;
        _times.Set(address, now);
    }
}
