using Akka.Actor;

namespace Cjp2p.Actors.Node;

/// <summary>The time of a node: that of its ActorSystem's scheduler, real or simulated. Thread-safe.</summary>
public class NodeClock
{
    private readonly IScheduler _scheduler;

    /// <param name="scheduler">The scheduler of the node's ActorSystem.</param>
    public NodeClock(IScheduler scheduler) => _scheduler = scheduler;

    /// <summary>Time that only goes forward, since an arbitrary start: for deadlines and measurements.</summary>
    public virtual TimeSpan Now => _scheduler.HighResMonotonicClock;

    /// <summary>The time of day, for people.</summary>
    public virtual DateTimeOffset UtcNow => _scheduler.Now;

    /// <summary>The time of day that belongs to a moment of <see cref="Now"/>.</summary>
    public DateTimeOffset TimeOfDay(TimeSpan moment) => UtcNow - (Now - moment);
}
