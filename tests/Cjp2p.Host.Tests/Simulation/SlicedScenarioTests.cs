using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Simulation;

namespace Cjp2p.Host.Tests.Simulation;

/// <summary>A world in slices, played by one process on several threads.</summary>
public sealed class SlicedScenarioTests
{
    public static TheoryData<string> Scenarios => [.. ScenarioCatalog.Names];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Every_scenario_plays_the_same_in_one_slice_and_in_three(string name)
    {
        var scenario = ScenarioCatalog.Load(name) with { Peers = 18 };
        if (scenario.Duration > TimeSpan.FromMinutes(10))
            scenario = scenario with { Duration = TimeSpan.FromMinutes(10) };
        var whole = await PlayAsync(scenario, seed: 7, slices: 1);
        var cut = await PlayAsync(scenario, seed: 7, slices: 3);
        Assert.Equal(whole.TraceHash, cut.TraceHash);
        Assert.Equal((whole.VirtualTime, whole.Delivered, whole.Dropped), (cut.VirtualTime, cut.Delivered, cut.Dropped));
        Assert.Equal(whole.DroppedFor, cut.DroppedFor);
        Assert.Equal(whole.Fetches, cut.Fetches);
        Assert.Equal(whole.Measures.OrderBy(pair => pair.Key), cut.Measures.OrderBy(pair => pair.Key));
        Assert.Equal(Lines(whole), Lines(cut));
        // Of less time, and fewer peers, than a scenario is made for, less can be expected.
        Assert.All(whole.Violations, violation => Assert.Equal("expectation", violation.Invariant));
        Assert.True(whole.Delivered > 1000, $"{whole.Delivered} datagrams are not much of a world");
    }

    [Fact]
    public async Task Another_seed_plays_another_world()
    {
        var scenario = ScenarioCatalog.Load("flash-crowd") with { Peers = 4 };
        Assert.NotEqual((await PlayAsync(scenario, 1, 2)).TraceHash, (await PlayAsync(scenario, 2, 2)).TraceHash);
    }

    [Fact]
    public void A_window_is_as_long_as_the_smallest_delay_out_of_a_host()
    {
        var scenario = new Scenario("two kinds").WithNodes(1, "near", AccessLink.DataCentre).WithNodes(1, "far", AccessLink.Mobile);
        Assert.Equal(TimeSpan.FromMicroseconds(500), SlicedScenario.Window(scenario));
        var bell = new LinkSettings { Latency = TimeSpan.FromMilliseconds(4), Jitter = TimeSpan.FromMilliseconds(1), JitterShape = JitterShape.Normal };
        Assert.Equal(TimeSpan.FromMilliseconds(2), SlicedScenario.Window(new Scenario("a bell").WithNodes(2, "all", new AccessLink(bell))));
    }

    [Fact]
    public void A_world_with_a_link_without_delay_can_not_be_cut()
    {
        var scenario = new Scenario("near").WithNodes(2, "here", AccessLink.Perfect);
        var wrong = Assert.Throws<ScenarioException>(() => SlicedScenario.Window(scenario));
        Assert.Equal("groups.here.link", wrong.Key);
    }

    private static IEnumerable<string> Lines(ScenarioResult result) => result.Violations.Select(violation => violation.What);

    private static async Task<ScenarioResult> PlayAsync(Scenario scenario, ulong seed, int slices)
    {
        var all = await LocalSlice.AllAsync(scenario, seed, slices);
        try
        {
            return await new SlicedScenario(scenario, seed, all).RunAsync();
        }
        finally
        {
            foreach (var slice in all)
                slice.Dispose();
        }
    }
}
