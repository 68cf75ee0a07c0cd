using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;

namespace Cjp2p.Actors.Content;

/// <summary>Finds or makes the actor of a download, by content id.</summary>
/// <remarks>
/// Supervision: a download that throws is stopped, and whoever waits for it is told; the others go on. It is not restarted
/// behind its user's back: what it has fetched is on the disk and is found again when it is started again.
/// </remarks>
internal sealed class DownloadManagerActor : InspectedActor
{
    private const int WrongBlocksMax = 256;

    // Managing -> (StopAll) Stopping -> stopped
    private readonly NodeServices _node;
    private readonly IActorRef _registry;
    private readonly IActorRef _store;
    private readonly Dictionary<ContentId, Running> _running = [];
    private readonly TwoGenerationMap<PeerAddress, ContentId> _wrongBlocks = new(WrongBlocksMax);
    private IActorRef _stopRequester = ActorRefs.Nobody;
    private int _started;
    private long _refused;
    private bool _isStopping;

    private readonly ImmutableArray<StoredDownload> _unfinished;

    public DownloadManagerActor(
        NodeServices node, IActorRef registry, IActorRef store, ImmutableArray<StoredDownload> unfinished)
        : base(node)
    {
        _unfinished = unfinished;
        _node = node;
        _registry = registry;
        _store = store;
        PublishTables();
    }

    /// <param name="node">What the node's parts share.</param>
    /// <param name="registry">The registry of peers.</param>
    /// <param name="store">What is shared.</param>
    /// <param name="unfinished">Downloads that were running when the node ended: they go on.</param>
    public static Props Props(
        NodeServices node, IActorRef registry, IActorRef store, ImmutableArray<StoredDownload> unfinished) =>
        NodeProps.Inspected(
            (node, registry, store, unfinished), static of => new DownloadManagerActor(of.node, of.registry, of.store, of.unfinished));

    private protected override ImmutableArray<TableSize> Tables() =>
        [DownloadManagerState.Table(_running.Count, _node.Settings.Downloads.RunningMax, _refused)];

    protected override void PreStart()
    {
        foreach (var download in _unfinished)
        {
            Self.Tell(
                new DownloadProtocol.StartDownload(download.Id, download.TargetPath, download.Sources), ActorRefs.NoSender);
        }
    }

    // In the mailbox, which outlives this instance: who waits for them is told that they ended, and they go on.
    protected override void PreRestart(Exception reason, object message)
    {
        foreach (var running in _running.Values)
            Self.Tell(running.Start, ActorRefs.NoSender);
        base.PreRestart(reason, message);
    }

