namespace Cjp2p.Actors.Simulation;

/// <summary>A top actor of a machine failed and was stopped: in production the process would have ended.</summary>
/// <param name="At">Virtual time.</param>
/// <param name="Step">The world's step.</param>
/// <param name="Actor">Name of the machine's actor.</param>
/// <param name="Cause">What it threw.</param>
public sealed record SimFailure(TimeSpan At, long Step, string Actor, Exception Cause);
