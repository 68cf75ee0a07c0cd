namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A slice that is played in this process, on the calling thread, for others that are played elsewhere.</summary>
public sealed class LocalSlice : IDisposable
{
    private readonly ScenarioRun _run;

    /// <summary>Builds it.</summary>
    public LocalSlice(Scenario scenario, ulong seed, ScenarioSlice slice)
    {
        ArgumentNullException.ThrowIfNull(slice);
        _run = new ScenarioRun(scenario, seed, new ScenarioSettings { Slice = slice });
    }

    /// <summary>As <see cref="IScenarioSlice.AdvanceAsync"/>.</summary>
    public SliceReport Advance(SliceStep step) => _run.PlayWindow(step);

    /// <summary>As <see cref="IScenarioSlice.FinishAsync"/>.</summary>
    public SliceResult Finish(IReadOnlyList<string> reachable) => _run.SliceResult(reachable);

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();
}
