namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A slice of a world, here or in another process. One call at a time.</summary>
public interface IScenarioSlice
{
    /// <summary>Plays a window.</summary>
    Task<SliceReport> AdvanceAsync(SliceStep step);

    /// <summary>Ends it, and says how it went.</summary>
    /// <param name="reachable">Contents that can be reached somewhere in the world.</param>
    Task<SliceResult> FinishAsync(IReadOnlyList<string> reachable);
}
