namespace Cjp2p.Actors.Simulation;

/// <summary>The state of a trace after a number of deliveries.</summary>
/// <param name="Delivery">Deliveries so far.</param>
/// <param name="Step">The world's step.</param>
/// <param name="At">Virtual time.</param>
/// <param name="Hash">The rolling hash.</param>
public readonly record struct TraceCheckpoint(long Delivery, long Step, TimeSpan At, ulong Hash);
