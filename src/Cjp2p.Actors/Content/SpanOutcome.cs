namespace Cjp2p.Actors.Content;

/// <summary>What became of requests of one span, for each source that they were addressed to.</summary>
public sealed class SpanOutcome
{
    private Settlement[] _settlements = new Settlement[1];
    private int _count;

    /// <summary>Longest round trip of a chunk that was asked for once; zero when there was none.</summary>
    public TimeSpan RoundTrip { get; internal set; }

    /// <summary>One entry a source.</summary>
    public ReadOnlySpan<Settlement> Settlements => _settlements.AsSpan(0, _count);

    /// <summary>The entry of <paramref name="source"/>, made when there is none.</summary>
    internal ref Settlement Settle(int source)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_settlements[i].Source == source)
                return ref _settlements[i];
        }

        if (_count == _settlements.Length)
            Array.Resize(ref _settlements, _count * 2);
        _settlements[_count] = new Settlement { Source = source };
        return ref _settlements[_count++];
    }
}

/// <summary>Requests to one source that are no longer waited for, in chunks.</summary>
public struct Settlement
{
    /// <summary>Number of the source.</summary>
    public int Source { get; internal set; }

    /// <summary>Answered by it.</summary>
    public int Acked { get; internal set; }

    /// <summary>Not answered in time, or uselessly.</summary>
    public int Lost { get; internal set; }

    /// <summary>No longer needed.</summary>
    public int Cancelled { get; internal set; }
}
