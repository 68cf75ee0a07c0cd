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
    private const int First = 4;

    private readonly TwoGenerationMap<ContentId, Known> _sources;
    private readonly int _sourcesMax;

    /// <param name="contentsMax">Contents remembered.</param>
    /// <param name="sourcesMax">Addresses remembered for each; the newest come first.</param>
    public SourceMemory(int contentsMax, int sourcesMax)
    {
        _sources = new TwoGenerationMap<ContentId, Known>(contentsMax);
        _sourcesMax = sourcesMax;
    }

    /// <summary>Contents remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_sources)
                return _sources.Count;
        }
    }

    /// <summary>Contents that had to make room.</summary>
    public long Evictions
    {
        get
        {
            lock (_sources)
                return _sources.Evictions;
        }
    }

    /// <summary>Most sources of one content so far.</summary>
    public int MostOfOne { get; private set; }

    /// <summary>Sources that had to make room for others of the same content.</summary>
    public long ForgottenSources { get; private set; }

    /// <summary>Remembers one source.</summary>
    public void Add(in ContentId id, in PeerAddress source)
    {
        lock (_sources)
        {
            if (!_sources.TryGet(id, out var known))
                _sources.Set(id, known = new Known());
            if (known.Add(source, _sourcesMax))
                ForgottenSources++;
            MostOfOne = Math.Max(MostOfOne, known.Newest.Length);
        }
    }

    /// <summary>Forgets one source.</summary>
    public void Remove(in ContentId id, in PeerAddress source)
    {
        lock (_sources)
        {
            if (_sources.TryGet(id, out var known))
                known.Remove(source);
        }
    }

    /// <summary>The sources of a content, newest first; empty when none is known.</summary>
    public PeerAddress[] Find(in ContentId id)
    {
        lock (_sources)
            return _sources.TryGet(id, out var known) ? known.Newest.ToArray() : [];
    }

    /// <summary>
    /// Writes the newest sources of a content into <paramref name="room"/>, but not <paramref name="asker"/>, and IPv6 addresses
    /// only for one of IPv6; says how many.
    /// </summary>
    public int CopyFor(in ContentId id, in PeerAddress asker, Span<PeerAddress> room)
    {
        lock (_sources)
            return _sources.TryGet(id, out var known) ? Others(known.Newest, asker, room) : 0;
    }

    /// <summary>As <see cref="CopyFor"/>, of these addresses.</summary>
    internal static int Others(ReadOnlySpan<PeerAddress> addresses, in PeerAddress asker, Span<PeerAddress> room)
    {
        var count = 0;
        foreach (ref readonly var address in addresses)
        {
            if (count == room.Length)
                break;
            if (address != asker && (asker.IsIPv6 || !address.IsIPv6))
                room[count++] = address;
        }

        return count;
    }

    // Changed in place: once for each datagram that asks.
    private sealed class Known
    {
        private PeerAddress[] _addresses = [];
        private int _count;

        public ReadOnlySpan<PeerAddress> Newest => _addresses.AsSpan(0, _count);

        /// <summary>Says whether another one had to make room.</summary>
        public bool Add(in PeerAddress source, int most)
        {
            var place = Newest.IndexOf(source);
            if (place == 0)
                return false;
            var isFull = false;
            if (place < 0)
            {
                isFull = _count == most;
                if (_count == _addresses.Length && _count < most)
                    Array.Resize(ref _addresses, Math.Min(most, Math.Max(First, _count * 2)));
                _count = Math.Min(_count + 1, most);
                place = _count - 1;
            }

            Array.Copy(_addresses, 0, _addresses, 1, place);
            _addresses[0] = source;
            return isFull;
        }

        public void Remove(in PeerAddress source)
        {
            if (Newest.IndexOf(source) is not (>= 0 and var place))
                return;
            _count--;
            Array.Copy(_addresses, place + 1, _addresses, place, _count - place);
        }
    }
}
