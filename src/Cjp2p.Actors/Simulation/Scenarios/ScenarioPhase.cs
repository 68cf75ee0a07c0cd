namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Where a run is.</summary>
public enum ScenarioPhase
{
    /// <summary>Things go wrong.</summary>
    Safety,

    /// <summary>Nothing goes wrong any more; what can be reached has to complete.</summary>
    Liveness,

    /// <summary>It is over.</summary>
    Over,
}
