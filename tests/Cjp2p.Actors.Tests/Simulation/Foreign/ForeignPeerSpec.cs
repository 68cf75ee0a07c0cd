using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Foreign;

namespace Cjp2p.Actors.Tests.Simulation.Foreign;

/// <summary>Models of the other implementations beside production nodes, in one world.</summary>
public sealed class ForeignPeerSpec
{
    private const int ContentBytes = 300_000;

    [Theory]
    [InlineData(ForeignKind.RustJuly)]
    [InlineData(ForeignKind.RustMarch)]
    [InlineData(ForeignKind.Ruby)]
    [InlineData(ForeignKind.Bash)]
    public void A_node_fetches_from_a_foreign_peer_and_does_it_no_harm(ForeignKind kind)
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 11 });
        var content = world.NewContent(ContentBytes);
        var machine = world.AddMachine(AccessLink.Home);
        var foreign = ForeignPeer.Start(machine, kind, [content], []);
        var node = world.AddNode(AccessLink.Home);
        var download = node.Fetches(content, machine.Host.Address.WithPort(ForeignPeer.Port));
        Assert.True(world.RunUntil(() => download.EndedAt != null, TimeSpan.FromMinutes(10)), $"{download.Progress}");
        Assert.Null(download.Failure);
        Assert.Equal(content.Bytes, node.Got(download));
        Assert.Empty(foreign.Crashes);
        Assert.Empty(foreign.Complaints);
        Assert.Empty(world.Failures);
        Assert.Equal(0, world.ForeignTouches);
    }

    [Theory]
    [InlineData(ForeignKind.RustJuly)]
    [InlineData(ForeignKind.RustMarch)]
    [InlineData(ForeignKind.Ruby)]
    [InlineData(ForeignKind.Bash)]
    public void A_foreign_peer_fetches_from_a_node(ForeignKind kind)
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 12 });
        var content = world.NewContent(ContentBytes);
        var node = world.AddNode(AccessLink.Home).Shares(content);
        var foreign = ForeignPeer.Start(world.AddMachine(AccessLink.Home), kind, [], [node.Address]);
        var fetch = foreign.Fetch(content.Id, node.Address);
        Assert.True(world.RunUntil(() => fetch.IsComplete, TimeSpan.FromMinutes(10)), $"{fetch.BytesDone} bytes");
        Assert.True(fetch.Matches);
        Assert.Empty(foreign.Crashes);
        Assert.Empty(world.Failures);
    }

    [Theory]
    [InlineData(ForeignKind.RustJuly)]
    [InlineData(ForeignKind.RustMarch)]
    [InlineData(ForeignKind.Ruby)]
    [InlineData(ForeignKind.Bash)]
    [InlineData(ForeignKind.Haskell)]
    [InlineData(ForeignKind.PresencePython)]
    [InlineData(ForeignKind.PresenceJavaScript)]
    [InlineData(ForeignKind.PresenceGo)]
    [InlineData(ForeignKind.PresenceHaskell)]
    [InlineData(ForeignKind.PresenceRust)]
    [InlineData(ForeignKind.PresenceRustSelect)]
    public void An_hour_among_our_nodes_hurts_no_foreign_peer(ForeignKind kind)
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 13 });
        var nodes = Enumerable.Range(0, 4).Select(_ => world.AddNode(AccessLink.Home)).ToArray();
        var foreign = ForeignPeer.Start(world.AddMachine(AccessLink.Home), kind, [], [.. nodes.Select(node => node.Address)]);
        world.RunFor(TimeSpan.FromHours(1));
        Assert.Empty(foreign.Crashes);
        Assert.Empty(foreign.Complaints);
        Assert.True(foreign.CountReceived("PleaseAlwaysReturnThisMessage") > 0);
        Assert.Empty(world.Failures);
    }

    [Fact]
    public void A_foreign_peer_starts_again_after_a_crash_of_its_machine()
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 14 });
        var content = world.NewContent(ContentBytes);
        var machine = world.AddMachine(AccessLink.Home);
        ForeignPeer.Start(machine, ForeignKind.Ruby, [content], []);
        world.RunFor(TimeSpan.FromSeconds(1));
        machine.Crash();
        world.RunFor(TimeSpan.FromSeconds(1));
        ForeignPeer.Start(machine, ForeignKind.RustJuly, [content], []);
        var node = world.AddNode(AccessLink.Home);
        var download = node.Fetches(content, machine.Host.Address.WithPort(ForeignPeer.Port));
        Assert.True(world.RunUntil(() => download.IsFinished, TimeSpan.FromMinutes(10)));
    }
}
