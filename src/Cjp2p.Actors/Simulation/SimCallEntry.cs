namespace Cjp2p.Actors.Simulation;

/// <summary>A callback of the world itself: the network, a disk, a fault that begins or ends.</summary>
internal sealed class SimCallEntry(Action callback) : SimEntry
{
    internal override void Fire(SimScheduler scheduler) => callback();
}
