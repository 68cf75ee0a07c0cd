namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>What has to be true at the end of a run, such as that the fault that was asked for happened.</summary>
/// <param name="Measure">What is looked at.</param>
/// <param name="Least">It may not be less; null: it may.</param>
/// <param name="Most">It may not be more; null: it may.</param>
public sealed record ScenarioExpectation(ScenarioMeasure Measure, double? Least, double? Most = null);
