namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>All slices of a world, and how they are played at the same time. One call at a time.</summary>
public interface IScenarioSlices
{
    /// <summary>Lets everything happen before this moment, in all slices.</summary>
    /// <param name="until">The moment, not before that of the last call.</param>
    /// <param name="ends">The run is over then.</param>
    /// <returns>How things stand, by slice; what they sent to each other has been handed over.</returns>
    Task<IReadOnlyList<SliceReport>> AdvanceAsync(TimeSpan until, bool ends = false);

    /// <summary>Ends the run, and says how it went, by slice.</summary>
    /// <param name="reachable">Contents that can be reached somewhere in the world.</param>
    Task<SliceResult[]> FinishAsync(IReadOnlyList<string> reachable);
}
