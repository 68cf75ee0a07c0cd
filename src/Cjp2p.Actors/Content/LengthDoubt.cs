namespace Cjp2p.Actors.Content;

/// <summary>
/// When the believed length of a content has had its chance: others who claim another one are heard, all who stand by it were
/// asked since then, and nothing came of it. So an outage, after which some are heard sooner than others, proves nothing. Pure.
/// </summary>
/// <param name="patience">How long the last of those asked may take.</param>
internal sealed class LengthDoubt(TimeSpan patience)
{
    private TimeSpan? _heardAt;
    private TimeSpan? _askedAt;

    /// <summary>Whether it is time to try another length; to be called every now and then.</summary>
    /// <param name="now">Time on the node's clock.</param>
    /// <param name="isAnotherHeard">Whether the download stands still, and somebody who claims another length was heard meanwhile.</param>
    /// <param name="believersAskedAt">When those who stand by the believed length were last asked.</param>
    public bool IsDue(TimeSpan now, bool isAnotherHeard, IEnumerable<TimeSpan> believersAskedAt)
    {
        if (!isAnotherHeard)
        {
            _heardAt = _askedAt = null;
            return false;
        }

        _heardAt ??= now;
        if (_askedAt is null && believersAskedAt.All(at => at >= _heardAt))
            _askedAt = now;
        return now - _askedAt >= patience;
    }
}
