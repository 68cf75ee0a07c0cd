namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// Thrown inside a model where the real program would have ended. It never leaves <see cref="ForeignModel"/>.
/// </summary>
internal sealed class PeerCrash(string reason) : Exception(reason);
