namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>
/// A slice that is played in this process, each window on a thread of the pool, the first slice on the thread of whoever asks: several
/// slices play at the same time when the first is asked last.
/// </summary>
public sealed class LocalSlice : IScenarioSlice, IDisposable
{
    private readonly ScenarioRun _run;
    private readonly bool _isFirst;

    /// <summary>Builds it.</summary>
    public LocalSlice(Scenario scenario, ulong seed, ScenarioSlice slice)
    {
        ArgumentNullException.ThrowIfNull(slice);
        _run = new ScenarioRun(scenario, seed, new ScenarioSettings { Slice = slice });
        _isFirst = slice.Number == 0;
    }

    /// <summary>Builds all slices of a world at the same time.</summary>
    /// <param name="scenario">What is played.</param>
    /// <param name="seed">From which seed.</param>
    /// <param name="slices">Slices in all, from 1.</param>
    public static async Task<IReadOnlyList<LocalSlice>> AllAsync(Scenario scenario, ulong seed, int slices) =>
        await Task.WhenAll(Enumerable.Range(0, slices).Select(number =>
            Task.Run(() => new LocalSlice(scenario, seed, new ScenarioSlice(number, slices))))).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<SliceReport> AdvanceAsync(SliceStep step)
    {
        if (!_isFirst)
            return Task.Run(() => Advance(step));
        try
        {
            return Task.FromResult(Advance(step));
        }
        catch (Exception cause)
        {
            // For whoever awaits all slices: the others play on.
            return Task.FromException<SliceReport>(cause);
        }
    }

    /// <inheritdoc/>
    public Task<SliceResult> FinishAsync(IReadOnlyList<string> reachable) => Task.Run(() => Finish(reachable));

    /// <summary>As <see cref="AdvanceAsync"/>, on the calling thread.</summary>
    public SliceReport Advance(SliceStep step) => _run.PlayWindow(step);

    /// <summary>As <see cref="FinishAsync"/>, on the calling thread.</summary>
    public SliceResult Finish(IReadOnlyList<string> reachable) => _run.SliceResult(reachable);

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();
}
