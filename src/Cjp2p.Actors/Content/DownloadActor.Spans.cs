using System.Collections.Immutable;
using System.Numerics;
using Akka.Actor;
using Akka.Event;

namespace Cjp2p.Actors.Content;

// Which span next, of whom, how much at a time.
internal sealed partial class DownloadActor
{
    // Gives every active source as much to do as its window, the socket's buffer and the span buffers allow.
    private void Schedule()
    {
        if (_phase != DownloadPhase.Fetching || _map is null || _isStopping)
            return;
        _isStarved = false;
        foreach (var source in _sources)
        {
            if (!MayBeAsked(source))
                continue;
            while (Grant(source))
            {
            }
        }

        if (_isStarved)
            Rearm(StarvedRetry);
    }

    private bool Grant(DownloadSource source)
    {
        var wanted = source.Window.Available;
        // Small change is kept until it fills a datagram, unless nothing else is under way.
        var perDatagram = RequestsPerDatagram(source, SpanGeometry.DefaultChunkBytes)
            * source.ChunksPerRequest(SpanGeometry.DefaultChunkBytes);
        if (wanted <= 0 || (wanted < Math.Min(perDatagram, source.Window.Size / 2) && source.Window.InFlight > 0))
            return false;
        var span = SpanToAsk(source, out var race);
        if (span is null)
            return false;
        var isTrial = source.Size.IsComparing && span.Trial == source.Slot.Number;
        var most = race ? RaceChunks : isTrial ? TrialRoom(span) : span.Unrequested;
        var chunks = _node.Flight.Take(Math.Min(wanted, most));
        var allowed = _node.Rates.TakeDownload(chunks, span.ChunkBytes, Now, _node.Clock.UtcNow);
        _node.Flight.Release(chunks - allowed);
        chunks = allowed;
        if (chunks == 0)
        {
            _isStarved = true;
            return false;
        }

        source.Window.Sent(chunks, Now);
        var number = source.Slot.Number;
        span.Outstanding[number] = span.Outstanding.GetValueOrDefault(number) + chunks;
        if (race)
            span.RacedBy.Add(number);
        else
            span.Unrequested -= chunks;
        span.Actor.Tell(new ChunkRequestProtocol.Grant(
            source.Slot,
            chunks,
            source.RoundTrip,
            isTrial ? 1 : RequestsPerDatagram(source, span.ChunkBytes),
            isTrial ? 1 : source.ChunksPerRequest(span.ChunkBytes),
            race,
            GiveCookie: source.UselessInRow > 0));
        return true;
    }

    private int RequestsPerDatagram(DownloadSource source, int chunkBytes) =>
        source.RequestsPerDatagram(_settings.RequestsPerDatagramMax, _settings.RequestBytesMax, chunkBytes);

    private ActiveSpan? SpanToAsk(DownloadSource source, out bool race)
    {
        race = false;
        // Where only small packets arrive, a span is cut smaller; all sources can deliver such a one.
        var chunkBytes = Math.Min(source.Size.Bytes, SpanGeometry.DefaultChunkBytes);
        var number = source.Slot.Number;
        if (source.Size.IsComparing && TrialFor(number) is { } trial)
            return trial;
        if (SpanChoice.Next(_spans.Values, number, chunkBytes, chunkBytes) is { } same)
            return same;
        var missing = _map!.NextMissing();
        var hasRoom = _spans.Count < _settings.ActiveSpansMax;
        if (missing >= 0 && hasRoom && _node.Buffers.TryRent(out var buffer))
            return OpenSpan(missing, chunkBytes, buffer);
        if (SpanChoice.Next(_spans.Values, number, 1, chunkBytes) is { } smaller)
            return smaller;
        // Spans that were opened for larger chunks, which nobody takes any more: those that wait hold all room and memory.
        if (!_sources.Exists(other => MayBeAsked(other) && other.Size.Bytes > chunkBytes)
            && SpanChoice.Larger(_spans.Values, chunkBytes) is { } larger)
        {
            larger.ChunkBytes = chunkBytes;
            // It says how many there are.
            larger.Unrequested = 0;
            larger.Actor.Tell(new ChunkRequestProtocol.CutSmaller(chunkBytes));
            return null;
        }

        if (missing >= 0)
        {
            _isStarved |= hasRoom;
            return null;
        }

        if (hasRoom && AuditFor(source) is { } audit)
            return audit;

        // The end: what others are slow with is asked of this one too, once for each stretch of silence.
        race = true;
        var patience = source.RoundTrip.IsKnown ? source.RoundTrip.Smoothed * 2 : _settings.Retry.TimeoutUnknown;
        return SpanChoice.Race(_spans.Values, number, chunkBytes, Now - patience);
    }

