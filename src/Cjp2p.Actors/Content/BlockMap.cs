namespace Cjp2p.Actors.Content;

/// <summary>State of one span of a download.</summary>
public enum SpanStatus : byte
{
    /// <summary>Not here and not asked for.</summary>
    Missing,

    /// <summary>An actor is fetching it.</summary>
    Active,

    /// <summary>All of it has arrived and is on its way to the disk.</summary>
    Arrived,

    /// <summary>On the disk, not known to be right.</summary>
    Written,

    /// <summary>On the disk, and its own hash is right: may be served.</summary>
    Verified,
}

/// <summary>Which spans of a content are here. Pure state of one download; memory is one byte a span.</summary>
public sealed class BlockMap
{
    private readonly SpanStatus[] _spans;
    private int _firstMissing;

    /// <param name="spanCount">Spans of the content.</param>
    public BlockMap(long spanCount)
    {
        _spans = new SpanStatus[spanCount];
        Missing = _spans.Length;
    }

    /// <summary>Number of spans.</summary>
    public int Count => _spans.Length;

    /// <summary>Spans not here and not asked for.</summary>
    public int Missing { get; private set; }

    /// <summary>Spans on the disk, verified or not.</summary>
    public int OnDisk { get; private set; }

    /// <summary>Whether every span is on the disk.</summary>
    public bool IsComplete => OnDisk == Count;

    /// <summary>Status of one span.</summary>
    public SpanStatus this[int span]
    {
        get => _spans[span];
        set
        {
            var old = _spans[span];
            _spans[span] = value;
            Missing += (value == SpanStatus.Missing ? 1 : 0) - (old == SpanStatus.Missing ? 1 : 0);
            OnDisk += (value >= SpanStatus.Written ? 1 : 0) - (old >= SpanStatus.Written ? 1 : 0);
            if (value == SpanStatus.Missing && span < _firstMissing)
                _firstMissing = span;
        }
    }

    /// <summary>The first missing span, or -1.</summary>
    public int NextMissing()
    {
        while (_firstMissing < _spans.Length && _spans[_firstMissing] != SpanStatus.Missing)
            _firstMissing++;
        return _firstMissing < _spans.Length ? _firstMissing : -1;
    }

    /// <summary>Spans with this status, in order.</summary>
    public IEnumerable<int> With(SpanStatus status)
    {
        for (var i = 0; i < _spans.Length; i++)
        {
            if (_spans[i] == status)
                yield return i;
        }
    }

    /// <summary>
    /// One bit a span, set where its status is <paramref name="least"/> or beyond. Where it is on the disk: the form in which
    /// a download is resumed.
    /// </summary>
    public byte[] ToBits(SpanStatus least = SpanStatus.Written)
    {
        var bits = new byte[(_spans.Length + 7) / 8];
        for (var i = 0; i < _spans.Length; i++)
        {
            if (_spans[i] >= least)
                bits[i / 8] |= (byte)(1 << (i % 8));
        }

        return bits;
    }

    /// <summary>A map whose written spans are those of <paramref name="bits"/> (as from <see cref="ToBits"/>).</summary>
    public static BlockMap FromBits(long spanCount, ReadOnlySpan<byte> bits)
    {
        var map = new BlockMap(spanCount);
        for (var i = 0; i < map.Count && i / 8 < bits.Length; i++)
        {
            if ((bits[i / 8] >> (i % 8) & 1) != 0)
                map[i] = SpanStatus.Written;
        }

        return map;
    }
}
