using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

// What the file says: written, found wrong, no room, complete.
internal sealed partial class DownloadActor
{
    private void OnFile(DownloadFileProtocol.IEvent message)
    {
        if (_isStopping)
        {
            if (message is DownloadFileProtocol.Saved or DownloadFileProtocol.FileStopped or DownloadFileProtocol.Trouble)
                Context.Stop(Self);
            return;
        }

        switch (message)
        {
            case DownloadFileProtocol.SpanWritten(var span, var generation) when IsWriting(span, generation):
                _writing.Remove(span);
                _diskTrouble = "";
                _map![span] = _start.SpanDigests.IsDefaultOrEmpty ? SpanStatus.Written : SpanStatus.Verified;
                _hasUnsaved = true;
                if (_map[span] == SpanStatus.Verified)
                    _route.Partial = new PartialContent(_unfinishedPath, _route.Eof, _map.ToBits(SpanStatus.Verified));
                FinishWhenComplete();
                break;
            case DownloadFileProtocol.SpanAudited(var span, var generation, var chunks) when IsWriting(span, generation):
                _writing.Remove(span);
                _map![span] = SpanStatus.Written;
                if (_auditing.Remove(span, out var audited))
                    _ledger?.OnAudited(audited, chunks.AsSpan());
                if (!FinishWhenComplete())
                    Schedule();
                break;
            case DownloadFileProtocol.SpanNotWritten(var span, var generation, var reason) when IsWriting(span, generation):
                _writing.Remove(span);
                // What was there before it was compared still is.
                _map![span] = _auditing.ContainsKey(span) ? SpanStatus.Written : SpanStatus.Missing;
                Pause(reason);
                break;
            case DownloadFileProtocol.Opened opened when opened.Attempt == _attempt && _phase == DownloadPhase.Fetching:
                _map = opened.Map;
                if (_isLeftByOthers && _map.OnDisk > 0)
                    _provenance.FoundOlder();
                if (!FinishWhenComplete())
                    Schedule();
                break;
            case DownloadFileProtocol.Verified verified:
                Finish(verified.File);
                break;
            case DownloadFileProtocol.Mismatch mismatch when mismatch.Attempt == _attempt:
                OnMismatch(mismatch.Actual);
                break;
            case DownloadFileProtocol.Trouble trouble:
                Pause(trouble.Reason);
                break;
            case DownloadFileProtocol.FileStopped stopped when stopped.Number == _files:
                _file = ActorRefs.Nobody;
                Pause("the file's actor failed");
                break;
        }
    }

    private bool IsWriting(int span, int generation) =>
        _map is not null && _writing.TryGetValue(span, out var writing) && writing == generation;

    private bool FinishWhenComplete()
    {
        if (_map is not { IsComplete: true } || _phase != DownloadPhase.Fetching)
            return false;
        if (_ledger is { HasWork: true } ledger)
        {
            if (ledger.CanGoOn(ActiveNumbers()))
                return false;
            ledger.GiveUpWaiting();
        }

        _phase = DownloadPhase.Verifying;
        _file.Tell(DownloadFileProtocol.Finish.Instance);
        return true;
    }

    private void Finish(FileStat file)
    {
        _log.Info("{ContentId} is complete: {Bytes} bytes in {Path}", _start.Id, file.LengthBytes, _start.TargetPath);
        foreach (var (number, chunks) in _ledger?.Liars() ?? [])
        {
            if (_byNumber.TryGetValue(number, out var liar))
                BanEverywhere(liar, $"it gave {chunks} wrong chunks of {_start.Id}");
        }

        _store.Tell(new ContentStoreProtocol.ContentArrived(new SharedFile(_start.Id, file)));
        ImmutableArray<PeerAddress> sources = [.. _sources.Where(source => source.Chunks > 0).Select(source => source.Address)];
        var finished = new DownloadProtocol.Finished(_start.Id, _start.TargetPath, file.LengthBytes, _fetchedBytes, sources);
        End(finished);
        Context.System.EventStream.Publish(finished);
        Context.Stop(Self);
    }

