using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Actors.Tests.Simulation.Scenarios;

/// <summary>Scenarios as a library user writes them.</summary>
public sealed class ScenarioSpec
{
    private static readonly Scenario Street = new Scenario("a film in a street")
        .WithContent("film", 512 * 1024)
        .WithNodes(2, "seeders", AccessLink.DataCentre, sharing: ["film"])
        .WithNodes(6, "homes", AccessLink.Home, fetching: ["film"], behind: [NatKind.PortRestricted]);

    [Fact]
    public void A_scenario_reads_as_sentences_and_plays_to_its_end()
    {
        var result = Street
            .With(ScenarioFaultKind.Leave, "seeders", at: TimeSpan.FromSeconds(1.1), lasting: TimeSpan.FromSeconds(20), count: 1)
            .With(ScenarioFaultKind.Crash, "homes", at: TimeSpan.FromSeconds(1.2), lasting: TimeSpan.FromSeconds(5), share: 0.5)
            .With(ScenarioFaultKind.Partition, "homes", at: TimeSpan.FromSeconds(1.3), lasting: TimeSpan.FromSeconds(10), count: 2)
            .Expecting(ScenarioMeasure.Completed, least: 1)
            .Expecting(ScenarioMeasure.Crashes, least: 3, most: 3)
            .Expecting(ScenarioMeasure.Partition, least: 1)
            .Run(seed: 7);

        Assert.Empty(result.Violations);
        Assert.Equal((6, 6), (result.Completed, result.Fetches.Count));
        Assert.Equal([2, 6], [result.Peers.Count(peer => peer.Group == "seeders"), result.Peers.Count(peer => peer.Group == "homes")]);
        Assert.Equal(4, result.Peers.Sum(peer => peer.Sessions.Count) - result.Peers.Count);
        Assert.Equal(3, result.Peers.Sum(peer => peer.Sessions.Count(session => session.Crashed)));
        Assert.Equal(
            [ScenarioFaultKind.Leave, ScenarioFaultKind.Crash, ScenarioFaultKind.Partition], result.Events.Select(one => one.Kind));
        Assert.All(result.Events, one => Assert.NotNull(one.Until));
        Assert.All(result.Fetches, fetch => Assert.Equal(512 * 1024, fetch.DoneBytes));
        Assert.True(result.Flows.Sum(flow => flow.Bytes) > 6 * 512 * 1024);
        Assert.True(result.Took(0.5) <= result.Took(1));
        Assert.Equal(result.Samples[^1].Completed, result.Completed);
        Assert.Equal(1, result.Samples[^1].Done[0]);
    }

    [Fact]
    public void The_same_seed_plays_the_same_and_another_another()
    {
        var first = Street.Run(seed: 7);
        Assert.Equal(first.TraceHash, Street.Run(seed: 7).TraceHash);
        Assert.NotEqual(first.TraceHash, Street.Run(seed: 8).TraceHash);
    }

