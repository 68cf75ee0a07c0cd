using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Who may have which content: verified sources that asked for it (they will have it soon) or gave it to us. Told to
/// others in MaybeTheyHaveSome and asked when we want it ourselves. Bounded both ways; the least recently used are
/// forgotten. Thread-safe.
/// </summary>
public sealed class SourceMemory
{
    private readonly Lock _lock = new();
    private readonly TwoGenerationMap<ContentId, ImmutableArray<PeerAddress>> _sources;
    private readonly int _sourcesMax;

    /// <param name="contentsMax">Contents remembered.</param>
    /// <param name="sourcesMax">Addresses remembered for each; the newest come first.</param>
    public SourceMemory(int contentsMax, int sourcesMax)
    {
        _sources = new TwoGenerationMap<ContentId, ImmutableArray<PeerAddress>>(contentsMax);
        _sourcesMax = sourcesMax;
    }

    /// <summary>Contents remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _sources.Count;
        }
    }

    /// <summary>Remembers one source.</summary>
    public void Add(in ContentId id, in PeerAddress source)
    {
        lock (_lock)
        {
            if (!_sources.TryGet(id, out var known))
                known = [];
            if (known.Length > 0 && known[0] == source)
                return;
            // Once for each datagram that asks: one array and no more.
            var place = known.IndexOf(source);
            var newest = new PeerAddress[place >= 0 ? known.Length : Math.Min(known.Length + 1, _sourcesMax)];
            newest[0] = source;
            var before = place >= 0 ? place : newest.Length - 1;
            known.CopyTo(0, newest, 1, before);
            if (place >= 0)
                known.CopyTo(place + 1, newest, place + 1, known.Length - place - 1);
            _sources.Set(id, ImmutableCollectionsMarshal.AsImmutableArray(newest));
        }
    }

    /// <summary>Forgets one source.</summary>
    public void Remove(in ContentId id, in PeerAddress source)
    {
        lock (_lock)
        {
            if (_sources.TryGet(id, out var known) && known.Contains(source))
                _sources.Set(id, known.Remove(source));
        }
    }

    /// <summary>The sources of a content, newest first; empty when none is known.</summary>
    public ImmutableArray<PeerAddress> Find(in ContentId id)
    {
        lock (_lock)
            return _sources.TryGet(id, out var known) ? known : [];
    }
}
