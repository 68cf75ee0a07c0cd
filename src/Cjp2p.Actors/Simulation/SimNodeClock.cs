using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The clock of one simulated machine, as its node sees it: it may run fast or slow, and the time of day may jump. Timers are
/// not affected: they are the world's.
/// </summary>
internal sealed class SimNodeClock(SimScheduler scheduler) : NodeClock(scheduler)
{
    private const double DriftMax = 0.5;

    private long _monotonicTicks = scheduler.NowTicks;
    private long _worldTicks = scheduler.NowTicks;
    private long _utcOffsetTicks;
    private double _drift;

    /// <summary>Share by which it is faster than the world's clock.</summary>
    internal double Drift
    {
        get => _drift;
        set
        {
            if (!(Math.Abs(value) <= DriftMax))
                throw new ArgumentOutOfRangeException(nameof(value), value, $"A clock drifts by at most {DriftMax}.");
            (_monotonicTicks, _worldTicks, _drift) = (Now.Ticks, scheduler.NowTicks, value);
        }
    }

    public override TimeSpan Now
    {
        get
        {
            var passedTicks = scheduler.NowTicks - _worldTicks;
            return new TimeSpan(_monotonicTicks + passedTicks + (long)(passedTicks * _drift));
        }
    }

    public override DateTimeOffset UtcNow
    {
        get
        {
            var ticks = SimClock.Start.Ticks + Now.Ticks + _utcOffsetTicks;
            return new DateTimeOffset(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);
        }
    }

    internal void Jump(TimeSpan by)
    {
        if (by > TimeSpan.Zero)
            _monotonicTicks = checked(_monotonicTicks + by.Ticks);
        else
            _utcOffsetTicks = checked(_utcOffsetTicks + by.Ticks);
    }
}
