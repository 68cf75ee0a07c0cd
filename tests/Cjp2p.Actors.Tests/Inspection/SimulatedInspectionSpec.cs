using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Inspection;

/// <summary>A paused world is looked into like a live node: same questions, virtual time, no thread but the world's.</summary>
public sealed class SimulatedInspectionSpec
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i * 7))];

    [Fact]
    public void Actors_of_every_node_of_a_paused_world_answer_in_virtual_time_and_nothing_foreign_touches_it()
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 5 });
        var (seeder, leech, id) = Start(world);
        using var tap = Inside(world, leech).OpenTap(new TapFilter(Message: "Content", Direction: DatagramDirection.In));
        leech.Actor!.Tell(new DownloadProtocol.StartDownload(id, "/got/content", [seeder.Host.Address.WithPort(24254)]));
        Assert.True(world.RunUntil(() => tap.Taken > 20, TimeSpan.FromMinutes(1)));

        var pausedAt = world.Now;
        foreach (var machine in world.Machines)
        {
            var tree = world.Ask<ActorTree>(machine.Actor!, new InspectionProtocol.GetTree(WithStates: true));
            Assert.Equal(machine.Name, tree.Node);
            Assert.Equal((tree.Total, tree.Total), (tree.Asked, tree.Answered));
            Assert.Contains(tree.Actors, actor => actor.State is NodeState { Phase: "Running" });
        }

        var state = (DownloadState)world.Ask<ActorDetails>(leech.Actor!, new InspectionProtocol.GetActor("/downloads/" + id)).State!;
        Assert.Equal(Content.Length, state.LengthBytes);
        Assert.Contains('?', state.Pieces);
        // Looking took no time.
        Assert.Equal(pausedAt, world.Now);
        while (tap.TryRead(out var happened))
        {
            var seen = Assert.IsType<DatagramSeen>(happened);
            Assert.Equal(id, seen.Content);
            Assert.InRange(seen.ClockSeconds, 0, world.Now.TotalSeconds);
        }

        // Step on, and look again.
        Assert.True(world.RunUntil(() => leech.Disk.TryStat("/got/content", out _), TimeSpan.FromMinutes(1)));
        var ended = world.Ask<ActorTree>(leech.Actor!, new InspectionProtocol.GetTree("/downloads"));
        Assert.Single(ended.Actors);
        Assert.Contains(ended.Gone, gone => gone.Path == "/downloads/" + id);
        Assert.Equal(0, world.ForeignTouches);
    }

    [Fact]
    public void Two_worlds_that_are_looked_into_in_the_same_way_go_the_same_way()
    {
        Assert.Equal(Run(), Run());

        static string Run()
        {
            using var world = new SimWorld(new SimWorldSettings { Seed = 6 });
            var (seeder, leech, id) = Start(world);
            using var tap = Inside(world, leech).OpenTap(new TapFilter(Actors: true));
            leech.Actor!.Tell(new DownloadProtocol.StartDownload(id, "/got/content", [seeder.Host.Address.WithPort(24254)]));
            var seen = "";
            for (var i = 0; i < 20; i++)
            {
                world.RunFor(TimeSpan.FromMilliseconds(50));
                var tree = world.Ask<ActorTree>(leech.Actor!, new InspectionProtocol.GetTree());
                seen += string.Join('\n', tree.Actors.Select(actor => $"{actor.Facts.Path} {actor.Facts.Handled} {actor.Status}"));
                while (tap.TryRead(out var happened))
                    seen += $"{happened.ClockSeconds} {happened.GetType().Name}\n";
            }

            Assert.Equal(0, world.ForeignTouches);
            return $"{world.Trace.Hash} {seen}";
        }
    }

    private static NodeInspection Inside(SimWorld world, SimMachine machine) =>
        world.Ask<NodeProtocol.Started>(machine.Actor!, NodeProtocol.WhenStarted.Instance).Inspection;

    private static (SimMachine Seeder, SimMachine Leech, ContentId Id) Start(SimWorld world)
    {
        var (seeder, leech) = (world.AddMachine(AccessLink.Home), world.AddMachine(AccessLink.Home));
        seeder.Disk.CreateFolder("/share");
        seeder.Disk.WriteSmall("/share/content", Content);
        leech.Disk.CreateFolder("/got");
        foreach (var machine in world.Machines)
        {
            var settings = NodeSettings.FromConfig(ConfigurationFactory.ParseString(
                $"cjp2p {{ name = {machine.Name}, listen = [\"0.0.0.0:24254\"], content.shared = [{(machine == seeder ? "\"/share\"" : "")}] }}"));
            var secret = new byte[CookieIssuer.SecretBytes];
            machine.Random.NextBytes(secret);
            machine.Start(NodeActor.Props(
                settings, new NodeEnvironment(machine.Transports, machine.Disk, machine.Random, [.. secret])));
        }

        world.Ask<ContentStoreProtocol.Indexed>(seeder.Actor!, new ContentStoreProtocol.Share("/share"));
        return (seeder, leech, ContentId.FromSha256(Sha256Digest.FromBytes(SHA256.HashData(Content))));
    }
}
