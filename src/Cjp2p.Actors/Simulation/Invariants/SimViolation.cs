namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>An invariant that did not hold.</summary>
/// <param name="Invariant">Its name.</param>
/// <param name="At">Virtual time at which it was seen.</param>
/// <param name="Step">Step of the world at which it was seen.</param>
/// <param name="What">What was wrong, in one line.</param>
public sealed record SimViolation(string Invariant, TimeSpan At, long Step, string What);
