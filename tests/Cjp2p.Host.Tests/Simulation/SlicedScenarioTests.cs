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

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Slices_that_are_asked_window_by_window_play_what_those_on_threads_play(int slices)
    {
        var scenario = ScenarioCatalog.Load("partition-heal") with { Peers = 9 };
        var onThreads = await PlayAsync(scenario, seed: 7, slices: 2);
        var asked = Enumerable.Range(0, slices).Select(number => new Asked(scenario, 7, new ScenarioSlice(number, slices))).ToArray();
        try
        {
            var inWindows = await new SlicedScenario(scenario, 7, new SlicesInWindows(scenario, asked)).RunAsync();
            Assert.Equal((onThreads.TraceHash, onThreads.VirtualTime), (inWindows.TraceHash, inWindows.VirtualTime));
            Assert.Equal(onThreads.Fetches, inWindows.Fetches);
        }
        finally
        {
            foreach (var slice in asked)
                slice.Dispose();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_slice_that_fails_ends_the_run_and_none_waits_for_it(int failing)
    {
        var scenario = ScenarioCatalog.Load("flash-crowd") with { Peers = 6 };
        using var slices = await SlicesOnThreads.BuildAsync(scenario, seed: 1, slices: 3);
        slices.Runs[failing].World.Scheduler.CallAfter(TimeSpan.TicksPerSecond, () => throw new InvalidOperationException("out of order"));
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => new SlicedScenario(scenario, 1, slices).RunAsync());
        Assert.Equal("out of order", failure.Message);
    }

    [Fact]
    public async Task Slices_that_are_not_needed_any_more_leave_no_thread()
    {
        var scenario = ScenarioCatalog.Load("flash-crowd") with { Peers = 6 };
        var slices = await SlicesOnThreads.BuildAsync(scenario, seed: 1, slices: 3);
        await slices.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, slices.ThreadsAlive);
        slices.Dispose();
        Assert.Equal(0, slices.ThreadsAlive);
        slices.Dispose();
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
        using var all = await SlicesOnThreads.BuildAsync(scenario, seed, slices);
        return await new SlicedScenario(scenario, seed, all).RunAsync();
    }

    /// <summary>A slice as it is in another process: asked for one window after the other.</summary>
    private sealed class Asked(Scenario scenario, ulong seed, ScenarioSlice slice) : IScenarioSlice, IDisposable
    {
        private readonly LocalSlice _slice = new(scenario, seed, slice);

        public Task<SliceReport> AdvanceAsync(SliceStep step) => Task.FromResult(_slice.Advance(step with { Mail = [.. step.Mail.Select(Copy)] }));

        public Task<SliceResult> FinishAsync(IReadOnlyList<string> reachable) => Task.FromResult(_slice.Finish(reachable));

        public void Dispose() => _slice.Dispose();

        private static ReadOnlyMemory<byte> Copy(ReadOnlyMemory<byte> mail) => mail.ToArray();
    }
}
