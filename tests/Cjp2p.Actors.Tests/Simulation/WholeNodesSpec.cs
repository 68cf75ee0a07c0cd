using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>The production node in a simulated world: that its two seams are all it needs.</summary>
public sealed class WholeNodesSpec
{
    private const int ContentBytes = 1_000_000;

    [Fact]
    public void Nodes_fetch_a_content_over_lossy_links_and_two_runs_are_the_same_in_one_process_and_in_two()
    {
        using var other = AnotherProcess.Start("nodes", 3, 20);
        var first = Run(seed: 3, leeches: 20);
        Assert.Equal(first, Run(seed: 3, leeches: 20));
        Assert.Equal(first, other.Output());
        Assert.NotEqual(first, Run(seed: 4, leeches: 20));
    }

    /// <summary>Runs a world and says what two runs must agree on.</summary>
    internal static string Run(ulong seed, int leeches)
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = seed, LogLevel = LogLevel.WarningLevel });
        var content = new byte[ContentBytes];
        world.RandomFor(0).NextBytes(content);
        var access = new AccessLink(
            AccessLink.Home.Up with { Loss = 0.01, BitsPerSecond = 100_000_000 }, AccessLink.Home.Down with { Loss = 0.01 });
        var machines = Enumerable.Range(0, leeches + 1).Select(_ => world.AddMachine(access)).ToArray();
        var seeder = machines[0];
        seeder.Disk.CreateFolder("/share");
        seeder.Disk.WriteSmall("/share/content", content);
        var buffers = new SpanBufferPool(1024);
        foreach (var machine in machines)
        {
            machine.Disk.CreateFolder("/data");
            machine.Disk.CreateFolder("/got");
            StartNode(world, machine, machine == seeder ? "/share" : null, buffers);
        }

        var id = ContentId.FromSha256(Sha256Digest.FromBytes(SHA256.HashData(content)));
        var indexed = world.Ask<ContentStoreProtocol.Indexed>(seeder.Actor!, new ContentStoreProtocol.Share("/share"));
        Assert.Equal(id, Assert.Single(indexed.Files).Id);
        var ends = new List<DownloadProtocol.IEvent>();
        var waiter = world.Spawn(Props.Create(() => new Waiter(ends)));
        var start = new DownloadProtocol.StartDownload(id, "/got/content", [seeder.Host.Address.WithPort(24254)]);
        foreach (var leech in machines[1..])
            leech.Actor!.Tell(start, waiter);
        Assert.True(world.RunUntil(() => ends.Count == leeches, TimeSpan.FromMinutes(10)), world.ToString());
        Assert.All(ends, end => Assert.IsType<DownloadProtocol.Finished>(end));
        Assert.All(machines[1..], machine => Assert.Equal(content, machine.Disk.ReadSmall("/got/content", ContentBytes)));
        Assert.Empty(world.Failures);
        Assert.Equal(0, world.ForeignTouches);
        Assert.True(world.Network.Counters.DroppedFor(DropReason.Loss) > 0);
        Assert.Equal(0, world.Network.BatchesRented);
        return $"{world.Now} {GossipWorld.Summary(world)}";
    }

    private static void StartNode(SimWorld world, SimMachine machine, string? shared, SpanBufferPool buffers)
    {
        var settings = NodeSettings.FromConfig(ConfigurationFactory.ParseString($$"""
            cjp2p {
              name = "{{machine.Name}}"
              listen = ["0.0.0.0:24254"]
              content.data = "/data"
              content.shared = [{{(shared == null ? "" : $"\"{shared}\"")}}]
            }
            """));
        var secret = new byte[CookieIssuer.SecretBytes];
        machine.Random.NextBytes(secret);
        var actor = machine.Start(NodeActor.Props(
            settings, new NodeEnvironment(machine.Transports, machine.Disk, machine.Random, [.. secret], buffers)));
        Assert.IsType<NodeProtocol.Started>(world.Ask<object>(actor, NodeProtocol.WhenStarted.Instance));
    }

    private sealed class Waiter(List<DownloadProtocol.IEvent> ends) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is DownloadProtocol.Finished or DownloadProtocol.Failed)
                ends.Add((DownloadProtocol.IEvent)message);
        }
    }
}
