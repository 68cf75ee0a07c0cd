using Akka.Actor;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Peers;

namespace Cjp2p.Actors.Content;

// What happens because time has passed.
internal sealed partial class DownloadActor
{
    private void OnTick()
    {
        var now = Now;
        if (_isStopping)
            return;
        _speed.Add(now, _fetchedBytes);
        if (now >= _retryDiskAt)
            Resume();
        TrySuggested();
        ProbeDue();
        if (_solo is { Standing: not SourceStanding.Active } && IsSoloWorthReplacing(_solo, now))
            ChooseSolo();
        DoubtTheLength(now);
        WidenWhenStalled(now);
        Schedule();
        // Nobody may be left who could be asked again.
        if (_ledger is { HasWork: true })
            FinishWhenComplete();
        if (_hasUnsaved && now - _saveAt >= _settings.SaveEvery && _phase == DownloadPhase.Fetching)
        {
            _saveAt = now;
            _hasUnsaved = false;
            _file.Tell(DownloadFileProtocol.Save.Instance);
        }

        if (_subscribers.Count > 0 && now - _reportAt >= ProgressEvery)
        {
            _reportAt = now;
            Announce(Progress());
        }

        Rearm(NextTick(now));
    }

    private TimeSpan NextTick(TimeSpan now)
    {
        var next = now + TickMax;
        foreach (var source in _sources)
        {
            if (source.Standing is SourceStanding.Probing or SourceStanding.Resting && source.ProbeAt < next)
                next = source.ProbeAt;
        }

        if (_subscribers.Count > 0 && _reportAt + ProgressEvery < next)
            next = _reportAt + ProgressEvery;
        if (_phase == DownloadPhase.Searching && _widenAt + _widenWait < next)
            next = _widenAt + _widenWait;
        if (_isStarved)
            next = now + StarvedRetry;
        if (_map is { Missing: 0 } && _spans.Count > 0 && _sources.Count > 1)
            next = now + StarvedRetry;
        return next - now;
    }

    private void Rearm(TimeSpan wait)
    {
        if (wait < TickMin)
            wait = TickMin;
        Timers.StartSingleTimer(DownloadProtocol.Tick.Instance, DownloadProtocol.Tick.Instance, wait);
    }

    // A length that nobody delivers while somebody claims another one gives way to that; to come again when that is no better.
    private void DoubtTheLength(TimeSpan now)
    {
        var isStalled = _phase is DownloadPhase.Searching or DownloadPhase.Fetching
            && now - _progressAt >= _settings.StallAfter && _retryDiskAt == TimeSpan.MaxValue;
        if (_vote.Current < 0)
        {
            if (isStalled && _vote.Pardon())
                OnLengthChanged();
            return;
        }

        var believers = _sources.Where(source => source.Standing != SourceStanding.Banned && _vote.Agrees(source.Address));
        if (_doubt.IsDue(now, isStalled && IsAnotherLengthHeard(), believers.Select(source => source.ProbedAt)) && _vote.DoubtCurrent())
            OnLengthChanged();
    }

    private bool IsAnotherLengthHeard() =>
        _sources.Any(source => source.HeardAt > _progressAt && _vote.Disagrees(source.Address));

    private void WidenWhenStalled(TimeSpan now)
    {
        var isStalled = now - _progressAt >= _settings.StallAfter;
        // Whom nobody knew at the start the node may have met since then.
        if (_phase is not (DownloadPhase.Searching or DownloadPhase.Fetching)
            || (_phase == DownloadPhase.Fetching && !isStalled) || now - _widenAt < _widenWait)
            return;
        _widenAt = now;
        _widenWait = _widenWait * 2 > WidenWaitMax ? WidenWaitMax : _widenWait * 2;
        if (isStalled)
            _why = WhyStalled();
        _registry.Tell(new PeerRegistryProtocol.GetCandidates(_settings.SearchPeers));
        foreach (var address in _node.Sources.Find(_start.Id))
            AddSource(address, SourceOrigin.Known);
        // Who said something else about the length may be right after all.
        foreach (var source in _sources.Where(source => source.Standing == SourceStanding.Active && source.Window.InFlight == 0).ToArray())
            Rest(source);
    }

    // Who does not have it says nothing about it, but gives a cookie.
    private int Answering() => _sources.Count(source => source.HasAnswered || _node.Jar.Holds(source.Address));

    private int Unreachable() => _sources.Count(source => source.IsUnreachable);

    private string WhyStalled()
    {
        var answered = _sources.Count(source => source.HasAnswered);
        var banned = _sources.Count(source => source.Standing == SourceStanding.Banned);
        if (_isStarved)
            return "waiting for memory or room in the receive buffer, which other downloads use";
        if (_sources.Count == 0)
        {
            return _node.PeerCounts.Verified == 0
                ? "there is nobody to ask: no peer is known"
                : $"nobody has answered yet; {Amounts.Count(_node.PeerCounts.Verified, "peer is", "peers are")} known, and asked from time to time";
        }

        if (answered == 0)
            return SearchOutcome.Describe(_sources.Count, Answering(), Unreachable());
        if (banned == answered)
            return banned == 1 ? "the one source that answered gave wrong content" : $"all {banned} sources that answered gave wrong content";
        if (_sources.Any(source => source.UselessInRow > 0 || (source.Chunks == 0 && source.Failures > 0)))
            return $"{Amounts.Count(answered, "source answers, but gives", "sources answer, but give")} only teasers or nothing";
        return $"{Amounts.Count(answered, "source", "sources")} had the content, none answers now";
    }
}
