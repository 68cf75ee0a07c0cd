using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Hostile;

namespace Cjp2p.Actors.Tests.Simulation.Hostile;

/// <summary>Every kind of hostile peer against production nodes that fetch.</summary>
public sealed class HostilePeerSpec
{
    [Theory]
    [InlineData(HostileKind.Poisoner)]
    [InlineData(HostileKind.EofLiar)]
    [InlineData(HostileKind.Flooder)]
    [InlineData(HostileKind.Spoofer)]
    [InlineData(HostileKind.Garbage)]
    [InlineData(HostileKind.BogusPeers)]
    [InlineData(HostileKind.OneByte)]
    [InlineData(HostileKind.Silent)]
    [InlineData(HostileKind.Replayer)]
    public void Nodes_finish_and_hold_the_right_content_although_two_of_their_sources_are_hostile(HostileKind kind)
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 21 });
        var content = world.NewContent(1_000_000);
        var seeder = world.AddNode(AccessLink.Home).Shares(content);
        var leeches = Enumerable.Range(0, 3).Select(_ => world.AddNode(AccessLink.Home)).ToArray();
        PeerAddress[] victims = [seeder.Address, .. leeches.Select(leech => leech.Address)];
        var hostile = Enumerable.Range(0, 2).Select(_ => world.AddMachine(AccessLink.Home)).ToArray();
        foreach (var machine in hostile)
            HostilePeer.Start(machine, kind, new HostileTarget([.. victims], [content]));
        world.RunFor(TimeSpan.FromSeconds(15));

        PeerAddress[] sources = [seeder.Address, .. hostile.Select(machine => machine.Host.Address.WithPort(HostilePeer.Port))];
        var downloads = leeches.Select(leech => leech.Fetches(content, sources)).ToArray();
        Assert.True(
            world.RunUntil(() => downloads.All(download => download.EndedAt != null), TimeSpan.FromMinutes(30)),
            string.Join(Environment.NewLine, downloads.Select(download => download.Progress)));
        Assert.All(downloads, download => Assert.Null(download.Failure));
        Assert.All(downloads, download => Assert.Equal(content.Bytes, download.Node.Got(download)));
        Assert.All(hostile, machine => Assert.True(machine.Host.Sent > 0));
        Assert.Empty(world.Failures);
        Assert.Equal(0, world.ForeignTouches);
    }
}
