using System.Collections.Concurrent;
using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Cjp2p.Actors.Node;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>
/// The world of one test: nodes of ours in one actor system, doubles of the existing nodes, one temporary folder; real
/// sockets, all on loopback. Its foreign peers live twenty times faster, so that what they repeat after a silent second
/// comes after 50 ms.
/// </summary>
internal sealed class InteropWorld : IAsyncDisposable
{
    /// <summary>No wait of a test is longer. Passing tests never come near it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Shorter waits than the defaults, so that a test of what happens after them need not be long. Nothing else differs.
    private static readonly Config Hastier = ConfigurationFactory.ParseString(
        """
        cjp2p {
          listen = ["127.0.0.1:0"]
          socket { receive-buffer = 4MiB, send-buffer = 4MiB }
          content.settle = 50ms
          peers { discovery-min = 100ms, bootstrap-retry-min = 200ms }
          downloads { pause-max = 1s, stall-after = 500ms }
        }
        """);

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly List<ForeignModel> _peers = [];
    private readonly ActorSystem _system;
    private int _nodes;

    public InteropWorld()
    {
        Folder = Directory.CreateTempSubdirectory("cjp2p-interop-").FullName;
        _system = ActorSystem.Create("interop", ConfigurationFactory
            .ParseString(
                """
                akka { loglevel = WARNING, stdout-loglevel = OFF, loggers = [], log-dead-letters = off }
                """)
            .WithFallback(NodeSettings.Reference));
        var collector = _system.ActorOf(Props.Create(() => new LogCollector(_errors, _warnings)));
        _system.EventStream.Subscribe(collector, typeof(Error));
        _system.EventStream.Subscribe(collector, typeof(Warning));
    }

    /// <summary>What our nodes warned of so far.</summary>
    public IReadOnlyCollection<string> Warnings => _warnings;

    /// <summary>Where its files are.</summary>
    public string Folder { get; }

    /// <summary>The clock of its foreign peers.</summary>
    public FasterTime Time { get; } = new(20);

    /// <summary>Bytes that look random and are the same for the same seed, and their id.</summary>
    public static (byte[] Bytes, string Id) Content(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return (bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>Starts a node of ours.</summary>
    /// <param name="hocon">Settings that differ from those of all tests.</param>
    public async Task<InteropNode> StartNodeAsync(string hocon = "")
    {
        var name = $"node-{++_nodes}";
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        var config = ConfigurationFactory.ParseString(hocon)
            .WithFallback(ConfigurationFactory.ParseString($"cjp2p {{ name = {name}, content.data = \"{folder}/data\" }}"))
            .WithFallback(Hastier);
        return await InteropNode.StartAsync(_system, NodeSettings.FromConfig(config), folder);
    }

    /// <summary>What every foreign peer of the test gets: its own chance, the fast clock, nothing that happens by chance.</summary>
    public ForeignModelOptions Options(int seed) => new() { Seed = seed, Time = Time, RareEvents = false, OpenWire = SocketWire.Open };

    /// <summary>The same, for a peer that our node's address was typed into.</summary>
    public ForeignModelOptions Knowing(InteropNode node, int seed) => Options(seed) with { Peers = [node.EndPoint] };

    /// <summary>Starts a foreign peer; it ends with the test.</summary>
    public T Start<T>(T peer) where T : ForeignModel
    {
        _peers.Add(peer);
        peer.Start();
        return peer;
    }

    /// <summary>No foreign peer crashed or suffered because of us, and no actor of ours failed.</summary>
    public void AssertAllUnharmed()
    {
        Assert.True(_errors.IsEmpty, string.Join('\n', _errors));
        foreach (var peer in _peers)
        {
            Assert.Empty(peer.Crashes);
            Assert.Empty(peer.Complaints);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
            await peer.DisposeAsync();
        await _system.Terminate().WaitAsync(Patience);
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class LogCollector(ConcurrentQueue<string> errors, ConcurrentQueue<string> warnings) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Error)
                errors.Enqueue(message.ToString()!);
            else
                warnings.Enqueue(message.ToString()!);
        }
    }
}
