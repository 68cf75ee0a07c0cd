using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>A node of ours, in this process, on loopback.</summary>
internal sealed class InteropNode
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);
    private readonly ActorSystem _system;
    private readonly string _folder;
    private int _downloads;

    private InteropNode(ActorSystem system, IActorRef actor, string folder, ImmutableArray<PeerAddress> addresses)
    {
        _system = system;
        _folder = folder;
        Actor = actor;
        EndPoint = addresses[0].ToEndPoint();
        EndPoint6 = addresses.Length > 1 ? addresses[1].ToEndPoint() : null;
    }

    public IActorRef Actor { get; }

    /// <summary>Its first address.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Its second address, if it has two.</summary>
    public IPEndPoint? EndPoint6 { get; }

    private string SharedFolder => Path.Combine(_folder, "shared");

    public static async Task<InteropNode> StartAsync(ActorSystem system, NodeSettings settings, string folder)
    {
        var actor = system.ActorOf(NodeActor.Props(settings, NodeEnvironment.Real()), settings.Name);
        var started = await actor.Ask<NodeProtocol.Started>(NodeProtocol.WhenStarted.Instance, InteropWorld.Patience);
        return new InteropNode(system, actor, folder, started.Addresses);
    }

    /// <summary>Shares some contents from now on; returns their ids.</summary>
    public async Task<ImmutableArray<string>> ShareAsync(params byte[][] contents)
    {
        Directory.CreateDirectory(SharedFolder);
        for (var i = 0; i < contents.Length; i++)
            await File.WriteAllBytesAsync(Path.Combine(SharedFolder, $"file-{i}"), contents[i]);
        var indexed = await Actor.Ask<ContentStoreProtocol.Indexed>(
            new ContentStoreProtocol.Share(SharedFolder), InteropWorld.Patience);
        ImmutableArray<string> ids = [.. contents.Select(content => Convert.ToHexStringLower(SHA256.HashData(content)))];
        Assert.Equal(ids.Order(), indexed.Files.Select(file => file.Id.ToString()).Order());
        return ids;
    }

    /// <summary>Removes what it shares from the disk, without a word to the node.</summary>
    public void DeleteShared()
    {
        foreach (var file in Directory.GetFiles(SharedFolder))
            File.Delete(file);
    }

    /// <summary>Stops the node in order; its files and its port can be taken over by another.</summary>
    public Task StopAsync() => Actor.Ask<NodeProtocol.Stopped>(NodeProtocol.Stop.Instance, InteropWorld.Patience);

    /// <summary>Starts to fetch a content.</summary>
    public DownloadWatch Download(string id, params IPEndPoint[] sources) => Download(id, _folder, sources);

    /// <summary>Starts to fetch a content into the folder that the node shares.</summary>
    public DownloadWatch DownloadAndShare(string id, params IPEndPoint[] sources) => Download(id, SharedFolder, sources);

    private DownloadWatch Download(string id, string folder, IPEndPoint[] sources)
    {
        Assert.True(ContentId.TryParse(id, out var contentId));
        var path = Path.Combine(folder, $"fetched-{++_downloads}");
        return DownloadWatch.Start(_system, Actor, new DownloadProtocol.StartDownload(
            contentId, path, [.. sources.Select(PeerAddress.FromEndPoint)]));
    }

    /// <summary>Names peers, as its user would.</summary>
    public void AddPeers(params IPEndPoint[] peers) =>
        Actor.Tell(new PeerRegistryProtocol.AddPeers([.. peers.Select(PeerAddress.FromEndPoint)]));

    public Task<NodeProtocol.NodeStatus> StatusAsync() =>
        Actor.Ask<NodeProtocol.NodeStatus>(NodeProtocol.GetStatus.Instance, InteropWorld.Patience);

    /// <summary>What the node counted at its sockets, over all of them.</summary>
    public async Task<(long DatagramsIn, long DatagramsOut)> TrafficAsync()
    {
        var endpoints = (await StatusAsync()).Socket!.Endpoints;
        return (endpoints.Sum(endpoint => endpoint.DatagramsIn), endpoints.Sum(endpoint => endpoint.DatagramsOut));
    }

    /// <summary>Ends as soon as the node knows a peer like that.</summary>
    public async Task<PeerRecord> WhenPeerAsync(IPEndPoint address, Func<PeerRecord, bool>? like = null)
    {
        var wanted = PeerAddress.FromEndPoint(address);
        PeerRecord? Find(NodeProtocol.NodeStatus status) => status.Peers?.Peers
            .Where(peer => peer.Address == wanted && (like is null || like(peer))).Cast<PeerRecord?>().FirstOrDefault();
        return Find(await WhenStatusAsync(status => Find(status) is not null))!.Value;
    }

    /// <summary>Ends as soon as the node is like that. Nobody tells when, so it is looked at again and again.</summary>
    public async Task<NodeProtocol.NodeStatus> WhenStatusAsync(Func<NodeProtocol.NodeStatus, bool> like)
    {
        using var patience = new CancellationTokenSource(InteropWorld.Patience);
        using var timer = new PeriodicTimer(LookAgain, TimeProvider.System);
        while (true)
        {
            var status = await StatusAsync();
            if (like(status))
                return status;
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
