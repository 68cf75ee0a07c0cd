using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>
/// A whole node in memory that fetches from scripted sources. After each test everything that was borrowed is back: span
/// buffers, the flight budget, send batches, open files.
/// </summary>
public abstract class DownloadSpec : NodeSpec
{
    protected const string Target = "/got/file";
    private const int NodePort = 24254;

    private NodeActor? _instance;
    private NodeServices? _services;

    protected DownloadSpec(int seed = 1) : base(seed)
    {
        User = CreateTestProbe("user");
        Network.Latency = TimeSpan.FromMilliseconds(5);
    }

    private protected static PeerAddress Us { get; } = Datagram.At($"127.0.0.1:{NodePort}");

    protected IActorRef Node { get; private protected set; } = ActorRefs.Nobody;

    protected TestProbe User { get; }

    /// <summary>What the parts of the node share.</summary>
    private protected NodeServices Shared => _services!;

    private protected IActorRef Downloads => ChildOf(Node, "downloads");

    protected IActorRef StartNode(string hocon = "", string name = "node")
    {
        Node = Top(
            Props.CreateBy(new NodeMaker(Settings(hocon), Environment(), node => _instance = node)), name);
        Settle();
        _services = _instance!.Services;
        return Node;
    }

    private protected ScriptedSource Source(int number, byte[] content, ContentId? id = null) => new(
        Network, Datagram.At($"127.0.0.{number + 10}:24254"), id ?? ScriptedSource.IdOf(content), content);

    private protected void Fetch(
        ContentId id,
        IEnumerable<ScriptedSource> sources,
        ImmutableArray<Sha256Digest> digests = default,
        string target = Target,
        TestProbe? user = null) =>
        Node.Tell(
            new DownloadProtocol.StartDownload(id, target, [.. sources.Select(source => source.Address)], digests),
            (user ?? User).Ref);

    /// <summary>Lets time pass until the user is told of the end.</summary>
    private protected T UntilTold<T>(double seconds, TestProbe? user = null) where T : DownloadProtocol.IEvent
    {
        DownloadProtocol.IEvent? end = null;
        UntilSeconds(seconds, () =>
        {
            foreach (var message in All(user ?? User))
            {
                if (message is DownloadProtocol.Progress progress)
                    LastProgress = progress;
                else
                    end = (DownloadProtocol.IEvent)message;
            }

            return end is not null;
        });
        return Assert.IsType<T>(end);
    }

    private protected DownloadProtocol.Progress? LastProgress { get; private set; }

    /// <summary>How the one running download goes, asked now.</summary>
    private protected DownloadProtocol.Progress Progress()
    {
        var probe = CreateTestProbe();
        Node.Tell(DownloadProtocol.GetDownloads.Instance, probe.Ref);
        Settle();
        return Assert.Single(Only<DownloadProtocol.Downloads>(probe).Running);
    }

    /// <summary>The content is there, whole, and nothing else is left of its download.</summary>
    private protected void AssertGot(byte[] content, string target = Target, string[]? unfinished = null)
    {
        Settle();
        Assert.Equal(content, Disk.Content(target));
        Assert.DoesNotContain(
            Disk.Paths.Where(path => unfinished is null || !unfinished.Any(name => path.StartsWith(name, StringComparison.Ordinal))),
            path => path.EndsWith(DownloadFileActor.UnfinishedSuffix, StringComparison.Ordinal)
                || path.EndsWith(DownloadFileActor.MapSuffix, StringComparison.Ordinal));
        Assert.Empty(TreeBelow(Downloads));
        AssertNothingIsBorrowed();
    }

    private protected void AssertNothingIsBorrowed()
    {
        Assert.Equal(0, Shared.Buffers.Rented);
        Assert.Equal(0, Shared.Flight.InFlight);
        Assert.Equal(0, Shared.Routes.Count);
        Assert.Equal(0, Disk.OpenHandles);
        Assert.All(Network.Opened, transport => Assert.Equal(0, transport.RentedBatches));
    }

    private sealed class NodeMaker(NodeSettings settings, NodeEnvironment environment, Action<NodeActor> onMade) : IIndirectActorProducer
    {
        public Type ActorType => typeof(NodeActor);

        public ActorBase Produce()
        {
            var node = new NodeActor(settings, environment);
            onMade(node);
            return node;
        }

        public void Release(ActorBase actor)
        {
        }
    }
}
