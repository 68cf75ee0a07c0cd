using Akka.Dispatch;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// A mailbox whose actor still pays for what it did on a slow disk: it has its next turn when this is due, and not before.
/// </summary>
internal sealed class SimBusyTurn(IRunnable run, SimDisk disk) : SimEntry
{
    private bool _over;

    internal SimDisk Disk => disk;

    internal long UntilTicks { get; set; }

    /// <summary>It has asked for a turn meanwhile.</summary>
    internal bool IsWaiting { get; set; }

    internal override bool IsCancelled => _over;

    /// <summary>Ends it early, because the machine has crashed.</summary>
    internal void End() => _over = true;

    internal override void Fire(SimScheduler scheduler) => scheduler.Runs.BusyIsOver(run, this);
}