    // Those of the start are started once; what has ended since stays ended.
    protected override void PostRestart(Exception reason)
    {
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e => Decided(e, Directive.Stop));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DownloadProtocol.Suggested suggested:
                _node.SuggestionBacklog.Leave();
                if (_running.TryGetValue(suggested.Id, out var suggestedFor))
                    suggestedFor.Actor.Forward(suggested);
                break;
            case DownloadProtocol.StartDownload start:
                Start(start);
                break;
            case DownloadProtocol.StopDownload stop:
                _node.Keep(new StateChange.DownloadEnded(stop.Id));
                if (_running.TryGetValue(stop.Id, out var running))
                    running.Actor.Tell(DownloadProtocol.Stop.Instance);
                break;
            case DownloadProtocol.DropDownload drop:
                _node.Keep(new StateChange.DownloadEnded(drop.Id));
                var isRunning = _running.TryGetValue(drop.Id, out var dropped);
                dropped?.Actor.Tell(DownloadProtocol.Drop.Instance);
                Sender.Tell(new DownloadProtocol.Dropping(drop.Id, isRunning));
                break;
            case DownloadProtocol.GetDownloads:
                Context.ActorOf(ProgressCollector.Props(
                    Sender, [.. _running.OrderBy(one => one.Key.ToString(), StringComparer.Ordinal).Select(one => one.Value.Actor)]));
                break;
            case DownloadProtocol.LiarFound liar:
                OnLiar(liar);
                break;
            case DownloadProtocol.WrongBlock wrong:
                OnWrongBlock(wrong);
                break;
            case DownloadProtocol.DownloadStopped stopped:
                Remove(stopped);
                break;
            case DownloadProtocol.StopAll:
                _stopRequester = Sender;
                _isStopping = true;
                foreach (var one in _running.Values)
                    one.Actor.Tell(DownloadProtocol.Stop.Instance);
                Become(Stopping);
                StopWhenIdle();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Stopping(object message)
    {
        switch (message)
        {
            case DownloadProtocol.DownloadStopped stopped:
                Remove(stopped);
                StopWhenIdle();
                break;
            case DownloadProtocol.StartDownload start:
                Sender.Tell(new DownloadProtocol.Failed(start.Id, "the node is stopping"));
                break;
            case DownloadProtocol.Suggested:
                _node.SuggestionBacklog.Leave();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private protected override ActorState Inspect() => new DownloadManagerState(
        $"{_running.Count} running",
        [.. _running.Keys.OrderBy(id => id.ToString(), StringComparer.Ordinal)],
        _started,
        _isStopping,
        _node.Settings.Downloads.RunningMax,
        _refused);

    private void Start(DownloadProtocol.StartDownload start)
    {
        if (!start.Id.IsSha256)
        {
            Sender.Tell(new DownloadProtocol.Failed(start.Id, "only a SHA-256 id can be fetched: a name proves nothing"));
            return;
        }

        if (!_running.TryGetValue(start.Id, out var running))
        {
            if (_running.Count >= _node.Settings.Downloads.RunningMax)
            {
                _refused++;
                Sender.Tell(new DownloadProtocol.Failed(
                    start.Id, $"{_running.Count} downloads run already (cjp2p.downloads.running-max)"));
                return;
            }

            // They would write to the same unfinished file.
            if (_running.FirstOrDefault(other => other.Value.Start.TargetPath == start.TargetPath) is { Value: not null } same)
            {
                Sender.Tell(new DownloadProtocol.Failed(start.Id, $"{start.TargetPath} is the target of {same.Key} already"));
                return;
            }

            _log.Info("Fetching {ContentId} to {Path}", start.Id, start.TargetPath);
            // A download of this id that is just stopping still has the name without a number.
            var number = ++_started;
            running = new Running(
                Context.WatchWith(
                    Context.ActorOf(DownloadActor.Props(_node, start, number, _registry, _store), FreeName(start.Id)),
                    new DownloadProtocol.DownloadStopped(start.Id, number)),
                number,
                start);
            _running.Add(start.Id, running);
            _node.Keep(new StateChange.DownloadKept(new StoredDownload(
                start.Id, start.TargetPath, start.Sources.IsDefault ? [] : start.Sources, _node.Clock.UtcNow)));
        }

        running.Actor.Forward(new DownloadProtocol.Join(start.Sources.IsDefault ? [] : start.Sources));
    }

    private void OnLiar(DownloadProtocol.LiarFound liar)
    {
        Context.Parent.Tell(new NodeProtocol.BanLiar(liar.Address, liar.Reason));
        foreach (var other in _running.Where(one => one.Key != liar.Id))
            other.Value.Actor.Tell(liar);
    }

    private void OnWrongBlock(DownloadProtocol.WrongBlock wrong)
    {
        if (_wrongBlocks.TryGet(wrong.Address, out var before) && before != wrong.Id)
            OnLiar(new DownloadProtocol.LiarFound(wrong.Id, wrong.Address, $"it gave wrong bytes for {before} and for {wrong.Id}"));
        else
            _wrongBlocks.Set(wrong.Address, wrong.Id);
    }

    private static string FreeName(in ContentId id)
    {
        var name = id.ToString();
        for (var i = 2; !Context.Child(name).IsNobody(); i++)
            name = $"{id}.{i}";
        return name;
    }

    // Told twice: when the download has ended, before those who wait hear of it and may start it again, and when its
    // actor is gone.
    private void Remove(DownloadProtocol.DownloadStopped stopped)
    {
        if (_running.TryGetValue(stopped.Id, out var running) && running.Number == stopped.Number)
            _running.Remove(stopped.Id);
    }

    private void StopWhenIdle()
    {
        if (_running.Count > 0)
            return;
        _stopRequester.Tell(DownloadProtocol.AllStopped.Instance);
        Context.Stop(Self);
    }

    private sealed record Running(IActorRef Actor, int Number, DownloadProtocol.StartDownload Start);

    /// <summary>Asks some downloads how they go, and answers for them together; those that do not answer in time are left out.</summary>
    private sealed class ProgressCollector : UntypedActor
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
        private readonly IActorRef _asker;
        private readonly ImmutableArray<IActorRef> _downloads;
        private readonly List<DownloadProtocol.Progress> _answers = [];

        public ProgressCollector(IActorRef asker, ImmutableArray<IActorRef> downloads)
        {
            _asker = asker;
            _downloads = downloads;
        }

        public static Props Props(IActorRef asker, ImmutableArray<IActorRef> downloads) =>
            NodeProps.Of(() => new ProgressCollector(asker, downloads));

        protected override void PreStart()
        {
            foreach (var download in _downloads)
                download.Tell(DownloadProtocol.GetProgress.Instance);
            SetReceiveTimeout(Patience);
            AnswerWhenDone();
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case DownloadProtocol.Progress progress:
                    _answers.Add(progress);
                    AnswerWhenDone();
                    break;
                case ReceiveTimeout:
                    Answer();
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }

        private void AnswerWhenDone()
        {
            if (_answers.Count == _downloads.Length)
                Answer();
        }

        private void Answer()
        {
            _asker.Tell(new DownloadProtocol.Downloads(
                [.. _answers.OrderBy(progress => progress.Id.ToString(), StringComparer.Ordinal)]));
            Context.Stop(Self);
        }
    }
}
