using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Hosting;

/// <summary>
/// Looks into a node, and acts on it, for code that is no actor: what the HTTP API, the dashboard and the command line are
/// made of. Thread-safe. Whatever does not answer in time is said to, and not waited for.
/// </summary>
public sealed class NodeInspector
{
    /// <summary>Rows of a page at the most.</summary>
    public const int PageMax = 1000;

    private const string Downloads = "/downloads";
    private static readonly TimeSpan PeersKept = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(1);
    private readonly INodeLine _line;
    private readonly IActorRef _node;
    private (TimeSpan At, PeerRegistryProtocol.AllPeers Peers)? _peers;

    internal NodeInspector(INodeLine line, IActorRef node, NodeInspection inside)
    {
        _line = line;
        _node = node;
        Inside = inside;
    }

    /// <summary>What can be seen without asking any actor: black boxes, taps, tables.</summary>
    public NodeInspection Inside { get; }

    private NodeServices Node => Inside.Node;

    /// <summary>The tree of actors, or a part of it.</summary>
    /// <param name="query">Which part.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="NodeException">The node does not answer.</exception>
    public Task<ActorTree> TreeAsync(InspectionProtocol.GetTree query, CancellationToken cancellationToken = default) =>
        AskAsync<ActorTree>(query, cancellationToken);