    [Fact]
    public void A_fault_draws_from_its_own_chance_so_that_another_does_not_change_whom_it_meets()
    {
        var churn = new ScenarioFault("away", ScenarioFaultKind.Isolate, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)) { Share = 0.5 };
        var other = new ScenarioFault("other", ScenarioFaultKind.Loss, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)) { Share = 0.5 };
        var alone = Street.With(churn).Run(seed: 3).Events.Single();
        var both = Street.With(other).With(churn).Run(seed: 3).Events.Single(one => one.Name == "away");
        Assert.Equal(alone.Nodes, both.Nodes);
    }

    [Fact]
    public void An_expectation_that_is_not_met_is_a_violation()
    {
        var result = Street.Expecting(ScenarioMeasure.Partition, least: 1).Expecting(ScenarioMeasure.Waste, most: 10).Run(seed: 1);
        var violation = Assert.Single(result.Violations);
        Assert.Equal(("expectation", "Partition was 0, which is less than 1"), (violation.Invariant, violation.What));
    }

    [Fact]
    public void What_can_be_reached_and_does_not_complete_is_a_violation_that_says_why()
    {
        // Far too slow for the time there is, and that is no fault that ends.
        var link = new AccessLink(new LinkSettings { BitsPerSecond = 100_000, Latency = TimeSpan.FromMilliseconds(10) });
        var result = new Scenario("slow")
        {
            Duration = TimeSpan.FromSeconds(20),
            Liveness = TimeSpan.FromSeconds(20),
        }
            .WithContent("film", 4 << 20)
            .WithNodes(1, "seeder", AccessLink.DataCentre, sharing: ["film"])
            .WithNodes(1, "slow", link, fetching: ["film"])
            .Run(seed: 1);

        var violation = Assert.Single(result.Violations);
        Assert.Equal("completion", violation.Invariant);
        Assert.Matches("^n1 has [0-9]+% of film, which can be reached", violation.What);
        Assert.Equal(TimeSpan.FromSeconds(20), result.SafetyEnded);
        Assert.Equal(TimeSpan.FromSeconds(40), result.VirtualTime);
    }

    [Fact]
    public void What_nobody_has_any_more_need_not_complete()
    {
        var result = Street
            .With(ScenarioFaultKind.Crash, "seeders", at: TimeSpan.FromSeconds(0.5), lasting: TimeSpan.Zero) with
        {
            Duration = TimeSpan.FromSeconds(10),
            Liveness = TimeSpan.FromMinutes(1),
        };
        var played = result.Run(seed: 1);
        Assert.Empty(played.Violations);
        Assert.Equal(0, played.Completed);
        Assert.Equal(TimeSpan.FromSeconds(10), played.VirtualTime);
    }

    [Fact]
    public void In_the_liveness_phase_everything_that_was_wrong_is_right_again()
    {
        var scenario = Street
            .With(ScenarioFaultKind.Crash, "seeders", at: TimeSpan.Zero, lasting: TimeSpan.FromHours(1))
            .With(ScenarioFaultKind.Isolate, "homes", at: TimeSpan.Zero, lasting: TimeSpan.Zero)
            .With(ScenarioFaultKind.BrokenDisk, "homes", at: TimeSpan.Zero, lasting: TimeSpan.Zero)
            .With(ScenarioFaultKind.Loss, "homes", at: TimeSpan.Zero, lasting: TimeSpan.Zero)
            .With(ScenarioFaultKind.InterfaceDown, "homes", at: TimeSpan.Zero, lasting: TimeSpan.Zero) with
        {
            Duration = TimeSpan.FromSeconds(30),
        };
        var result = scenario.Run(seed: 1);
        Assert.Empty(result.Violations);
        Assert.Equal(6, result.Completed);
        Assert.Equal(TimeSpan.FromSeconds(30), result.SafetyEnded);
        Assert.True(result.VirtualTime > TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_run_can_be_stopped_at_any_step_and_is_the_same_as_one_that_was_not()
    {
        using var stopped = new ScenarioRun(Street, 5, new ScenarioSettings { TraceEventsMax = 3 });
        Assert.True(stopped.RunToStep(700));
        Assert.Equal(700, stopped.World.Steps);
        Assert.Equal(3, stopped.World.Trace.Last.Count);
        Assert.Equal(8, stopped.States().Count);
        Assert.Contains(stopped.States(), state => state.IsUp && state.Group == "homes");
        while (stopped.Advance(1))
        {
        }

        Assert.Equal(Street.Run(seed: 5).TraceHash, stopped.Result().TraceHash);
    }

    [Theory]
    [InlineData(4, "peers: 4 are too few for these groups, which are 8")]
    [InlineData(9, "peers: 9 are too many for these groups, which are 8")]
    public void A_number_of_peers_that_the_groups_do_not_add_up_to_is_refused(int peers, string line) =>
        Assert.Equal(line, Assert.Throws<ScenarioException>(() => (Street with { Peers = peers }).Run(seed: 1)).Message);

    [Fact]
    public void A_group_without_a_number_takes_what_the_others_leave()
    {
        var scenario = new Scenario("sizes") { Peers = 100 }
            .With(new ScenarioGroup("two") { Count = 2 })
            .With(new ScenarioGroup("tenth") { Share = 0.1 })
            .With(new ScenarioGroup("rest"))
            .With(new ScenarioGroup("other-rest"));
        Assert.Equal([2, 10, 44, 44], scenario.Sizes().ToArray());
    }
}