    // A span cut into single packets, a few of which are asked for at a time among larger ones.
    private ActiveSpan? TrialFor(int source)
    {
        for (var i = 0; i < _spans.Count; i++)
        {
            var span = _spans.Values[i];
            if (span.Trial == source)
                return TrialRoom(span) > 0 ? span : null;
        }

        var missing = _map!.NextMissing();
        if (missing < 0 || _spans.Count >= _settings.ActiveSpansMax || !_node.Buffers.TryRent(out var buffer))
            return null;
        var opened = OpenSpan(missing, RequestSize.OnePacketBytes, buffer);
        opened.Trial = source;
        return opened;
    }

    private static int TrialRoom(ActiveSpan span) =>
        Math.Min(span.Unrequested, TrialChunks - span.Outstanding.GetValueOrDefault(span.Trial));

    private bool MayBeAsked(DownloadSource source) =>
        source.Standing == SourceStanding.Active && (_solo is null || source == _solo);

    // Who gave wrong content is being found out: this one is asked for something that another gave.
    private ActiveSpan? AuditFor(DownloadSource source)
    {
        var number = (ushort)source.Slot.Number;
        if (source.Size.Bytes < SpanGeometry.DefaultChunkBytes || _ledger is not { HasWork: true } ledger
            || ledger.Next(number) is not { } task)
            return null;
        if (_map![task.Span] == SpanStatus.Written && _node.Buffers.TryRent(out var buffer))
            return OpenSpan(task.Span, SpanGeometry.DefaultChunkBytes, buffer, task, source.Slot);
        ledger.Abandon(task);
        _isStarved = true;
        return null;
    }

    private ActiveSpan OpenSpan(
        int number, int chunkBytes, byte[] buffer, AuditTask? audit = null, SourceSlot? auditor = null)
    {
        var generation = ++_generation;
        var length = SpanGeometry.SpanLength(number, _route.Eof);
        var task = new ChunkRequestTask(
            _route, _route.Table, number, generation, length, chunkBytes, buffer,
            _start.SpanDigests.IsDefaultOrEmpty || number >= _start.SpanDigests.Length ? null : _start.SpanDigests[number],
            _file,
            _inTransit,
            audit,
            auditor);
        var actor = Context.WatchWith(
            Context.ActorOf(ChunkRequestActor.Props(_node, task), $"span-{number}.{generation}"),
            new DownloadProtocol.SpanStopped(number, generation));
        var span = new ActiveSpan(actor, generation, chunkBytes)
        {
            Unrequested = audit is null ? SpanGeometry.ChunkCount(length, chunkBytes) : BitOperations.PopCount(audit.Chunks),
            ProgressAt = Now,
            Audit = audit,
            Auditor = auditor?.Number ?? -1,
        };
        _spans.Add(number, span);
        _map![number] = SpanStatus.Active;
        return span;
    }

    private ActiveSpan? Find(int number, int generation) =>
        _spans.TryGetValue(number, out var span) && span.Generation == generation ? span : null;

    private void OnSpanProgress(DownloadProtocol.SpanProgress progress)
    {
        if (Find(progress.Span, progress.Generation) is not { } span)
            return;
        span.Unrequested = progress.Unrequested;
        if (progress.Source is { } heard && _byNumber.TryGetValue(heard.Number, out var answering))
            answering.HeardAt = Now;
        foreach (ref readonly var settled in progress.Outcome.Settlements)
            Settle(span, settled, progress.Outcome.RoundTrip);
        var fetched = (long)(progress.Chunks + progress.Duplicates) * span.ChunkBytes;
        _fetchedBytes += fetched;
        _speed.Add(Now, _fetchedBytes);
        if (progress.Source is { } slot && _byNumber.TryGetValue(slot.Number, out var source))
        {
            _node.Traffic.AddIn(source.Address, fetched);
            source.Packs |= progress.Shared;
            if (progress.Chunks > 0)
                OnDelivered(span, source, progress.Chunks);
            if (progress.Useless > 0)
                OnUseless(source, progress.Useless);
            if (source.Size.IsOnePacket)
                LookForFragments(source);
        }

        Schedule();
    }

    private void LookForFragments(DownloadSource source)
    {
        if (source.Size.TakeLargerProbe(Now))
        {
            source.Slot.LargestDatagramBytes = 0;
            Ask(source, SpanGeometry.DefaultChunkBytes);
        }
        else if (source.Slot.LargestDatagramBytes > RequestSize.OnePacketDatagramBytesMax)
        {
            source.Size.LargerArrived();
            source.FollowSize(Now);
        }
    }

