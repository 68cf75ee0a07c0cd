using System.Collections.Immutable;
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
/// spans are here, is in this actor. Its parts: <c>.Sources</c> whom to ask, <c>.Spans</c> what of whom, <c>.File</c> what the disk
/// says, <c>.Time</c> what happens because time passed.
/// </remarks>
internal sealed partial class DownloadActor : InspectedActor
{
    // Searching --(a length is believed)--> Fetching --(all spans written)--> Verifying --(hash right)--> stopped
    //     ^------(nobody is left)--------------'  ^-----(hash wrong)-----------'
    // Fetching, Verifying --(disk trouble)--> Paused --(later)--> Fetching
    private const int RaceChunks = 16;
    private const int TrialChunks = 16;
    // What a source says about the length counts until it had to rest so often in a row.
    private const int FailuresBelieved = 3;
    private static readonly TimeSpan TickMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan TickMax = TimeSpan.FromSeconds(1);
    // A search for what nobody has goes on for ever; it must not go on at full rate.
    private static readonly TimeSpan PauseOfProvenMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SearchAgainMin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WidenWaitMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SpeedWindow = TimeSpan.FromSeconds(3);
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
    private readonly SpeedMeter _speed = new(SpeedWindow);
    private readonly LengthDoubt _doubt;
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
    private long _sourcesRefused;
    private long _suggestedRefused;

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
        _doubt = new LengthDoubt(_settings.StallAfter);
        _unfinishedPath = start.TargetPath + DownloadFileActor.UnfinishedSuffix;
        _suggestionBudget = TokenBucket.Full(_settings.SuggestedPerMinute, node.Clock.Now);
        PublishTables();
    }

    private TimeSpan Now => _node.Clock.Now;

    public static Props Props(
        NodeServices node, DownloadProtocol.StartDownload start, int number, IActorRef registry, IActorRef store) =>
        NodeProps.Inspected(
            (node, start, number, registry, store),
            static of => new DownloadActor(of.node, of.start, of.number, of.registry, of.store));

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
                ? $"{_phase}, {Amounts.Count(_sources.Count, "address", "addresses")} asked"
                : $"{_phase}, {Amounts.Bytes(done)} of {Amounts.Bytes(_route.Eof)}{(_why.Length > 0 ? ": " + _why : "")}",
            _start.Id,
            _start.TargetPath,
            _phase.ToString(),
            _route.Eof,
            done,
            _fetchedBytes,
            Math.Max(0, _fetchedBytes - _usefulChunks * SpanGeometry.DefaultChunkBytes),
            Math.Round(_speed.PerSecond),
            _route.Eof < 0 || _speed.TimeFor(_route.Eof - done) is not { } left ? null : Math.Round(left.TotalSeconds, 3),
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
            Answering(),
            Unreachable(),
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
            ])
        {
            Tables = Tables(),
        };
    }

    private protected override ImmutableArray<TableSize> Tables() =>
    [
        new("cjp2p.downloads.sources-max", "sources", _sources.Count, _settings.SourcesMax, _sourcesRefused),
        new("cjp2p.downloads.active-spans-max", "spans", _spans.Count, _settings.ActiveSpansMax),
        new("cjp2p.downloads.suggested-max", "addresses", _suggested.Count, _settings.SuggestedMax, _suggestedRefused),
    ];

    private bool IsEmptyContent => _start.Id.Sha256 == EmptySha256;

    private static Sha256Digest EmptySha256 { get; } =
        Sha256Digest.FromBytes(System.Security.Cryptography.SHA256.HashData([]));

    // ---- length

    private void OnLengthChanged()
    {
        if (_certainLength >= 0)
            return;
        // Each length has its time: who could not deliver the last one is not heard about this one at once.
        _progressAt = Now;
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
        _why,
        Answering(),
        Unreachable());

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
