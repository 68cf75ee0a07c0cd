using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Which length of a content to believe. A SHA-256 id does not say how long its content is; sources claim it with each
/// Content (field eof), and any of them may lie or be wrong. The length that most sources claim is tried first; one that
/// led to a wrong hash, or that nobody stands by any more, is dropped for the next. Pure state of one download.
/// </summary>
public sealed class EofVote
{
    private readonly Dictionary<PeerAddress, long> _claims = [];
    private readonly HashSet<long> _refuted = [];

    /// <summary>The length that is believed, in bytes; -1 when none is.</summary>
    public long Current { get; private set; } = -1;

    /// <summary>Whether some source stands by another length than the one that is believed.</summary>
    public bool IsContested => _claims.Values.Any(eof => eof != Current && !_refuted.Contains(eof));

    /// <summary>
    /// A source claims a length. It is believed at once when nothing is; a different claim of more sources is believed
    /// instead. True when <see cref="Current"/> changed.
    /// </summary>
    public bool Claim(in PeerAddress source, long eof)
    {
        _claims[source] = eof;
        return Elect();
    }

    /// <summary>A source is no longer one. True when <see cref="Current"/> changed.</summary>
    public bool Withdraw(in PeerAddress source) => _claims.Remove(source) && Elect();

    /// <summary>The content of the believed length does not have the right hash, whoever it is asked of.</summary>
    public bool RefuteCurrent()
    {
        if (Current >= 0)
            _refuted.Add(Current);
        return Elect();
    }

    /// <summary>
    /// Nobody delivers the believed length: any other comes before it, those that were refuted earlier included, for the fault may be
    /// in the line. True when <see cref="Current"/> changed.
    /// </summary>
    public bool DoubtCurrent()
    {
        _refuted.Clear();
        return RefuteCurrent();
    }

    /// <summary>
    /// Forgets which lengths were refuted: when all were, the fault may have been elsewhere. True when <see cref="Current"/> changed.
    /// </summary>
    public bool Pardon()
    {
        _refuted.Clear();
        return Elect();
    }

    /// <summary>Whether <paramref name="source"/> claims the believed length.</summary>
    public bool Agrees(in PeerAddress source) => _claims.TryGetValue(source, out var eof) && eof == Current;

    /// <summary>Whether <paramref name="source"/> claims another length than the one that is believed, be it one that was refuted.</summary>
    public bool Disagrees(in PeerAddress source) => _claims.TryGetValue(source, out var eof) && eof != Current;

    private bool Elect()
    {
        var before = Current;
        var votes = new Dictionary<long, int>();
        foreach (var eof in _claims.Values)
        {
            if (!_refuted.Contains(eof))
                votes[eof] = votes.GetValueOrDefault(eof) + 1;
        }

        // The believed one stays in a tie; otherwise the shortest wins a tie, so that the result does not depend on order.
        var most = votes.GetValueOrDefault(before);
        if (most == 0)
            Current = -1;
        foreach (var (eof, count) in votes)
        {
            if (count > most || (count == most && Current != before && eof < Current))
                (Current, most) = (eof, count);
        }

        return Current != before;
    }
}
