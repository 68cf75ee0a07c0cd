namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A fault that happened.</summary>
/// <param name="Name">Its name in the scenario.</param>
/// <param name="Kind">What went wrong.</param>
/// <param name="From">When it began.</param>
/// <param name="Until">When it ended; null: never.</param>
/// <param name="Nodes">Numbers of the machines that it met.</param>
public sealed record ScenarioEvent(
    string Name, ScenarioFaultKind Kind, TimeSpan From, TimeSpan? Until, IReadOnlyList<int> Nodes);
