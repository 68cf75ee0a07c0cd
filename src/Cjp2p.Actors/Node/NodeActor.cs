using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Node;

/// <summary>
/// The root of one node. Makes its parts, hands them references to each other, and is the one address for the outside:
/// commands for downloads, the store and the registry may be told to it.
/// </summary>
/// <remarks>
/// Supervision: the store, the server, the registry and the download manager are restarted when they throw, at most ten
/// times in a minute: what they hold is a cache, a table that fills again, or on the disk. (Restarting the manager ends
/// its downloads; whoever waits is told.) The socket actor is restarted too: it closes its sockets as it stops and the
/// node opens them again. A part that fails more often stops the node, which says so: a node that cannot work does not
/// pretend to.
/// </remarks>
public sealed class NodeActor : InspectedActor
{
    // Loading --(state is loaded)--> Opening --(sockets open)--> Running --(Stop)--> Stopping -> stopped
    //    |                              `------(cannot open)--> Failed
    //    `--(folder is in use)--> Failed

    /// <summary>Id of the dispatcher for everything that blocks on the disk.</summary>
    public const string DiskDispatcher = "cjp2p.dispatchers.disk";

    /// <summary>Id of the dispatcher of the database.</summary>
    public const string StorageDispatcher = "cjp2p.dispatchers.storage";

    private const int EarlyMax = 1024;
    private const int PartsMax = 6;
    private const string StorageName = "storage";
    private const string DownloadsName = "downloads";

    /// <summary>After the time for an orderly stop: how long the parts have to end.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(1);

    private readonly NodeServices _node;
    private List<IActorRef>? _waiting;
    private List<IActorRef>? _stopRequesters;
    private List<(object Message, IActorRef Sender)>? _early;
    private readonly TimeSpan _startedAt;
    private IActorRef _socket = ActorRefs.Nobody;
    private IActorRef _peers = ActorRefs.Nobody;
    private IActorRef _downloads = ActorRefs.Nobody;
    private IActorRef _server = ActorRefs.Nobody;
    private IActorRef _store = ActorRefs.Nobody;
    private readonly List<(string Name, IActorRef Part)> _parts = new(PartsMax);
    private List<string>? _partsStopped;
    private SortedSet<string>? _changedKeys;
    private bool _partsAreStopping;
    private object? _outcome;
    private string _phase = "Opening";

    /// <summary>Makes one; use <see cref="Props"/>.</summary>
    public NodeActor(NodeSettings settings, NodeEnvironment environment)
        : this(new NodeServices(settings, environment, environment.Clock ?? new NodeClock(Context.System.Scheduler)))
    {
        environment.Made?.Invoke(_node);
    }

    private NodeActor(NodeServices node) : base(node)
    {
        _node = node;
        _startedAt = node.Clock.Now;
    }

    /// <summary>What its parts share, for tests.</summary>
    internal NodeServices Services => _node;