    // Somebody lied, and only the whole can be checked: from now on one source alone at a time, so that guilt is proven.
    private void OnMismatch(Sha256Digest actual)
    {
        _usefulChunks = 0;
        _log.Warning("What was fetched for {ContentId} is {Actual}: fetching it again", _start.Id, actual);
        if (_provenance.IsMixed && _solo is null && _ledger is { } ledger && ledger.OnMismatch(ActiveNumbers()))
        {
            _phase = DownloadPhase.Fetching;
            Schedule();
            return;
        }

        _mismatches++;
        if (_provenance.OnlyGiver is { } number && _byNumber.TryGetValue(number, out var only))
        {
            // A line that flips a bit now and then spoils a whole content too: who is the only one to ask may try again.
            only.Mismatches++;
            if (only.Mismatches >= _settings.MismatchesMax || _vote.IsContested
                || _sources.Any(other => other != only && other.Standing == SourceStanding.Active))
            {
                if (SpanGeometry.SpanCount(_route.Eof) == 1 && _vote.Agrees(only.Address))
                    Context.Parent.Tell(new DownloadProtocol.WrongBlock(_start.Id, only.Address));
                Ban(only, "the whole content came from it and has the wrong hash");
                only.BannedUntil = Now + _settings.MismatchPause * Math.Pow(2, Math.Min(only.Bans++, 10));
            }
        }

        // With several of them nothing is proven (whom the download turned to fell silent, another went on), but whoever is
        // there each time is worth less than those who are not.
        foreach (var one in _provenance.Givers.Where(_ => _provenance.IsMixed))
        {
            if (_byNumber.TryGetValue(one, out var doubtful))
                doubtful.Suspicion++;
        }

        _provenance.Clear();
        if (_mismatches >= _settings.MismatchesMax + _sources.Count)
        {
            Fail($"what its sources gave {_mismatches} times is not the content with this id");
            return;
        }

        if (_vote.Current < 0 && _certainLength < 0)
            return;
        _phase = DownloadPhase.Fetching;
        _map = null;
        _lastMap = new BlockMap(SpanGeometry.SpanCount(_route.Eof));
        _ledger = new SuspectLedger(_route.Eof, _random);
        ChooseSolo();
        OpenFile(_lastMap.ToBits());
    }

    private ushort[] ActiveNumbers() =>
        [
        .. _sources.Where(source => source.Standing == SourceStanding.Active && source.Size.Bytes >= SpanGeometry.DefaultChunkBytes)
            .Select(source => (ushort)source.Slot.Number),
    ];

    // Proven: nothing is asked of it by any download until the ban ends, and what it gave to others is doubted.
    private void BanEverywhere(DownloadSource source, string reason)
    {
        _node.Sources.Remove(_start.Id, source.Address);
        Context.Parent.Tell(new DownloadProtocol.LiarFound(_start.Id, source.Address, reason));
    }

    private void OnLiarFound(DownloadProtocol.LiarFound liar)
    {
        if (!_byAddress.TryGetValue(liar.Address, out var source) || source.Standing == SourceStanding.Banned)
            return;
        Ban(source, $"it gave wrong chunks of {liar.Id}");
        // Without hashes of spans nobody knows what of it is right.
        _ledger?.Doubt((ushort)source.Slot.Number);
        Schedule();
    }

    // Who falls silent for a moment is waited for: if another went on where it stopped, both would have contributed and
    // nothing would be proven, again and again where a bad line makes everybody fall silent now and then.
    private bool IsSoloWorthReplacing(DownloadSource solo, TimeSpan now) =>
        solo.Standing == SourceStanding.Banned
        || now - _progressAt >= _settings.StallAfter * 10
        || _sources.Exists(other => other.Standing == SourceStanding.Active
            && (other.Mismatches, other.Suspicion).CompareTo((solo.Mismatches, solo.Suspicion)) < 0);

    private void ChooseSolo()
    {
        _solo = _sources
            .Where(source => source.Standing == SourceStanding.Active && source != _solo)
            .MinBy(source => (source.Mismatches, source.Suspicion, -source.Chunks)) ?? _solo;
        _route.Only = _solo?.Slot;
    }

    private void Pause(string reason)
    {
        // Once until something is written again: the status says the rest.
        if (_diskTrouble.Length == 0)
            _log.Warning("Download of {ContentId} waits for the disk: {Reason}", _start.Id, reason);
        _diskTrouble = reason;
        _why = $"the disk: {reason}";
        _phase = DownloadPhase.Paused;
        _retryDiskAt = Now + _settings.DiskRetry;
        foreach (var (number, span) in _spans.ToArray())
        {
            Context.Stop(span.Actor);
            Close(number, span, SpanStatus.Missing);
        }

        Announce(Progress());
        Rearm(_settings.DiskRetry);
    }

    private void Resume()
    {
        _retryDiskAt = TimeSpan.MaxValue;
        _phase = DownloadPhase.Fetching;
        // What was on its way to the disk when it failed is not there: only what is written counts.
        _lastMap = _map ?? _lastMap;
        _map = null;
        OpenFile(_lastMap?.ToBits());
    }
}
