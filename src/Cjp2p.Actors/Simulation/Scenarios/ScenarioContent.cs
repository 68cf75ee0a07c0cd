namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A content of a scenario. Its bytes come from the seed.</summary>
/// <param name="Name">Its name in the scenario, and the name of its file.</param>
/// <param name="LengthBytes">Its length.</param>
public sealed record ScenarioContent(string Name, long LengthBytes);
