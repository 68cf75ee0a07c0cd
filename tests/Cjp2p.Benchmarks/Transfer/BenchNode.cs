using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>A node with real sockets and files on a free port of loopback.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly ActorSystem _system;
    private readonly IActorRef _node;

    private BenchNode(ActorSystem system, IActorRef node, PeerAddress address)
    {
        _system = system;
        _node = node;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public PeerAddress Address { get; }

    /// <summary>Starts one.</summary>
    /// <param name="settings">Lines of HOCON.</param>
    /// <param name="environment">Real sockets and files, possibly with somebody who watches.</param>
    public static async Task<BenchNode> StartAsync(IEnumerable<string> settings, NodeEnvironment environment)
    {
        var config = ConfigurationFactory.ParseString(
            "cjp2p.listen = [\"127.0.0.1:0\"]\nakka.loglevel = WARNING\n" + string.Join('\n', settings));
        var nodeSettings = NodeSettings.FromConfig(config);
        var system = ActorSystem.Create("bench", config.WithFallback(NodeSettings.Reference));
        var node = system.ActorOf(NodeActor.Props(nodeSettings, environment), nodeSettings.Name);
        var outcome = await node.Ask<object>(NodeProtocol.WhenStarted.Instance, Patience);
        return outcome is NodeProtocol.Started started
            ? new BenchNode(system, node, started.Addresses[0])
            : throw new TransferException(((NodeProtocol.NotStarted)outcome).Reason);
    }

    /// <summary>Shares one file; returns its id when it is served.</summary>
    public async Task<ContentId> ShareAsync(string path)
    {
        var answer = await _node.Ask<object>(new ContentStoreProtocol.Share(path), Patience);
        return answer is ContentStoreProtocol.Indexed { Files: [var file] }
            ? file.Id
            : throw new TransferException($"{path} is not shared: {answer}");
    }

    /// <summary>Fetches a content and waits until it is verified and in place.</summary>
    /// <returns>Time from the request on, and bytes of content received.</returns>
    public async Task<(TimeSpan Wall, long FetchedBytes)> FetchAsync(ContentId id, string path, PeerAddress source)
    {
        var end = new TaskCompletionSource<(TimeSpan, long)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _system.ActorOf(Props.Create(() => new Waiting(_node, id, path, source, end)));
        return await end.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _node.Ask<NodeProtocol.Stopped>(NodeProtocol.Stop.Instance, Patience);
        await _system.Terminate();
    }

    /// <summary>Starts a download and waits for its end.</summary>
    private sealed class Waiting : UntypedActor
    {
        private readonly TaskCompletionSource<(TimeSpan, long)> _end;
        private readonly long _startedAt;

        public Waiting(
            IActorRef node, ContentId id, string path, PeerAddress source, TaskCompletionSource<(TimeSpan, long)> end)
        {
            _end = end;
            _startedAt = TimeProvider.System.GetTimestamp();
            node.Tell(new DownloadProtocol.StartDownload(id, path, [source]));
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case DownloadProtocol.Finished finished:
                    _end.SetResult((TimeProvider.System.GetElapsedTime(_startedAt), finished.FetchedBytes));
                    break;
                case DownloadProtocol.Failed failed:
                    _end.SetException(new TransferException(failed.Reason));
                    break;
                default:
                    return;
            }

            Context.Stop(Self);
        }
    }
}
