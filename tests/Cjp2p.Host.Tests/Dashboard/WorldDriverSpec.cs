using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Dashboard.Worlds;

namespace Cjp2p.Host.Tests.Dashboard;

/// <summary>A world that people look at: it stands still or goes on as they like, and every node in it answers.</summary>
public sealed class WorldDriverSpec : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private static readonly Scenario Street = new Scenario("a film in a street")
        .WithContent("film", 4 << 20)
        .WithNodes(2, "seeders", AccessLink.DataCentre, sharing: ["film"])
        .WithNodes(4, "homes", AccessLink.Home, fetching: ["film"]);

    private readonly CancellationTokenSource _stop = new();
    private readonly ScenarioRun _run = new(Street, 7, new ScenarioSettings { AnswerTimeout = WorldDriver.AnswerTimeout });
    private readonly WorldDriver _world;
    private readonly Task _driving;

    public WorldDriverSpec()
    {
        _world = new WorldDriver(_run);
        _driving = Task.Factory.StartNew(() => _world.Run(_stop.Token), TaskCreationOptions.LongRunning);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _driving.GetAwaiter().GetResult();
        _world.Dispose();
        _run.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task It_is_paused_at_a_time_and_any_actor_of_any_node_can_be_looked_at()
    {
        Assert.Equal((false, TimeSpan.Zero), (_world.State.IsRunning, _world.State.Now));
        _world.RunFor(TimeSpan.FromSeconds(1.5));
        await PausedAsync();
        Assert.Equal(TimeSpan.FromSeconds(1.5), _world.State.Now);
        var steps = _world.State.Steps;

        foreach (var node in await _world.NodesAsync(""))
        {
            var opened = await _world.OpenAsync(node.Number);
            Assert.Same(opened, await _world.OpenAsync(node.Number));
            Assert.Equal(4, (await opened.StatusAsync()).Answered);
            var tree = await opened.Inspector.TreeAsync(new InspectionProtocol.GetTree(WithStates: true));
            Assert.Equal((node.Name, tree.Total), (tree.Node, tree.Answered));
            foreach (var actor in tree.Actors)
                Assert.NotNull((await opened.Inspector.ActorAsync(actor.Facts.Path))!.State);
            Assert.Equal(node.Group == "homes" ? 1 : 0, (await opened.Inspector.DownloadsAsync()).Total);
            Assert.NotEmpty(opened.Inspector.Limits());
        }

        // Looking took no time.
        Assert.Equal((TimeSpan.FromSeconds(1.5), steps), (_world.State.Now, _world.State.Steps));
        _world.Step(1);
        await PausedAsync();
        Assert.Equal(steps + 1, _world.State.Steps);
    }

    [Fact]
    public async Task A_run_that_was_looked_at_goes_as_one_that_was_not()
    {
        for (var i = 1; i <= 5; i++)
        {
            _world.RunFor(TimeSpan.FromMilliseconds(700));
            await PausedAsync();
            foreach (var node in await _world.NodesAsync(""))
            {
                if (node.IsUp)
                    await (await _world.OpenAsync(node.Number)).Inspector.TreeAsync(new InspectionProtocol.GetTree());
            }
        }

        // Also one whose field is watched as it goes on.
        using var enough = new CancellationTokenSource(Bound);
        var changes = (await _world.OpenAsync(2)).Inspector.WatchAsync("/", "summary", TimeSpan.FromSeconds(1), enough.Token).GetAsyncEnumerator(enough.Token);
        Assert.True(await changes.MoveNextAsync());

        _world.RunOn();
        await PausedAsync();
        Assert.Equal("it is over", _world.State.Ended);
        Assert.Equal((4, 4), (_world.State.Completed, _world.State.Fetches));
        Assert.Empty(_world.State.Troubles);
        await changes.DisposeAsync();
        Assert.Equal(Street.Run(seed: 7).TraceHash, _run.World.Trace.HashText);
        Assert.Equal(0, _run.World.ForeignTouches);
    }

    [Fact]
    public async Task It_stops_right_after_the_step_in_which_something_did_not_hold()
    {
        _run.After(TimeSpan.FromSeconds(1.25), () => _run.Violated("of-the-test", "it broke"));
        _world.RunToTrouble();
        await PausedAsync();
        Assert.Equal(TimeSpan.FromSeconds(1.25), _world.State.Now);
        Assert.Equal(("of-the-test", _world.State.Steps), (_world.State.Troubles[0].Invariant, _world.State.Troubles[0].Step + 1));
        // From there to the next one, of which there is none.
        _world.RunToTrouble();
        await PausedAsync();
        Assert.Equal(ScenarioPhase.Over, _world.State.Phase);
    }

    [Fact]
    public async Task A_node_that_a_fault_took_away_says_so_and_can_be_looked_at_again_when_it_is_back()
    {
        _world.RunFor(TimeSpan.FromSeconds(1.3));
        await PausedAsync();
        var before = await _world.OpenAsync(3);
        Assert.True(await _world.InjectAsync(3, ScenarioFaultKind.Crash, TimeSpan.FromSeconds(2)));
        Assert.False((await _world.NodeAsync(3))!.IsUp);
        Assert.Equal("n3 does not run now", (await Assert.ThrowsAsync<NodeException>(() => _world.OpenAsync(3))).Message);
        await Assert.ThrowsAsync<NodeException>(() => before.StatusAsync());

        _world.RunFor(TimeSpan.FromSeconds(2.5));
        await PausedAsync();
        var after = await _world.OpenAsync(3);
        Assert.NotSame(before, after);
        Assert.Equal(4, (await after.StatusAsync()).Answered);
        // A partition takes two sides.
        Assert.False(await _world.InjectAsync(3, ScenarioFaultKind.Partition, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task What_is_asked_of_it_reaches_a_node_while_time_passes_too()
    {
        _world.RunFor(TimeSpan.FromSeconds(1.2));
        await PausedAsync();
        var node = await _world.OpenAsync(2);
        // An actor fails, as it may on a live node.
        Assert.True(node.Inspector.FailActor("/downloads"));
        _world.RunOn();
        var actor = (await node.Inspector.ActorAsync("/downloads"))!;
        Assert.Equal((1, "Restart"), (actor.Facts.Restarts, actor.Facts.LastFailure!.Decision));
        await PausedAsync();
    }

    [Fact]
    public async Task Nobody_waits_for_a_world_that_is_not_driven_any_more()
    {
        await _stop.CancelAsync();
        await _driving.WaitAsync(Bound);
        Assert.Throws<NodeException>(() => _world.Step(1));
        await Assert.ThrowsAsync<NodeException>(() => _world.NodesAsync(""));
    }

    // The state says so only after what was posted before was done.
    private async Task PausedAsync()
    {
        await _world.NodeAsync(0).WaitAsync(Bound);
        while (_world.State.IsRunning)
            await _world.NodeAsync(0).WaitAsync(Bound);
    }
}
