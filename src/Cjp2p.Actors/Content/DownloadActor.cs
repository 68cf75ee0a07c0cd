using System.Collections.Immutable;
using System.Numerics;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Coordinates one download: whom to ask, how much at a time, which spans next, whom to believe, and what to do when the
/// hash is wrong or the disk is full. The bytes go past it, from the receive threads through the spans to the file.
/// </summary>
/// <remarks>
/// Supervision: a span or file actor that throws is stopped, not restarted: its state is a buffer or an open file of which
/// nothing is known any more. The span is fetched again; the file is opened again after a pause. The precious state, which
/// spans are here, is in this actor.
/// </remarks>
internal sealed class DownloadActor : InspectedActor, IWithTimers
{
    // Searching --(a length is believed)--> Fetching --(all spans written)--> Verifying --(hash right)--> stopped
    //     ^------(nobody is left)--------------'  ^-----(hash wrong)-----------'
    // Fetching, Verifying --(disk trouble)--> Paused --(later)--> Fetching
    private const int RaceChunks = 16;
    // What a source says about the length counts until it had to rest so often in a row.
    private const int FailuresBelieved = 3;
    private static readonly TimeSpan TickMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan TickMax = TimeSpan.FromSeconds(1);
    // A search for what nobody has goes on for ever; it must not go on at full rate.
    private static readonly TimeSpan PauseOfProvenMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SearchAgainMin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WidenWaitMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StarvedRetry = TimeSpan.FromMilliseconds(20);

    private readonly NodeServices _node;
    private readonly DownloadSettings _settings;
    private readonly DownloadProtocol.StartDownload _start;
    private readonly int _number;
    private readonly IActorRef _registry;
    private readonly IActorRef _store;
    private readonly Random _random;
    private readonly HashSet<IActorRef> _subscribers = [];
    private readonly List<DownloadSource> _sources = [];
    private readonly Dictionary<PeerAddress, DownloadSource> _byAddress = [];
    private readonly Dictionary<int, DownloadSource> _byNumber = [];
    private readonly SortedList<int, ActiveSpan> _spans = [];
    private readonly Queue<PeerAddress> _suggested = new();
    private readonly EofVote _vote = new();
    private readonly Provenance _provenance = new();
    private readonly Dictionary<int, int> _writing = [];
    private readonly Dictionary<int, AuditTask> _auditing = [];
    private readonly DownloadRoute _route;
    private readonly long _certainLength;
    private readonly string _unfinishedPath;
    private readonly BuffersInTransit _inTransit;
    private IActorRef _file = ActorRefs.Nobody;
    private BlockMap? _map;
    private BlockMap? _lastMap;
    private SuspectLedger? _ledger;
    private DownloadPhase _phase = DownloadPhase.Searching;
    private DownloadSource? _solo;
    private TokenBucket _suggestionBudget;
    private TimeSpan _progressAt;
    private TimeSpan _widenAt;
    private TimeSpan _widenWait;
    private TimeSpan _retryDiskAt = TimeSpan.MaxValue;
    private TimeSpan _reportAt;
    private TimeSpan _saveAt;
    private bool _isStarved;
    private bool _isStopping;
    private bool _hasUnsaved;
    private bool _isLeftByOthers;
    private bool _hasEnded;
    private string _why = "";
    private string _diskTrouble = "";
    private int _generation;
    private int _attempt;
    private int _files;
    private int _nextSource;
    private int _mismatches;
    private long _fetchedBytes;
    private long _usefulChunks;

    public DownloadActor(
        NodeServices node, DownloadProtocol.StartDownload start, int number, IActorRef registry, IActorRef store)
        : base(node)
    {
        _node = node;
        _number = number;
        _settings = node.Settings.Downloads;
        _start = start;
        _registry = registry;
        _store = store;
        _random = node.NewRandom();
        _route = new DownloadRoute(start.Id, Self);
        // Of the empty content its id tells the length, of one that is shared here its file did when it was hashed: nobody's
        // claim counts against that.
        _certainLength = IsEmptyContent ? 0 : node.Catalog.TryFind(start.Id, out var shared) ? shared.File.LengthBytes : -1;
        _inTransit = new BuffersInTransit(node.Buffers);
        _unfinishedPath = start.TargetPath + DownloadFileActor.UnfinishedSuffix;
        _suggestionBudget = TokenBucket.Full(_settings.SuggestedPerMinute, node.Clock.Now);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _node.Clock.Now;

    public static Props Props(
        NodeServices node, DownloadProtocol.StartDownload start, int number, IActorRef registry, IActorRef store) =>
        NodeProps.Of(() => new DownloadActor(node, start, number, registry, store)).WithMailbox(NodeMailbox.Id);

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e => Decided(e, Directive.Stop));

