namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Something that happens at a moment of virtual time: a timer, a datagram that arrives, a callback. Held by one
/// <see cref="SimEventQueue"/> at a time.
/// </summary>
internal abstract class SimEntry
{
    /// <summary>A cancelled entry is dropped when it is met, and counted.</summary>
    internal virtual bool IsCancelled => false;

    /// <summary>Called once when its time has come, on the thread that drives the world.</summary>
    internal abstract void Fire(SimScheduler scheduler);

    /// <summary>Called instead of <see cref="Fire"/> when the entry was cancelled or the world ended.</summary>
    internal virtual void Drop()
    {
    }
}
