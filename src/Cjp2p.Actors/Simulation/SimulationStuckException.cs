namespace Cjp2p.Actors.Simulation;

/// <summary>A simulated world does not come to rest: a livelock is a failure, not a hang.</summary>
public sealed class SimulationStuckException : Exception
{
    internal SimulationStuckException(string message) : base(message)
    {
    }
}
