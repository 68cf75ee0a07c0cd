using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Inspection;

/// <summary>Every kind of actor has a state, and when it is killed in a download its page shows what became of it, and why.</summary>
public sealed class EveryActorSpec : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 4_000_000).Select(i => (byte)(i * 7))];
    private readonly SimWorld _world = new(new SimWorldSettings { Seed = 11 });
    private readonly SimMachine _leech;
    private readonly ContentId _id = ContentId.FromSha256(Sha256Digest.FromBytes(SHA256.HashData(Content)));

    public EveryActorSpec()
    {
        var (seeder, leech) = (_world.AddMachine(AccessLink.Home), _world.AddMachine(AccessLink.Home));
        _leech = leech;
        seeder.Disk.CreateFolder("/share");
        seeder.Disk.WriteSmall("/share/content", Content);
        leech.Disk.CreateFolder("/share");
        leech.Disk.CreateFolder("/got");
        leech.Disk.CreateFolder("/data");
        foreach (var machine in _world.Machines)
        {
            var settings = NodeSettings.FromConfig(ConfigurationFactory.ParseString($$"""
                cjp2p {
                  name = {{machine.Name}}, listen = ["0.0.0.0:24254"], content { shared = ["/share"], data = "/data" }
                  peers { allow-private = on, actor-after = 1, bootstrap = ["{{seeder.Host.Address.WithPort(24254)}}"] }
                }
                """));
            var secret = new byte[CookieIssuer.SecretBytes];
            machine.Random.NextBytes(secret);
            machine.Start(NodeActor.Props(
                settings, new NodeEnvironment(machine.Transports, machine.Disk, machine.Random, [.. secret], States: machine == leech ? new MemoryNodeStates() : null)));
        }

        leech.Actor!.Tell(new DownloadProtocol.StartDownload(_id, "/got/content", [seeder.Host.Address.WithPort(24254)]));
        Assert.True(_world.RunUntil(
            () => Tree().Actors.Any(actor => actor.State is SpanFetchState { }) && Tree().Actors.Any(actor => actor.State is PeerState), TimeSpan.FromMinutes(1)));
    }

    public static TheoryData<Type, Type, string> Kinds => new()
    {
        { typeof(SocketActor), typeof(SocketState), "Restart" },
        { typeof(PeerRegistryActor), typeof(PeerRegistryState), "Restart" },
        { typeof(PeerActor), typeof(PeerState), "Stop" },
        { typeof(ContentServerActor), typeof(ContentServerState), "Restart" },
        { typeof(ContentStoreActor), typeof(ContentStoreState), "Restart" },
        { typeof(FolderIndexerActor), typeof(FolderIndexerState), "Restart" },
        { typeof(DownloadManagerActor), typeof(DownloadManagerState), "Restart" },
        { typeof(DownloadActor), typeof(DownloadState), "Stop" },
        { typeof(DownloadFileActor), typeof(DownloadFileState), "Stop" },
        { typeof(ChunkRequestActor), typeof(SpanFetchState), "Stop" },
        { typeof(StorageActor), typeof(StorageState), "Restart" },
    };

    public void Dispose() => _world.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_that_is_killed_in_a_download_shows_what_became_of_it_and_why(Type actor, Type state, string decision)
    {
        var entry = Tree().Actors.First(one => one.Facts.Type == actor.Name);
        Assert.IsType(state, entry.State);
        var path = entry.Facts.Path;
        var before = Details(path);
        Assert.Equal((true, 0, false), (before.Answered, before.Facts.Restarts, before.Facts.IsGone));
        Assert.IsType(state, before.State);
        Assert.NotEmpty(before.State.Summary);

        // It answers whoever asks it itself.
        var track = Inside().Find(path)!;
        Assert.IsType(state, _world.Ask<object>(track.Actor, InspectionProtocol.Inspect.Instance));

        _world.InWorld(_ => track.Actor.Tell(Kill.Instance, ActorRefs.NoSender));

        var after = Details(path);
        var failure = after.Failures[^1];
        Assert.Equal((nameof(ActorKilledException), decision), (failure.Error, failure.Decision));
        Assert.NotEmpty(failure.Reason);
        Assert.Equal(failure, after.Facts.LastFailure);
        if (decision == "Restart")
        {
            Assert.Equal((1, true), (after.Facts.Restarts, after.Answered));
            Assert.IsType(state, after.State);
            Assert.Contains(after.Events, one => one.Kind == ActorEventKind.Restarted);
        }
        else
        {
            // It is in the tree as one that is gone, with the reason.
            Assert.Contains(Tree().Gone, gone => gone.Path == path && gone.LastFailure == failure);
        }
    }

    [Fact]
    public void No_kind_of_actor_is_left_out()
    {
        var all = typeof(NodeActor).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(InspectedActor)) && !type.IsAbstract);
        var shown = Kinds.Select(row => (Type)((object[])row)[0]);
        // The node itself: when it fails, all of it stops.
        Assert.Equal(all.Where(type => type != typeof(NodeActor)).Select(type => type.Name).Order(), shown.Select(type => type.Name).Order());
        Assert.IsType<NodeState>(Details("/").State);
        Assert.IsType<NodeState>(_world.Ask<object>(_leech.Actor!, InspectionProtocol.Inspect.Instance));
    }

    [Fact]
    public void Whatever_is_no_part_of_a_node_s_tree_lives_for_one_question_or_is_a_model_in_a_simulation()
    {
        var others = typeof(NodeActor).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ActorBase)) && !type.IsAbstract && !type.IsSubclassOf(typeof(InspectedActor))).ToArray();
        Assert.Equal(
            ["FieldWatcher", "NodeCallActor", "ProgressCollector", "StatusCollector", "TreeCollector"],
            others.Where(type => !type.Namespace!.Contains(".Simulation", StringComparison.Ordinal)).Select(type => type.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_state_says_its_tables_twice() =>
        Assert.All(
            typeof(ActorState).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ActorState))),
            state => Assert.Equal("Tables", Assert.Single(state.GetProperties(), property => property.PropertyType == typeof(System.Collections.Immutable.ImmutableArray<TableSize>)).Name));

    private NodeInspection Inside() => _world.Ask<NodeProtocol.Started>(_leech.Actor!, NodeProtocol.WhenStarted.Instance).Inspection;

    private ActorTree Tree() => _world.Ask<ActorTree>(_leech.Actor!, new InspectionProtocol.GetTree(WithStates: true));

    private ActorDetails Details(string path) => _world.Ask<ActorDetails>(_leech.Actor!, new InspectionProtocol.GetActor(path));
}
