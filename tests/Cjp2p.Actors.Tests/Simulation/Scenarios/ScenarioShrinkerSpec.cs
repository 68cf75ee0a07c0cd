using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Actors.Tests.Simulation.Scenarios;

public sealed class ScenarioShrinkerSpec
{
    private static readonly Scenario Large = new Scenario("large") { Peers = 200, Loss = 0.05 }
        .WithContent("film", 1 << 20)
        .WithContent("song", 1 << 20)
        .With(new ScenarioGroup("seeders") { Count = 4, Shares = ["film", "song"] })
        .With(new ScenarioGroup("crowd") { Fetches = ["film", "song"], Nats = [NatKind.Symmetric] })
        .With(new ScenarioGroup("idle") { Share = 0.5 })
        .With(ScenarioFaultKind.Crash, "crowd", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))
        .With(ScenarioFaultKind.Leave, "seeders", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))
        .With(ScenarioFaultKind.Loss, "idle", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))
        .Expecting(ScenarioMeasure.Dropped, least: 1);

    [Fact]
    public void Only_what_the_failure_needs_is_left()
    {
        // It needs a crash and three peers, wherever they are.
        var (smallest, _, tries) = ScenarioShrinker.Shrink(
            Large, 7,
            (candidate, seed) => candidate.Faults.Any(fault => fault.Kind == ScenarioFaultKind.Crash) && candidate.Peers >= 3 ? seed : null,
            triesMax: 1000);

        smallest.Validate();
        Assert.Equal(ScenarioFaultKind.Crash, Assert.Single(smallest.Faults).Kind);
        Assert.Equal(3, smallest.Peers);
        Assert.Empty(smallest.Contents);
        Assert.Empty(smallest.Expectations);
        Assert.Single(smallest.Groups);
        Assert.InRange(tries, 5, 200);
    }

    [Fact]
    public void What_fails_only_as_it_is_stays_as_it_is()
    {
        var (smallest, seed, tries) = ScenarioShrinker.Shrink(Large, 7, (_, _) => null, triesMax: 1000);
        Assert.Same(Large, smallest);
        Assert.Equal(7UL, seed);
        Assert.InRange(tries, 10, 60);
    }

    [Fact]
    public void It_gives_up_after_as_many_tries_as_it_was_given()
    {
        var played = 0;
        var (_, _, tries) = ScenarioShrinker.Shrink(Large, 7, (_, seed) => ++played > 0 ? seed : null, triesMax: 5);
        Assert.Equal((5, 5), (played, tries));
    }

    [Fact]
    public void The_seed_from_which_a_smaller_one_failed_goes_with_it()
    {
        var (_, seed, _) = ScenarioShrinker.Shrink(
            Large, 7, (candidate, first) => first == 7 && candidate.Faults.Length == 2 ? first + 2 : null, triesMax: 50);
        Assert.Equal(9UL, seed);
    }
}
