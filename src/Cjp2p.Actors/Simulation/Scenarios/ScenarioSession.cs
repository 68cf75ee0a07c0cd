namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A time during which a peer ran.</summary>
/// <param name="From">When it started.</param>
/// <param name="Until">When it stopped; null: it ran to the end.</param>
/// <param name="Crashed">Its machine lost its power.</param>
public sealed record ScenarioSession(TimeSpan From, TimeSpan? Until, bool Crashed);