    /// <summary>Props of a node; its name is the caller's to choose (<see cref="NodeSettings.Name"/>).</summary>
    public static Props Props(NodeSettings settings, NodeEnvironment environment) =>
        NodeProps.Inspected((settings, environment), static of => new NodeActor(of.settings, of.environment));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(10, TimeSpan.FromMinutes(1), exception =>
        {
            // One that fails too often is stopped instead.
            if (_parts.Exists(one => one.Part.Equals(Sender)))
                WatchPart(Sender);
            _log.Error(exception, "A part of the node failed and is restarted");
            return Decided(exception, Directive.Restart);
        });

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_node.States is not { } states || _node.Settings.Content.Data.Length == 0)
        {
            MakeParts(StoredState.Empty(_node.Secret));
            return;
        }

        _node.Storage = Part(StorageActor.Props(_node, states), StorageName);
        _node.Storage.Tell(StorageProtocol.Open.Instance);
        Become(Loading);
    }

    // Commands wait for the parts that take them; a second or two with a large index.
    private void Loading(object message)
    {
        switch (message)
        {
            case StorageProtocol.Loaded loaded:
                _node.Restore(loaded.State);
                RestoreBans(loaded.State.Bans);
                RestoreSettings(loaded.State.Settings);
                MakeParts(loaded.State);
                Become(OnReceive);
                foreach (var (early, sender) in _early ?? [])
                    Self.Tell(early, sender);
                _early = null;
                break;
            case StorageProtocol.InUse inUse:
                Become(OnReceive);
                Decide(new NodeProtocol.NotStarted(inUse.Reason));
                break;
            case NodeProtocol.WhenStarted:
            case NodeProtocol.PartStopped:
                OnReceive(message);
                break;
            case NodeProtocol.Stop:
                (_stopRequesters ??= []).Add(Sender);
                Context.Stop(Self);
                break;
            default:
                if ((_early ??= []).Count < EarlyMax)
                    _early.Add((message, Sender));
                else
                    Unhandled(message);
                break;
        }
    }

    private void MakeParts(StoredState state)
    {
        _node.Inspection.Publish();
        _store = Part(ContentStoreActor.Props(_node, state.Files), "store");
        _server = Part(ContentServerActor.Props(_node, _store), "server");
        _peers = Part(PeerRegistryActor.Props(_node, state.Peers), "peers");
        _downloads = Part(DownloadManagerActor.Props(_node, _peers, _store, state.Downloads), DownloadsName);
        _socket = Part(SocketActor.Props(_node, new PumpTargets(ActorRefs.Nobody, _peers, _downloads, _server)), "socket");
        _socket.Tell(SocketProtocol.Open.Instance);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        // All parts have stopped: sockets are closed and ports are free.
        foreach (var requester in _stopRequesters ?? [])
            requester.Tell(NodeProtocol.Stopped.Instance);
        if (_outcome is null)
            Decide(new NodeProtocol.NotStarted("the node has stopped"));
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SocketProtocol.Opened opened:
                foreach (var address in opened.Addresses)
                    _log.Info("Listening on {Address}", address);
                _peers.Tell(PeerRegistryProtocol.Discover.Instance);
                Decide(new NodeProtocol.Started(opened.Addresses, _node.Inspection));
                _phase = "Running";
                break;
            case SocketProtocol.NotOpened notOpened:
                Decide(new NodeProtocol.NotStarted(notOpened.Reason));
                _phase = "NotStarted";
                break;
            case NodeProtocol.WhenStarted:
                if (_outcome is null)
                    (_waiting ??= []).Add(Sender);
                else
                    Sender.Tell(_outcome);
                break;
            case NodeProtocol.GetStatus:
                Context.ActorOf(StatusCollector.Props(
                    Sender, _node, _startedAt, _socket, _peers, _store, _downloads));
                break;
            case InspectionProtocol.INodeQuery query:
                Context.ActorOf(TreeCollector.Props(_node, Sender, query));
                break;
            case InspectionProtocol.Watch watch:
                Context.ActorOf(FieldWatcher.Props(_node, Sender, watch));
                break;
            case NodeProtocol.BanPeer ban:
                Ban(ban);
                break;
            case NodeProtocol.Reconfigure reconfigure:
                Reconfigure(reconfigure);
                Sender.Tell(NodeProtocol.Reconfigured.Instance);
                break;
            case NodeProtocol.ChangeSettings change:
                Sender.Tell(ChangeSettings(change.Changes));
                break;
            case NodeProtocol.UnbanPeer unban:
                Sender.Tell(Unban(unban.Address));
                break;
            case NodeProtocol.BanLiar liar:
                BanLiar(liar);
                break;
            case NodeProtocol.BanEnded ended:
                Unban(ended.Address);
                break;
            case DownloadProtocol.IManagerCommand:
                _downloads.Forward(message);
                break;
            case ContentStoreProtocol.ICommand:
                _store.Forward(message);
                break;
            case PeerRegistryProtocol.ICommand:
                _peers.Forward(message);
                break;
            case NodeProtocol.Stop:
                (_stopRequesters ??= []).Add(Sender);
                _log.Info("Stopping");
                Timers.StartSingleTimer(
                    NodeProtocol.StopTimeout.Instance, NodeProtocol.StopTimeout.Instance, _node.Settings.ShutdownTimeout);
                Become(Stopping);
                _phase = "Stopping";
                _downloads.Tell(DownloadProtocol.StopAll.Instance);
                break;
            case NodeProtocol.PartStopped stopped:
                _parts.RemoveAll(one => one.Name == stopped.Name);
                (_partsStopped ??= []).Add(stopped.Name);
                _log.Error("{Part} failed too often; the node stops", stopped.Name);
                Context.Stop(Self);
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
            case NodeProtocol.Stop:
                (_stopRequesters ??= []).Add(Sender);
                break;
            case NodeProtocol.PartStopped stopped:
                _parts.RemoveAll(one => one.Name == stopped.Name);
                if (_partsAreStopping || stopped.Name == DownloadsName)
                    StopParts();
                break;
            case DownloadProtocol.AllStopped:
                StopParts();
                break;
            case NodeProtocol.StopTimeout when _partsAreStopping:
                GiveUp();
                break;
            case NodeProtocol.StopTimeout:
                _log.Warning("Not everything could be saved within {Timeout}", _node.Settings.ShutdownTimeout);
                Timers.StartSingleTimer(NodeProtocol.StopTimeout.Instance, NodeProtocol.StopTimeout.Instance, StopGrace);
                StopParts();
                break;
            case NodeProtocol.WhenStarted:
                Sender.Tell(new NodeProtocol.NotStarted("the node is stopping"));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // All of them, and last the one that the others have their state kept by.
    private void StopParts()
    {
        if (!_partsAreStopping)
        {
            _partsAreStopping = true;
            foreach (var (name, part) in _parts.OrderBy(one => one.Name, StringComparer.Ordinal))
            {
                WatchPart(part);
                if (name != StorageName)
                    Context.Stop(part);
            }
        }

        if (_parts.Count == 0)
            Context.Stop(Self);
        else if (_parts is [(StorageName, var storage)])
            Context.Stop(storage);
    }

    // A disk that does not answer keeps an actor from stopping; nobody waits for it.
    private void GiveUp()
    {
        _log.Error("{Parts} do not stop (a disk that does not answer?): the node ends without them",
            string.Join(", ", _parts.Select(one => one.Name).Order(StringComparer.Ordinal)));
        foreach (var requester in _stopRequesters ?? [])
            requester.Tell(NodeProtocol.Stopped.Instance);
        _stopRequesters = null;
        Context.Stop(Self);
    }

    private protected override ActorState Inspect() => new NodeState(
        _phase,
        _node.Settings.Name,
        _phase,
        Math.Round((_node.Clock.Now - _startedAt).TotalSeconds, 3),
        [.. _partsStopped ?? []],
        BanState.All(_node.Bans, _node.Clock.Now),
        [.. Enum.GetValues<WireCount>().Select(count => new NamedCount(count.ToString(), _node.Counters[count]))])
    {
        Tables = _node.Tables(),
    };

    private void Ban(NodeProtocol.BanPeer ban)
    {
        if (ban.Duration <= TimeSpan.Zero || ban.Duration > NodeProtocol.BanPeer.DurationMax)
        {
            Sender.Tell(new NodeProtocol.BanRefused("a ban lasts more than nothing and at most 30 days"));
            return;
        }

        if (!_node.Bans.Add(new Ban(ban.Address, _node.Clock.Now + ban.Duration, ban.Reason)))
        {
            Sender.Tell(new NodeProtocol.BanRefused($"{_node.Bans.All.Length} are banned already (cjp2p.inspection.bans-max)"));
            return;
        }

        _log.Info("{Peer} is banned for {Duration}: {Reason}", ban.Address, ban.Duration, ban.Reason);
        Begin(ban.Address, ban.Duration, ban.Reason);
        Sender.Tell(new NodeProtocol.Banned(ban.Address));
    }

    // Proven, so it comes in however many are banned already.
    private void BanLiar(NodeProtocol.BanLiar liar)
    {
        var duration = _node.Settings.Downloads.BanFor;
        if (_node.Bans.AddMakingRoom(new Ban(liar.Address, _node.Clock.Now + duration, liar.Reason)) is { } first)
        {
            Timers.Cancel(("ban", first.Address));
            _node.Keep(new StateChange.BanLifted(first.Address));
        }

        _log.Warning("{Peer} is banned for {Duration}: {Reason}", liar.Address, duration, liar.Reason);
        Begin(liar.Address, duration, liar.Reason);
    }

    private void Begin(PeerAddress address, TimeSpan duration, string reason)
    {
        _node.Keep(new StateChange.Banned(new StoredBan(address, _node.Clock.UtcNow + duration, reason)));
        _node.Inspection.Publish();
        _peers.Tell(new PeerRegistryProtocol.ForgetPeer(address));
        Timers.StartSingleTimer(("ban", address), new NodeProtocol.BanEnded(address), duration);
    }

    private void RestoreBans(ImmutableArray<StoredBan> bans)
    {
        foreach (var ban in bans)
        {
            var left = ban.Until - _node.Clock.UtcNow;
            if (_node.Bans.Add(new Ban(ban.Address, _node.Clock.Now + left, ban.Reason)))
                Timers.StartSingleTimer(("ban", ban.Address), new NodeProtocol.BanEnded(ban.Address), left);
        }

        _node.Inspection.Publish();
    }

    private NodeProtocol.Unbanned Unban(PeerAddress address)
    {
        var was = _node.Bans.Remove(address);
        _node.Keep(new StateChange.BanLifted(address));
        Timers.Cancel(("ban", address));
        if (was)
            _log.Info("{Peer} is not banned any more", address);
        _node.Inspection.Publish();
        return new NodeProtocol.Unbanned(address, was);
    }

    private void Decide(object outcome)
    {
        _outcome = outcome;
        foreach (var waiting in _waiting ?? [])
            waiting.Tell(outcome);
        _waiting = null;
    }

    private object ChangeSettings(ImmutableArray<(string Key, string Value)> changes)
    {
        var settings = _node.Settings;
        foreach (var (key, value) in changes)
        {
            if (!RuntimeSettings.TryChange(settings, key, value, out settings))
                return new NodeProtocol.NotReconfigured($"{key} cannot be {value}");
        }

        _node.Apply(settings);
        foreach (var (key, value) in changes)
        {
            (_changedKeys ??= new(StringComparer.Ordinal)).Add(key);
            _node.Keep(new StateChange.SettingChanged(key, value));
            _log.Info("{Key} is {Value} from now on", key, value);
        }

        return NodeProtocol.Reconfigured.Instance;
    }

    private void RestoreSettings(IReadOnlyDictionary<string, string> changed)
    {
        foreach (var (key, value) in changed)
        {
            if (!RuntimeSettings.TryChange(_node.Settings, key, value, out var settings))
                continue;
            _node.Apply(settings);
            (_changedKeys ??= new(StringComparer.Ordinal)).Add(key);
            _log.Info("{Key} is {Value}, as it was set in an earlier run (until the configuration is read again)", key, value);
        }
    }

    private void Reconfigure(NodeProtocol.Reconfigure reconfigure)
    {
        // What the configuration says counts again.
        foreach (var key in _changedKeys ?? [])
            _node.Keep(new StateChange.SettingChanged(key, null));
        _changedKeys = null;
        var read = reconfigure.Settings;
        var before = _node.Settings;
        _node.Apply(read);
        var now = _node.Settings;
        foreach (var path in before.Content.Shared.Except(now.Content.Shared))
            _store.Tell(new ContentStoreProtocol.Unshare(path), ActorRefs.NoSender);
        foreach (var path in now.Content.Shared.Except(before.Content.Shared))
            _store.Tell(new ContentStoreProtocol.Share(path), ActorRefs.NoSender);
        if (!before.Peers.Bootstrap.SequenceEqual(now.Peers.Bootstrap))
            _peers.Tell(new PeerRegistryProtocol.ReplaceBootstrap(before.Peers.Bootstrap, now.Peers.Bootstrap));
        if (!before.Peers.Blocked.Equals(now.Peers.Blocked))
            _peers.Tell(PeerRegistryProtocol.ForgetBlocked.Instance);
        _log.Info("The configuration was read again; in effect: {Changed}",
            reconfigure.Changed.IsEmpty ? "nothing new" : string.Join(", ", reconfigure.Changed));
        if (!reconfigure.Waiting.IsEmpty)
            _log.Warning("From the next start on only: {Waiting}", string.Join(", ", reconfigure.Waiting));
    }

    // Only when it may stop: what Akka keeps for all that are watched is 900 bytes, in each of many nodes.
    private static void WatchPart(IActorRef part) => Context.WatchWith(part, new NodeProtocol.PartStopped(part.Path.Name));

    private IActorRef Part(Props props, string name)
    {
        try
        {
            var part = Context.ActorOf(props, name);
            _parts.Add((name, part));
            return part;
        }
        catch (ConfigurationException e)
        {
            // A setting of Akka that it does not like, which nobody has checked before.
            Decide(new NodeProtocol.NotStarted($"its part {name} cannot be made: {(e.InnerException ?? e).Message.ReplaceLineEndings(" ").TrimEnd('.')}"));
            throw;
        }
    }

    /// <summary>Asks the parts how they are and answers for them together; those that do not answer in time are left out.</summary>
    private sealed class StatusCollector : UntypedActor
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
        private readonly IActorRef _asker;
        private readonly IActorRef[] _parts;
        private readonly NodeServices _node;
        private NodeProtocol.NodeStatus _status;

        public StatusCollector(IActorRef asker, NodeServices node, TimeSpan startedAt, IActorRef[] parts)
        {
            _asker = asker;
            _node = node;
            _parts = parts;
            _status = new NodeProtocol.NodeStatus(
                node.Settings.Name, node.Clock.Now - startedAt, node.Clock.UtcNow, 0, null, null, null, null);
        }

        public static Props Props(IActorRef asker, NodeServices node, TimeSpan startedAt, params IActorRef[] parts) =>
            NodeProps.Of(() => new StatusCollector(asker, node, startedAt, parts));

        protected override void PreStart()
        {
            _parts[0].Tell(SocketProtocol.GetStatus.Instance);
            _parts[1].Tell(PeerRegistryProtocol.GetStatus.Instance);
            _parts[2].Tell(ContentStoreProtocol.GetStatus.Instance);
            _parts[3].Tell(DownloadProtocol.GetDownloads.Instance);
            SetReceiveTimeout(Patience);
        }

        protected override void OnReceive(object message)
        {
            _status = message switch
            {
                SocketProtocol.SocketStatus socket => _status with { Socket = socket },
                PeerRegistryProtocol.RegistryStatus peers => _status with { Peers = peers },
                ContentStoreProtocol.StoreStatus store => _status with { Store = store },
                DownloadProtocol.Downloads downloads => _status with { Downloads = downloads },
                _ => _status,
            };
            if (message is not ReceiveTimeout)
                _status = _status with { Answered = _status.Answered + 1 };
            if (_status.Answered < _parts.Length && message is not ReceiveTimeout)
                return;
            _asker.Tell(_status with { TakenAt = _node.Clock.UtcNow });
            Context.Stop(Self);
        }
    }
}