    /// <summary>All about one actor, also about one that hangs or is gone; null: there is none, and none is remembered.</summary>
    /// <param name="path">As in <see cref="ActorFacts.Path"/>.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<ActorDetails?> ActorAsync(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            return await AskAsync<object>(new InspectionProtocol.GetActor(path), cancellationToken).ConfigureAwait(false) as ActorDetails;
        }
        catch (NodeException)
        {
            // The node's own actor hangs or is gone: its black boxes are still here.
            return Inside.Details(path);
        }
    }

    /// <summary>The state of one actor; null: there is none, or it does not answer.</summary>
    /// <param name="path">As in <see cref="ActorFacts.Path"/>.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<T?> StateAsync<T>(string path, CancellationToken cancellationToken = default) where T : ActorState =>
        (await ActorAsync(path, cancellationToken).ConfigureAwait(false))?.State as T;

    /// <summary>A page of the running downloads with their piece maps and sources, by id; only those on it are asked.</summary>
    /// <param name="skip">Downloads to leave out first.</param>
    /// <param name="most">Downloads at the most, up to <see cref="PageMax"/>.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<DownloadPage> DownloadsAsync(int skip = 0, int most = PageMax, CancellationToken cancellationToken = default)
    {
        var manager = await StateAsync<DownloadManagerState>(Downloads, cancellationToken).ConfigureAwait(false);
        // A manager that hangs keeps nobody from seeing what it manages.
        ImmutableArray<string> running = manager is not null
            ? [.. manager.Running.Select(id => $"{Downloads}/{id}")]
            : [.. Inside.Below(Downloads, 1).Skip(1).Select(track => track.Path)];
        ImmutableArray<string> page = [.. running.Skip(Math.Max(0, skip)).Take(Math.Clamp(most, 0, PageMax))];
        if (page.IsEmpty)
            return new DownloadPage(running.Length, skip, []);
        var states = await AskAsync<ActorTree>(new InspectionProtocol.GetStates(page), cancellationToken).ConfigureAwait(false);
        return new DownloadPage(running.Length, skip, [.. states.Actors.Select(actor => actor.State).OfType<DownloadState>()]);
    }

    /// <summary>A page of the peers.</summary>
    /// <param name="query">Which page, in which order.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<PeerPage> PeersAsync(PeerQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var all = await AllPeersAsync(cancellationToken).ConfigureAwait(false);
        var page = PeerPage.Of(
            all, query, Node.Clock.Now, Node.Bans.Reason);
        if (page.Peers.IsEmpty || query.Hearsay)
            return page;
        var paths = page.Peers.Select(peer => "/peers/" + Uri.EscapeDataString(peer.Address.ToString())).ToImmutableArray();
        var states = await AskAsync<ActorTree>(new InspectionProtocol.GetStates(paths), cancellationToken).ConfigureAwait(false);
        var byAddress = states.Actors.Select(actor => actor.State).OfType<PeerState>().ToDictionary(state => state.Address);
        return page with { Peers = [.. page.Peers.Select(peer => peer.With(byAddress.GetValueOrDefault(peer.Address)).With(Node.Traffic.Of(peer.Address)))] };
    }

    /// <summary>Every peer as the registry knows it, without asking the peers' actors; at most a second old.</summary>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<PeerRegistryProtocol.AllPeers> AllPeersAsync(CancellationToken cancellationToken = default)
    {
        if (_peers is { } kept && Node.Clock.Now - kept.At < PeersKept)
            return kept.Peers;
        var peers = await AskAsync<PeerRegistryProtocol.AllPeers>(PeerRegistryProtocol.GetPeers.Instance, cancellationToken).ConfigureAwait(false);
        _peers = (Node.Clock.Now, peers);
        return peers;
    }

    /// <summary>A page of the shared files, in the order of their paths.</summary>
    /// <param name="skip">Files to leave out first.</param>
    /// <param name="most">Files at the most, up to <see cref="PageMax"/>.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public Task<ContentStoreProtocol.SharedFiles> ContentAsync(int skip, int most, CancellationToken cancellationToken = default) =>
        AskAsync<ContentStoreProtocol.SharedFiles>(
            new ContentStoreProtocol.GetFiles(Math.Max(0, skip), Math.Clamp(most, 0, PageMax)), cancellationToken);

    /// <summary>Messages of strangers that the node does not understand, by name.</summary>
    public IReadOnlyList<UnknownMessageCount> UnknownMessages() => Node.Unknown.Snapshot();

    /// <summary>
    /// Every table that has a cap, by key: those that parts share, those of the parts, and of those that each download has the
    /// fullest one. Waits for nobody.
    /// </summary>
    public ImmutableArray<TableSize> Limits() => Node.Caps.All();

    /// <summary>The actors that are stuck now; waits for nobody.</summary>
    public ImmutableArray<StuckActor> StuckActors() => Watchdog.Stuck(Inside.Facts(), Node.Settings.Inspection.StuckAfter);

    /// <summary>How the node is, in words, the actors that are stuck included; empty: well. Answers also for a node that does not.</summary>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<ImmutableArray<string>> ReasonsAsync(CancellationToken cancellationToken = default)
    {
        ImmutableArray<string> stuck = [.. StuckActors().Select(actor => actor.ToString())];
        try
        {
            var status = await AskAsync<NodeProtocol.NodeStatus>(NodeProtocol.GetStatus.Instance, cancellationToken, Cjp2pNode.AnswerPatience).ConfigureAwait(false);
            return [.. ReasonsAgainst(status), .. stuck];
        }
        catch (NodeException e)
        {
            return [e.Message, .. stuck];
        }
    }

    /// <summary>What a status says against a node, in words; empty: nothing.</summary>
    /// <param name="status">As from <see cref="Cjp2pNode.StatusAsync"/>.</param>
    public static ImmutableArray<string> ReasonsAgainst(NodeProtocol.NodeStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return
        [
            .. status.Socket is null ? ["the socket actor does not answer"] : Array.Empty<string>(),
            .. status.Socket?.Endpoints.Where(endpoint => !endpoint.IsOpen)
                .Select(endpoint => $"the socket on {endpoint.Address} is down: {endpoint.Reason}") ?? [],
            .. status.Peers is null ? ["the peer registry does not answer"] : Array.Empty<string>(),
            .. status.Store is null ? ["the content store does not answer"] : Array.Empty<string>(),
            .. status.Downloads is null ? ["the download manager does not answer"] : Array.Empty<string>(),
        ];
    }

    /// <summary>
    /// The changes of one field of one actor, its first value included. Looked at from time to time: what changed and changed
    /// back meanwhile is not seen.
    /// </summary>
    /// <param name="path">The actor, as in <see cref="ActorFacts.Path"/>.</param>
    /// <param name="field">The field of its state, as <c>doneBytes</c> or <c>sources[0].windowChunks</c>.</param>
    /// <param name="interval">Time between two looks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeException">There is no such actor or field, or too many are watched.</exception>
    public async IAsyncEnumerable<FieldChange> WatchAsync(
        string path, string field, TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // What is not read waits here; beyond that only the newest counts.
        var changes = Channel.CreateBounded<FieldChange>(
            new BoundedChannelOptions(Node.Settings.Inspection.TapEventsMax) { FullMode = BoundedChannelFullMode.DropOldest });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = new NodeCall<object>(
            _node,
            new InspectionProtocol.Watch(path, field, interval),
            answer =>
            {
                switch (answer)
                {
                    case FieldChange change:
                        changes.Writer.TryWrite(change);
                        return null;
                    case InspectionProtocol.WatchEnded ended:
                        throw new NodeException(ended.Reason);
                    case NodeProtocol.Stopped:
                        throw new NodeException("the node was stopped");
                    default:
                        return null;
                }
            },
            stop.Token)
        {
            GoesOn = true,
        }.RunAsync(_line);
        _ = watching.ContinueWith(
            ended => changes.Writer.TryComplete(ended.Exception?.InnerException),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return change;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Bans a peer (port 0: every port of its IP address): it is not heard, not sent to, and forgotten.</summary>
    /// <param name="address">Whom.</param>
    /// <param name="duration">For how long, at most <see cref="NodeProtocol.BanPeer.DurationMax"/>.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="NodeException">It is not banned; the message says why.</exception>
    public async Task BanAsync(PeerAddress address, TimeSpan duration, string reason, CancellationToken cancellationToken = default)
    {
        if (await AskAsync<object>(new NodeProtocol.BanPeer(address, duration, reason), cancellationToken).ConfigureAwait(false)
            is NodeProtocol.BanRefused refused)
            throw new NodeException(refused.Reason);
    }

    /// <summary>Who is banned: by the user, or because it was proven to give wrong content.</summary>
    public ImmutableArray<BanState> Bans() => BanState.All(Node.Bans, Node.Clock.Now);

    /// <summary>Ends a ban; false: there was none.</summary>
    /// <param name="address">Whom.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<bool> UnbanAsync(PeerAddress address, CancellationToken cancellationToken = default) =>
        (await AskAsync<NodeProtocol.Unbanned>(new NodeProtocol.UnbanPeer(address), cancellationToken).ConfigureAwait(false)).Was;

    /// <summary>Forgets a peer (port 0: all at its IP address); it may come back.</summary>
    /// <param name="address">Whom.</param>
    public void ForgetPeer(PeerAddress address) => _line.Tell(_node, new PeerRegistryProtocol.ForgetPeer(address));

    /// <summary>Stops a download; what was fetched stays for the next time.</summary>
    /// <param name="id">The content.</param>
    public void StopDownload(ContentId id) => _line.Tell(_node, new DownloadProtocol.StopDownload(id));

    /// <summary>Stops a download and throws away what was fetched; false: it does not run.</summary>
    /// <param name="id">The content.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<bool> DropDownloadAsync(ContentId id, CancellationToken cancellationToken = default) =>
        (await AskAsync<DownloadProtocol.Dropping>(new DownloadProtocol.DropDownload(id), cancellationToken).ConfigureAwait(false)).IsRunning;

    /// <summary>Hashes a shared file again; it is not served until that is done. False: nothing with that id is shared.</summary>
    /// <param name="id">The content.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<bool> RecheckAsync(ContentId id, CancellationToken cancellationToken = default) =>
        (await AskAsync<ContentStoreProtocol.Rechecking>(new ContentStoreProtocol.Recheck(id), cancellationToken).ConfigureAwait(false))
            .Path is not null;

    /// <summary>
    /// Lets an actor fail, and its parent decide what then is to be done: the parts of a node are restarted, downloads end,
    /// spans are fetched again. False: there is no such actor.
    /// </summary>
    /// <param name="path">As in <see cref="ActorFacts.Path"/>.</param>
    public bool FailActor(string path)
    {
        // Not the node itself: nobody would restart it.
        if (path.Trim('/').Length == 0 || Inside.Find(path) is not { GoneAt: var goneAt } track || goneAt < TimeSpan.MaxValue)
            return false;
        _line.Tell(track.Actor, Kill.Instance);
        return true;
    }

    /// <summary>Changes some of <see cref="RuntimeSettings"/>, all or none, also for later runs.</summary>
    /// <param name="changes">Full keys and values.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="NodeException">A value is impossible; nothing was changed.</exception>
    public Task<NodeProtocol.Reconfigured> ChangeSettingsAsync(
        ImmutableArray<(string Key, string Value)> changes, CancellationToken cancellationToken = default) =>
        new NodeCall<NodeProtocol.Reconfigured>(
            _node,
            new NodeProtocol.ChangeSettings(changes),
            answer => answer switch
            {
                NodeProtocol.Reconfigured done => done,
                NodeProtocol.NotReconfigured not => throw new NodeException(not.Reason),
                NodeProtocol.Stopped => throw new NodeException("the node was stopped"),
                _ => null,
            },
            cancellationToken)
        {
            Patience = Node.Settings.Inspection.AnswerTimeout + Reserve,
        }.RunAsync(_line);

    /// <summary>Looks through all shared folders now; only what may have changed is hashed again. Returns how many folders there are.</summary>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public async Task<int> RescanAsync(CancellationToken cancellationToken = default) =>
        (await AskAsync<ContentStoreProtocol.Rescanning>(ContentStoreProtocol.RescanAll.Instance, cancellationToken).ConfigureAwait(false)).Folders;

    private Task<T> AskAsync<T>(object question, CancellationToken cancellationToken, TimeSpan? patience = null) where T : class =>
        new NodeCall<T>(
            _node,
            question,
            answer => answer is NodeProtocol.Stopped ? throw new NodeException("the node was stopped") : answer as T,
            cancellationToken)
        {
            Patience = patience ?? Node.Settings.Inspection.AnswerTimeout + Reserve,
        }.RunAsync(_line);
}
