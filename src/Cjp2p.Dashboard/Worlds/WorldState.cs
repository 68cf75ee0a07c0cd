using System.Collections.Immutable;
using Cjp2p.Actors.Simulation.Invariants;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Dashboard.Worlds;

/// <summary>Where a world stands that somebody looks at.</summary>
/// <param name="IsRunning">Whether its time passes.</param>
/// <param name="Now">Virtual time since it began.</param>
/// <param name="Steps">Its steps so far.</param>
/// <param name="Phase">Where the scenario is.</param>
/// <param name="Fetches">Fetches that there will be.</param>
/// <param name="Completed">Fetches that have completed.</param>
/// <param name="Nodes">Nodes in it.</param>
/// <param name="Troubles">What did not hold, and which nodes failed, in words: the first ones.</param>
/// <param name="Ended">Why it cannot go on; empty: it can.</param>
public sealed record WorldState(
    bool IsRunning,
    TimeSpan Now,
    long Steps,
    ScenarioPhase Phase,
    int Fetches,
    int Completed,
    int Nodes,
    ImmutableArray<SimViolation> Troubles,
    string Ended);