    protected override void PreStart()
    {
        _node.Routes.Add(_route);
        _progressAt = _widenAt = _saveAt = Now;
        _widenWait = SearchAgainMin;
        foreach (var address in _node.Sources.Find(_start.Id))
            AddSource(address, SourceOrigin.Known);
        _registry.Tell(new PeerRegistryProtocol.GetCandidates(_settings.SearchPeers));
        if (_certainLength >= 0)
            Believe(_certainLength);
        Self.Tell(DownloadProtocol.Tick.Instance);
    }

    protected override void PostStop()
    {
        if (!_hasEnded)
            Announce(new DownloadProtocol.Failed(_start.Id, "an internal error; the log says which"));
        _node.Routes.Remove(_route);
        // All children have stopped: what they did not deal with comes back.
        _inTransit.ReturnAll();
        foreach (var source in _sources)
            _node.Flight.Release(source.Window.InFlight);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DownloadProtocol.SpanProgress progress:
                OnSpanProgress(progress);
                break;
            case DownloadProtocol.GrantUnused unused:
                OnGrantUnused(unused);
                break;
            case DownloadProtocol.SpanFetched fetched:
                OnSpanFetched(fetched);
                break;
            case DownloadFileProtocol.IEvent file:
                OnFile(file);
                break;
            case DownloadProtocol.SourceAnswered answered:
                OnSourceAnswered(answered);
                break;
            case DownloadProtocol.SpanCorrupt corrupt:
                OnSpanCorrupt(corrupt);
                break;
            case DownloadProtocol.SpanStopped stopped:
                OnSpanStopped(stopped);
                break;
            case DownloadProtocol.Tick:
                OnTick();
                break;
            case DownloadProtocol.LiarFound liar:
                OnLiarFound(liar);
                break;
            case DownloadProtocol.Suggested suggested:
                OnSuggested(suggested);
                break;
            case PeerRegistryProtocol.Candidates candidates:
                foreach (var address in candidates.Addresses)
                    AddSource(address, SourceOrigin.Known);
                ProbeDue();
                break;
            case DownloadProtocol.Join when _isStopping:
                Sender.Tell(new DownloadProtocol.Failed(_start.Id, "it is just being stopped; start it again in a moment"));
                break;
            case DownloadProtocol.Join join:
                // Nobody waits for what goes on by itself after a restart.
                if (!ReferenceEquals(Sender, Context.System.DeadLetters))
                    _subscribers.Add(Sender);
                foreach (var address in join.Sources)
                    AddSource(address, SourceOrigin.Named);
                ProbeDue();
                break;
            case DownloadProtocol.GetProgress:
                Sender.Tell(Progress());
                break;
            case DownloadProtocol.Stop:
                Stop("stopped; it goes on from here when it is started again", DownloadFileProtocol.Save.Instance);
                break;
            case DownloadProtocol.Drop:
                MakeFile();
                Stop("dropped; nothing of it is kept", DownloadFileProtocol.Discard.Instance);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private protected override ActorState Inspect()
    {
        var map = _map ?? _lastMap;
        var delivered = Math.Max(1, _sources.Sum(source => source.Chunks));
        var done = DoneBytes();
        return new DownloadState(
            _route.Eof < 0
                ? $"{_phase}, {_sources.Count} addresses asked"
                : $"{_phase}, {done} of {_route.Eof} bytes{(_why.Length > 0 ? ": " + _why : "")}",
            _start.Id,
            _start.TargetPath,
            _phase.ToString(),
            _route.Eof,
            done,
            _fetchedBytes,
            Math.Max(0, _fetchedBytes - _usefulChunks * SpanGeometry.DefaultChunkBytes),
            _why,
            Math.Round((Now - _progressAt).TotalSeconds, 3),
            PieceMap.Draw(map, PieceMap.PiecesMax, isSuspect: _mismatches > 0),
            PieceMap.SpansPerPiece(map?.Count ?? 0, PieceMap.PiecesMax),
            map?.Count ?? 0,
            map?.OnDisk ?? 0,
            _spans.Count,
            _sources.Sum(source => source.Window.InFlight),
            _mismatches,
            _subscribers.Count,
            _suggested.Count,
            [
                .. _sources.Select(source => new SourceState(
                    source.Address,
                    source.Origin.ToString(),
                    source.Standing.ToString(),
                    source.Chunks,
                    Math.Round((double)source.Chunks / delivered, 4),
                    source.Window.Size,
                    source.Window.InFlight,
                    source.RoundTrip.IsKnown ? Math.Round(source.RoundTrip.Smoothed.TotalMilliseconds, 3) : null,
                    source.Failures,
                    source.Mismatches,
                    source.Slot.ClaimedEof,
                    source.HasAnswered ? Math.Round((Now - source.HeardAt).TotalSeconds, 3) : null,
                    source.BannedFor)),
            ],
            [
                new TableSize("cjp2p.downloads.sources-max", "sources", _sources.Count, _settings.SourcesMax),
                new TableSize("cjp2p.downloads.active-spans-max", "spans", _spans.Count, _settings.ActiveSpansMax),
                new TableSize("cjp2p.downloads.suggested-max", "addresses", _suggested.Count, _settings.SuggestedMax),
            ]);
    }

    private bool IsEmptyContent => _start.Id.Sha256 == EmptySha256;

    private static Sha256Digest EmptySha256 { get; } =
        Sha256Digest.FromBytes(System.Security.Cryptography.SHA256.HashData([]));

    // ---- sources

    private void AddSource(in PeerAddress address, SourceOrigin origin)
    {
        if (_byAddress.ContainsKey(address) || address.Port == 0 || _node.AddressPolicy.Own.Contains(address)
            || _node.Bans.Holds(address))
            return;
        if (_sources.Count >= _settings.SourcesMax && !MakeRoom(origin))
            return;
        var source = new DownloadSource(
            new SourceSlot(_nextSource++, address),
            origin,
            new TransferWindow(
                Math.Clamp(_settings.WindowInitial, _settings.WindowMin, _settings.WindowMax),
                _settings.WindowMin,
                _settings.WindowMax),
            new RequestSize(_settings.RequestBytesMax))
        {
            ProbeAt = Now,
        };
        _sources.Add(source);
        _byAddress.Add(address, source);
        _byNumber.Add(source.Slot.Number, source);
        _route.Add(source.Slot);
    }

    // One that never answered goes first; a named one only for a named one.
    private bool MakeRoom(SourceOrigin origin)
    {
        var least = _sources
            .Where(source => !source.HasAnswered && (source.Origin != SourceOrigin.Named || origin == SourceOrigin.Named))
            .MaxBy(source => source.Probes);
        if (least is null)
            return false;
        RemoveSource(least);
        return true;
    }

    private void RemoveSource(DownloadSource source)
    {
        GiveUp(source);
        _sources.Remove(source);
        _byAddress.Remove(source.Address);
        _byNumber.Remove(source.Slot.Number);
        _route.Remove(source.Slot);
        _node.Flight.Release(source.Window.InFlight);
        WithdrawClaim(source);
    }

    // What the only one who said so claims stays believed when it falls silent: it may come back. With others who say
    // something else it is not worth holding on to.
    private void WithdrawClaim(DownloadSource source)
    {
        if (_vote.IsContested && _vote.Withdraw(source.Address))
            OnLengthChanged();
    }

    private void Ban(DownloadSource source, string reason)
    {
        _log.Warning("Source {Peer} is not asked for {ContentId} any more: {Reason}", source.Address, _start.Id, reason);
        source.Standing = SourceStanding.Banned;
        source.BannedFor = reason;
        _node.Sources.Remove(_start.Id, source.Address);
        GiveUp(source);
        _route.Remove(source.Slot);
        if (_vote.Withdraw(source.Address))
            OnLengthChanged();
    }

    // Guilt was proven as far as a hash can: but a line that flips bits, or a disk over there that rots and is mended, looks
    // like a liar. When nobody else is left it is asked once more.
    private void Forgive(DownloadSource source)
    {
        _log.Info("Source {Peer} is asked once more for {ContentId}: nobody else is left", source.Address, _start.Id);
        source.Standing = SourceStanding.Resting;
        source.BannedUntil = TimeSpan.MaxValue;
        source.Mismatches = _settings.MismatchesMax - 1;
        source.Probes = 0;
        source.ProbeAt = Now;
        _route.Add(source.Slot);
    }

    private void Rest(DownloadSource source)
    {
        source.Failures++;
        source.UselessInRow = 0;
        source.Standing = SourceStanding.Resting;
        source.Probes = 0;
        source.ProbeAt = Now + Min(_settings.Retry.Pause(source.Failures, _random.NextDouble()), PauseMax(source));
        source.Window.Collapse();
        GiveUp(source);
        if (source.Failures >= FailuresBelieved)
            WithdrawClaim(source);
    }

    // One that delivered comes back sooner than it is worth waiting for long: a short outage shall not become a long one.
    private TimeSpan PauseMax(DownloadSource source)
    {
        var most = source.Chunks == 0 ? TimeSpan.MaxValue : Max((Now - source.HeardAt) / 32, PauseOfProvenMin);
        return Min(most, _settings.Retry.PauseMax);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    // What it was asked for may be asked of others.
    private void GiveUp(DownloadSource source)
    {
        foreach (var span in _spans.Values)
        {
            if (span.Outstanding.GetValueOrDefault(source.Slot.Number) > 0)
                span.Actor.Tell(new ChunkRequestProtocol.SourceGone(source.Slot.Number));
        }

        // What only it was to be asked is asked of somebody else.
        foreach (var (number, span) in _spans.Where(pair => pair.Value.Auditor == source.Slot.Number).ToArray())
        {
            Context.Stop(span.Actor);
            Close(number, span, SpanStatus.Missing);
        }
    }

    private void ProbeDue()
    {
        var now = Now;
        for (var i = 0; i < _sources.Count; i++)
        {
            var source = _sources[i];
            if (source.Standing == SourceStanding.Banned && source.BannedUntil <= now
                && !_sources.Exists(other => other.Standing == SourceStanding.Active))
                Forgive(source);
            if (source.Standing is SourceStanding.Active or SourceStanding.Banned || source.ProbeAt > now)
                continue;
            if (source.Origin != SourceOrigin.Named && source.Probes >= _settings.SuggestedProbesMax)
            {
                RemoveSource(source);
                i--;
            }
            else
            {
                Probe(source);
            }
        }
    }

    private void Probe(DownloadSource source)
    {
        source.Slot.AwaitsAnswer = true;
        source.ProbedAt = Now;
        source.Probes++;
        source.ProbeAt = Now + _settings.Retry.TimeoutUnknown * Math.Pow(2, Math.Min(source.Probes - 1, 10));
        var pauseMax = PauseMax(source);
        if (source.ProbeAt - Now > pauseMax)
            source.ProbeAt = Now + pauseMax;
        // An answer that fits one packet arrives on every way.
        Ask(source, RequestSize.OnePacketBytes);
    }

    private void Ask(DownloadSource source, int bytes)
    {
        using var batch = _node.Transports.RentFor(source.Address);
        if (batch is null)
            return;
        var most = _node.Settings.Wire.DatagramBytesMax;
        var writer = new DatagramWriter(batch.Reserve(most)[..most]);
        ReplyHead.Write(ref writer, _node, source.Address, giveCookie: true, default);
        writer.TryWritePleaseSendContent(_start.Id, bytes, 0);
        batch.Commit(source.Address, writer.Finish());
    }

    private void OnSourceAnswered(DownloadProtocol.SourceAnswered answered)
    {
        if (!_byNumber.TryGetValue(answered.Source.Number, out var source) || source.Standing == SourceStanding.Banned)
            return;
        if (source.Probes == 1)
            source.RoundTrip = source.RoundTrip.Add(answered.At - source.ProbedAt);
        if (source.Probes > 0)
            source.Size.OnePacketArrived(Now);
        source.Probes = 0;
        source.HasAnswered = true;
        source.HeardAt = answered.At;
        // One that delivered is not condemned for a single claim that makes no sense: anybody can send one in its name.
        if (source.Chunks > 0 && answered.Eof == 0 && !IsEmptyContent && answered.Source.EofChanges < SourceSlot.EofChangesMax)
            return;
        if (answered.Eof > _settings.LengthMaxBytes || answered.Source.EofChanges >= SourceSlot.EofChangesMax
            || (answered.Eof >= 0 && answered.Eof == 0 != IsEmptyContent))
        {
            Ban(source, "it claims an impossible length, or another one each time");
            return;
        }

        // Who could not deliver what it claims is not heard again while somebody else is believed: liars who agree would
        // otherwise outvote the honest again and again, and each time all starts over. Unless nothing moves: then who is
        // believed cannot deliver either, and the silence may have been ours.
        if (answered.Eof > 0 && (_certainLength < 0 || answered.Eof == _certainLength)
            && (_vote.Current < 0 || source.Failures < FailuresBelieved || Now - _progressAt >= _settings.StallAfter)
            && _vote.Claim(source.Address, answered.Eof))
            OnLengthChanged();
        // A Ruby node that relays does not say how long the content is; it may still deliver.
        if (_vote.Current >= 0 && (answered.Eof < 0 || answered.Eof == _vote.Current)
            && source.Standing != SourceStanding.Active)
        {
            source.Standing = SourceStanding.Active;
            _node.Sources.Add(_start.Id, source.Address);
        }

        Schedule();
    }

    private void OnSuggested(DownloadProtocol.Suggested suggested)
    {
        foreach (var address in suggested.Addresses)
        {
            if (_suggested.Count >= _settings.SuggestedMax)
                return;
            if (_node.AddressPolicy.Accepts(address) && !_byAddress.ContainsKey(address) && !_suggested.Contains(address))
                _suggested.Enqueue(address);
        }

        TrySuggested();
        ProbeDue();
    }

    private void TrySuggested()
    {
        _suggestionBudget = _suggestionBudget.Refill(
            _settings.SuggestedPerMinute / 60.0, _settings.SuggestedPerMinute, Now);
        while (_suggested.Count > 0 && _suggestionBudget.TryTake(out _suggestionBudget))
            AddSource(_suggested.Dequeue(), SourceOrigin.Suggested);
    }

    // ---- length

    private void OnLengthChanged()
    {
        if (_certainLength >= 0)
            return;
        foreach (var span in _spans.Values)
            Context.Stop(span.Actor);
        _spans.Clear();
        foreach (var source in _sources)
        {
            _node.Flight.Release(source.Window.InFlight);
            source.Window.Cancelled(source.Window.InFlight);
            if (source.Standing == SourceStanding.Active && !_vote.Agrees(source.Address))
                source.Standing = SourceStanding.Resting;
        }

        _map = null;
        _retryDiskAt = TimeSpan.MaxValue;
        _solo = null;
        _route.Only = null;
        _route.Partial = null;
        if (_vote.Current < 0)
        {
            _route.Reset(-1);
            _phase = DownloadPhase.Searching;
            return;
        }

        foreach (var source in _sources.Where(source => source.Standing == SourceStanding.Resting && _vote.Agrees(source.Address)))
            source.Standing = SourceStanding.Active;
        Believe(_vote.Current);
    }

    private void Believe(long length)
    {
        _lastMap = null;
        _ledger = _start.SpanDigests.IsDefaultOrEmpty ? new SuspectLedger(length, _random) : null;
        _usefulChunks = 0;
        _route.Reset(length);
        _phase = DownloadPhase.Fetching;
        OpenFile(null);
    }

    private void OpenFile(byte[]? known)
    {
        MakeFile();
        _writing.Clear();
        foreach (var audit in _auditing.Values)
            _ledger?.Abandon(audit);
        _auditing.Clear();
        _isLeftByOthers = known is null;
        _file.Tell(new DownloadFileProtocol.Open(++_attempt, _route.Eof, known));
    }

    private void MakeFile()
    {
        if (!_file.IsNobody())
            return;
        _files++;
        _file = Context.WatchWith(
            Context.ActorOf(
                DownloadFileActor.Props(_node, _start.Id.Sha256, _unfinishedPath, _start.TargetPath, _inTransit), $"file-{_files}"),
            new DownloadFileProtocol.FileStopped(_files));
    }

    // ---- spans

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
        var chunks = _node.Flight.Take(Math.Min(wanted, race ? RaceChunks : span.Unrequested));
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
            RequestsPerDatagram(source, span.ChunkBytes),
            source.ChunksPerRequest(span.ChunkBytes),
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
        _fetchedBytes += (long)(progress.Chunks + progress.Duplicates) * span.ChunkBytes;
        if (progress.Source is { } slot && _byNumber.TryGetValue(slot.Number, out var source))
        {
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
        if (source.Slot.LargestDatagramBytes > RequestSize.OnePacketDatagramBytesMax)
            source.Size.LargerArrived();
        else if (source.Size.TakeLargerProbe(Now))
            Ask(source, SpanGeometry.DefaultChunkBytes);
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
            source.Size.Acked((long)settled.Acked * span.ChunkBytes);
        }

        if (settled.Cancelled > 0)
            source.Window.Cancelled(settled.Cancelled);
        if (settled.Lost == 0)
            return;
        source.Window.Lost(settled.Lost, Now, source.RoundTrip.Smoothed);
        var wasOnePacket = source.Size.IsOnePacket;
        source.Size.Lost((long)settled.Lost * span.ChunkBytes, Now);
        if (source.Size.IsOnePacket && !wasOnePacket)
            source.Slot.LargestDatagramBytes = 0;
        // Losses while others come through are losses; losses and silence mean that it is gone.
        if (source.Standing == SourceStanding.Active && Now - source.HeardAt > SilenceMax(source))
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

    // ---- file

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

    // ---- time

    private void OnTick()
    {
        var now = Now;
        if (_isStopping)
            return;
        if (now >= _retryDiskAt)
            Resume();
        TrySuggested();
        ProbeDue();
        if (_solo is { Standing: not SourceStanding.Active } && IsSoloWorthReplacing(_solo, now))
            ChooseSolo();
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

    private string WhyStalled()
    {
        var answered = _sources.Count(source => source.HasAnswered);
        var banned = _sources.Count(source => source.Standing == SourceStanding.Banned);
        if (_isStarved)
            return "waiting for memory or room in the receive buffer, which other downloads use";
        if (_sources.Count == 0)
            return "there is nobody to ask: no peer is known";
        if (answered == 0)
            return $"{_sources.Count} addresses were asked, none has answered";
        if (banned == answered)
            return $"all {banned} sources that answered gave wrong content";
        if (_sources.Any(source => source.UselessInRow > 0 || (source.Chunks == 0 && source.Failures > 0)))
            return $"{answered} sources answer, but give only teasers or nothing";
        return $"{answered} sources had the content, none answers now";
    }

    // ---- those who wait

    private DownloadProtocol.Progress Progress() => new(
        _start.Id,
        _start.TargetPath,
        _phase,
        _route.Eof,
        DoneBytes(),
        _fetchedBytes,
        _sources.Count(source => source.Standing == SourceStanding.Active),
        _sources.Count,
        _why);

    private long DoneBytes() => (_map ?? _lastMap) is { } map
        ? Math.Min(_route.Eof, (long)map.OnDisk * SpanGeometry.SpanBytes)
        : 0;

    private void Announce(DownloadProtocol.IEvent message)
    {
        foreach (var subscriber in _subscribers)
            subscriber.Tell(message);
    }

    private void Fail(string reason)
    {
        _log.Warning("Download of {ContentId} failed: {Reason}", _start.Id, reason);
        End(new DownloadProtocol.Failed(_start.Id, reason));
        Context.Stop(Self);
    }

    // The manager first: whoever hears of the end may start the same download again.
    private void End(DownloadProtocol.IEvent message)
    {
        _hasEnded = true;
        _node.Keep(new StateChange.DownloadEnded(_start.Id));
        Context.Parent.Tell(new DownloadProtocol.DownloadStopped(_start.Id, _number));
        Announce(message);
    }

    private void Stop(string reason, DownloadFileProtocol.ICommand last)
    {
        _isStopping = true;
        _hasEnded = true;
        Announce(new DownloadProtocol.Failed(_start.Id, reason));
        _subscribers.Clear();
        foreach (var span in _spans.Values)
            Context.Stop(span.Actor);
        if (_file.IsNobody())
            Context.Stop(Self);
        else
            _file.Tell(last);
    }
}
