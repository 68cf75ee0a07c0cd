namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A slice that is played by whoever calls it.</summary>
public sealed class LocalSlice : IScenarioSlice, IDisposable
{
    private readonly ScenarioRun _run;

    /// <summary>Builds it.</summary>
    public LocalSlice(Scenario scenario, ulong seed, ScenarioSlice slice) =>
        _run = new ScenarioRun(scenario, seed, new ScenarioSettings { Slice = slice });

    /// <inheritdoc/>
    public Task<SliceReport> AdvanceAsync(SliceStep step) => Task.FromResult(Advance(step));

    /// <inheritdoc/>
    public Task<SliceResult> FinishAsync(IReadOnlyList<string> reachable) => Task.FromResult(Finish(reachable));

    /// <summary>As <see cref="AdvanceAsync"/>.</summary>
    public SliceReport Advance(SliceStep step) => _run.PlayWindow(step);

    /// <summary>As <see cref="FinishAsync"/>.</summary>
    public SliceResult Finish(IReadOnlyList<string> reachable) => _run.SliceResult(reachable);

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();
}
