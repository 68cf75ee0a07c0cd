using Akka.Actor;
using Akka.Dispatch;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// A message or an action that Akka or an actor scheduled. Not pooled: a timer of an actor comes with some 300 bytes of
/// Akka's own, beside which this entry does not count.
/// </summary>
internal sealed class SimTimerEntry(
    object target, object? message, IActorRef? sender, ICancelable? cancelable, long intervalTicks) : SimEntry
{
    internal override bool IsCancelled => cancelable is { IsCancellationRequested: true };

    /// <summary>It tells an actor something; Akka's dispatchers have timers of their own.</summary>
    internal bool IsForActor => target is ICanTell;

    /// <summary>0 for one that fires once.</summary>
    internal long IntervalTicks => intervalTicks;

    internal override void Fire(SimScheduler scheduler) => scheduler.FireTimer(this);

    internal void Run()
    {
        switch (target)
        {
            case ICanTell receiver:
                receiver.Tell(message, sender);
                break;
            case Action action:
                action();
                break;
            default:
                ((IRunnable)target).Run();
                break;
        }
    }
}
