using System.Collections.Immutable;
using Akka.Actor;
using Akka.Hosting;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Cjp2p.Actors.Hosting;

/// <summary>
/// A running node for code that is no actor: each method asks the node and waits for the answer. Thread-safe. Actors tell
/// <see cref="Actor"/> the messages of its protocols instead.
/// </summary>
public sealed class Cjp2pNode
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);
    private readonly INodeLine _line;

    internal Cjp2pNode(INodeLine line, IActorRef actor, ImmutableArray<PeerAddress> addresses, NodeInspection inside)
    {
        _line = line;
        Actor = actor;
        Addresses = addresses;
        Inspector = new NodeInspector(line, actor, inside);
    }

    /// <summary>Looks into the node, and acts on it.</summary>
    public NodeInspector Inspector { get; }

    /// <summary>The node's actor.</summary>
    public IActorRef Actor { get; }

    /// <summary>Where it listens, with the ports that were chosen for port 0.</summary>
    public ImmutableArray<PeerAddress> Addresses { get; }

    /// <summary>The node that <see cref="Cjp2pHostingExtensions.AddCjp2pNode"/> added to a host, as soon as it is up.</summary>
    /// <param name="services">Services of the host.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="NodeException">The node cannot run; the message says why.</exception>
    public static async Task<Cjp2pNode> GetAsync(IServiceProvider services, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        var system = services.GetRequiredService<ActorSystem>();
        var actor = await services.GetRequiredService<IRequiredActor<NodeActor>>().GetAsync(cancellationToken).ConfigureAwait(false);
        return await WhenUpAsync(new LiveLine(system), actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts a node in an actor system of one's own making, whose configuration has
    /// <see cref="Cjp2pHostingExtensions.SystemConfig"/> as a fallback. <see cref="StopAsync"/> ends it.
    /// </summary>
    /// <param name="system">The actor system.</param>
    /// <param name="settings">Settings of the node.</param>
    /// <param name="environment">Its outside world; null: real sockets and files.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="NodeException">The node cannot run; the message says why.</exception>
    public static async Task<Cjp2pNode> StartAsync(
        ActorSystem system,
        NodeSettings settings,
        NodeEnvironment? environment = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(settings);
        var actor = system.ActorOf(NodeActor.Props(settings, environment ?? NodeEnvironment.Real()), settings.Name);
        try
        {
            return await WhenUpAsync(new LiveLine(system), actor, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            system.Stop(actor);
            throw;
        }
    }

    /// <summary>
    /// Fetches a content, verifies it and puts it in place. Returns when it is there. Cancelling saves what was fetched;
    /// the same call goes on from there later. (When several wait for the same content, cancelling one ends it for all.)
    /// </summary>
    /// <param name="id">A SHA-256 id.</param>
    /// <param name="path">Where it shall be; an existing file is replaced once the content is verified.</param>
    /// <param name="peers">Whom to ask, besides the peers that the node knows.</param>
    /// <param name="progress">Told a few times a second how it goes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeException">It could not be had; the message says why.</exception>
    public Task<DownloadProtocol.Finished> DownloadAsync(
        ContentId id,
        string path,
        IEnumerable<PeerAddress>? peers = null,
        IProgress<DownloadProtocol.Progress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ImmutableArray<PeerAddress> sources = [.. peers ?? []];
        var target = Path.GetFullPath(path);
        return NodeTelemetry.TraceAsync(
            "download",
            activity => activity.SetTag("cjp2p.content.id", id.ToString()),
            async () =>
            {
                var outcome = await CallAsync().ConfigureAwait(false);
                // Somebody else had it fetched to another place, and this call joined: what is there now is copied.
                return outcome.TargetPath == target ? outcome : await CallAsync().ConfigureAwait(false);
            },
            (activity, outcome) => activity.SetTag("cjp2p.content.size", outcome.LengthBytes)
                .SetTag("cjp2p.download.fetched", outcome.FetchedBytes).SetTag("cjp2p.download.sources", outcome.Sources.Length));

        Task<DownloadProtocol.Finished> CallAsync() => new NodeCall<DownloadProtocol.Finished>(
            Actor,
            new DownloadProtocol.StartDownload(id, target, sources),
            answer =>
            {
                switch (answer)
                {
                    case DownloadProtocol.Finished finished:
                        return finished;
                    case DownloadProtocol.Failed failed:
                        throw new NodeException(failed.Reason);
                    case NodeProtocol.Stopped:
                        throw new NodeException("the node was stopped");
                    case DownloadProtocol.Progress step:
                        progress?.Report(step);
                        return null;
                    default:
                        return null;
                }
            },
            cancellationToken)
        {
            CancelQuestion = new DownloadProtocol.StopDownload(id),
        }.RunAsync(_line);
    }

    /// <summary>Shares a file, or a folder with everything below it; returns when everything there is hashed and served.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="cancellationToken">Cancels waiting; it is shared nevertheless.</param>
    /// <exception cref="NodeException">It cannot be shared; the message says why.</exception>
    public Task<ContentStoreProtocol.Indexed> ShareAsync(string path, CancellationToken cancellationToken = default) =>
        NodeTelemetry.TraceAsync(
            "share",
            _ => { },
            () => new NodeCall<ContentStoreProtocol.Indexed>(
                Actor,
                new ContentStoreProtocol.Share(Path.GetFullPath(path)),
                answer => answer switch
                {
                    ContentStoreProtocol.Indexed indexed => indexed,
                    ContentStoreProtocol.NotShared notShared => throw new NodeException(notShared.Reason),
                    NodeProtocol.Stopped => throw new NodeException("the node was stopped"),
                    _ => null,
                },
                cancellationToken).RunAsync(_line),
            (activity, indexed) => activity.SetTag("cjp2p.share.files", indexed.Files.Length));

    /// <summary>Serves the blocks of a shared file as contents of their own, as long as it does not change.</summary>
    /// <param name="file">The file, as <see cref="ShareAsync"/> said it is.</param>
    /// <param name="blocks">SHA-256 of each 256 KiB of it.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="NodeException">They cannot be served; the message says why.</exception>
    public Task ShareBlocksAsync(
        SharedFile file, ImmutableArray<Sha256Digest> blocks, CancellationToken cancellationToken = default) =>
        new NodeCall<ContentStoreProtocol.BlocksShared>(
            Actor,
            new ContentStoreProtocol.ShareBlocks(file, blocks),
            answer => answer switch
            {
                ContentStoreProtocol.BlocksShared { Reason.Length: 0 } shared => shared,
                ContentStoreProtocol.BlocksShared shared => throw new NodeException(shared.Reason),
                NodeProtocol.Stopped => throw new NodeException("the node was stopped"),
                _ => null,
            },
            cancellationToken).RunAsync(_line);

    /// <summary>Tells the node of peers; it asks them at once.</summary>
    /// <param name="peers">Their addresses.</param>
    public void AddPeers(params IEnumerable<PeerAddress> peers) =>
        _line.Tell(Actor, new PeerRegistryProtocol.AddPeers([.. peers]));

    /// <summary>How the node is.</summary>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="NodeException">It does not answer.</exception>
    public Task<NodeProtocol.NodeStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        new NodeCall<NodeProtocol.NodeStatus>(
            Actor,
            NodeProtocol.GetStatus.Instance,
            answer => answer is NodeProtocol.Stopped
                ? throw new NodeException("the node was stopped")
                : answer as NodeProtocol.NodeStatus,
            cancellationToken)
        {
            Patience = AnswerPatience,
        }.RunAsync(_line);

    /// <summary>Has the running node take over what it can of new settings: <see cref="LiveSettings"/>.</summary>
    /// <param name="settings">All settings.</param>
    /// <param name="changed">Keys that count from now on, for the log.</param>
    /// <param name="waiting">Keys that count from the next start on, for the log.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="NodeException">The node has stopped.</exception>
    public Task<NodeProtocol.Reconfigured> ReconfigureAsync(
        NodeSettings settings,
        ImmutableArray<string> changed,
        ImmutableArray<string> waiting,
        CancellationToken cancellationToken = default) =>
        new NodeCall<NodeProtocol.Reconfigured>(
            Actor,
            new NodeProtocol.Reconfigure(settings, changed, waiting),
            answer => answer is NodeProtocol.Stopped
                ? throw new NodeException("the node was stopped")
                : answer as NodeProtocol.Reconfigured,
            cancellationToken)
        {
            Patience = AnswerPatience,
        }.RunAsync(_line);

    /// <summary>
    /// Stops the node in order: running downloads save where they are, then its sockets close. Bounded by
    /// <see cref="NodeSettings.ShutdownTimeout"/>. Does nothing when it has stopped already.
    /// </summary>
    public Task StopAsync() => StopActorAsync(_line, Actor);

    /// <summary>Returns when the node has stopped, for whatever reason: it was told to, or a part of it failed too often.</summary>
    /// <param name="cancellationToken">Cancels waiting.</param>
    public Task WhenStoppedAsync(CancellationToken cancellationToken = default) =>
        new NodeCall<NodeProtocol.Stopped>(
            Actor, null, answer => answer as NodeProtocol.Stopped, cancellationToken).RunAsync(_line);

    internal static async Task<Cjp2pNode> WhenUpAsync(INodeLine line, IActorRef actor, CancellationToken cancellationToken)
    {
        var started = await new NodeCall<NodeProtocol.Started>(
            actor,
            NodeProtocol.WhenStarted.Instance,
            answer => answer switch
            {
                NodeProtocol.Started yes => yes,
                NodeProtocol.NotStarted no => throw new NodeException(no.Reason),
                NodeProtocol.Stopped => throw new NodeException("the node was stopped"),
                _ => null,
            },
            cancellationToken).RunAsync(line).ConfigureAwait(false);
        return new Cjp2pNode(line, actor, started.Addresses, started.Inspection);
    }

    internal static Task StopActorAsync(INodeLine line, IActorRef actor) =>
        new NodeCall<NodeProtocol.Stopped>(
            actor, NodeProtocol.Stop.Instance, answer => answer as NodeProtocol.Stopped, CancellationToken.None)
            .RunAsync(line);
}