    private void Settle(ActiveSpan span, in Settlement settled, TimeSpan roundTrip)
    {
        var chunks = settled.Acked + settled.Lost + settled.Cancelled;
        span.Outstanding[settled.Source] = Math.Max(0, span.Outstanding.GetValueOrDefault(settled.Source) - chunks);
        if (!_byNumber.TryGetValue(settled.Source, out var source))
            return;
        _node.Flight.Release(Math.Min(chunks, source.Window.InFlight));
        if (settled.Acked > 0)
        {
            if (roundTrip > TimeSpan.Zero)
                source.RoundTrip = source.RoundTrip.Add(roundTrip);
            source.Window.Acked(settled.Acked, Now, roundTrip, source.RoundTrip.Smoothed);
            if (span.Trial != settled.Source)
                source.Size.Acked((long)settled.Acked * span.ChunkBytes);
        }

        if (span.Trial == settled.Source)
            source.Size.SmallSettled(settled.Acked, settled.Lost, Now);

        if (settled.Cancelled > 0)
            source.Window.Cancelled(settled.Cancelled);
        if (settled.Lost > 0)
        {
            source.Window.Lost(settled.Lost, Now, source.RoundTrip.Smoothed);
            if (span.Trial != settled.Source)
            {
                source.Size.Lost(
                    (long)settled.Lost * span.ChunkBytes, Now, source.Window.MayOverflow(Now, source.RoundTrip.Smoothed));
            }
        }

        source.FollowSize(Now);
        // Losses while others come through are losses; losses and silence mean that it is gone.
        if (settled.Lost > 0 && source.Standing == SourceStanding.Active && Now - source.HeardAt > SilenceMax(source))
            Rest(source);
    }

    private TimeSpan SilenceMax(DownloadSource source)
    {
        var timeout = _settings.Retry.Timeout(source.RoundTrip, 1) * 3;
        return timeout > _settings.Retry.TimeoutUnknown ? timeout : _settings.Retry.TimeoutUnknown;
    }

    private void OnDelivered(ActiveSpan span, DownloadSource source, int chunks)
    {
        if (source.Chunks == 0)
            _node.Sources.Add(_start.Id, source.Address);
        source.Chunks += chunks;
        _usefulChunks += chunks;
        source.UselessInRow = 0;
        source.Failures = 0;
        span.ProgressAt = _progressAt = Now;
        _widenWait = _settings.StallAfter;
        span.RacedBy.Clear();
        _why = "";
        if (!_route.Suppliers.Contains(source.Address))
            _route.Suppliers = [.. _sources.Where(other => other.Chunks > 0).Select(other => other.Address).Take(48)];
    }

    // Teasers, because it does not know us; ask with a request for its cookie, at growing intervals.
    private void OnUseless(DownloadSource source, int answers)
    {
        source.UselessInRow += answers;
        if (source.Standing == SourceStanding.Active)
            Rest(source);
    }

    private void OnGrantUnused(DownloadProtocol.GrantUnused unused)
    {
        if (Find(unused.Span, unused.Generation) is not { } span)
            return;
        var number = unused.Source.Number;
        span.Outstanding[number] = Math.Max(0, span.Outstanding.GetValueOrDefault(number) - unused.Chunks);
        span.Unrequested = unused.Unrequested;
        if (!_byNumber.TryGetValue(number, out var source))
            return;
        _node.Flight.Release(Math.Min(unused.Chunks, source.Window.InFlight));
        source.Window.Cancelled(unused.Chunks);
        Schedule();
    }

    private void OnSpanFetched(DownloadProtocol.SpanFetched fetched)
    {
        if (Find(fetched.Span, fetched.Generation) is not { } span)
            return;
        Close(fetched.Span, span, SpanStatus.Arrived);
        _writing[fetched.Span] = fetched.Generation;
        if (span.Audit is { } audit)
            _auditing[fetched.Span] = audit;
        else
            _ledger?.Given(fetched.Span, fetched.Givers.AsSpan());
        _provenance.Gave(fetched.Contributors);
        Schedule();
    }

    private void OnSpanCorrupt(DownloadProtocol.SpanCorrupt corrupt)
    {
        if (Find(corrupt.Span, corrupt.Generation) is not { } span)
            return;
        Close(corrupt.Span, span, SpanStatus.Missing);
        _log.Info("Span {Span} of {ContentId} has the wrong hash; it came from {Sources} sources",
            corrupt.Span, _start.Id, corrupt.Contributors.Length);
        // Guilt is proven only when it came from one alone; otherwise it is asked of one alone next time.
        if (corrupt.Contributors.Length == 1 && _byNumber.TryGetValue(corrupt.Contributors[0], out var liar))
            Ban(liar, "it gave a wrong block");
        else
            ChooseSolo();
        Schedule();
    }

    private void OnSpanStopped(DownloadProtocol.SpanStopped stopped)
    {
        if (Find(stopped.Span, stopped.Generation) is not { } span)
            return;
        // It failed: fetch the span again.
        Close(stopped.Span, span, SpanStatus.Missing);
        Schedule();
    }

    private void Close(int number, ActiveSpan span, SpanStatus status)
    {
        foreach (var (sourceNumber, chunks) in span.Outstanding)
        {
            if (chunks == 0 || !_byNumber.TryGetValue(sourceNumber, out var source))
                continue;
            _node.Flight.Release(Math.Min(chunks, source.Window.InFlight));
            source.Window.Cancelled(chunks);
        }

        _spans.Remove(number);
        if (span.Audit is { } audit && status == SpanStatus.Missing)
        {
            status = SpanStatus.Written;
            _ledger?.Abandon(audit);
        }

        if (_map is not null)
            _map[number] = status;
    }
}
