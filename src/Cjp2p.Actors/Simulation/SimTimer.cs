namespace Cjp2p.Actors.Simulation;

/// <summary>A timer of <see cref="SimClock"/>. A changed or disposed timer leaves a dead entry that the queue throws away.</summary>
internal sealed class SimTimer(SimScheduler scheduler, Action callback) : ITimer
{
    private Shot? _shot;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Dispose();
        if (dueTime == Timeout.InfiniteTimeSpan)
            return true;
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        var repeats = period > TimeSpan.Zero;
        _shot = new Shot(callback, repeats ? period.Ticks : 0);
        scheduler.AddAfter(dueTime.Ticks, _shot);
        return true;
    }

    public void Dispose()
    {
        _shot?.Cancel();
        _shot = null;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Shot(Action callback, long periodTicks) : SimEntry
    {
        private bool _cancelled;

        internal override bool IsCancelled => _cancelled;

        internal void Cancel() => _cancelled = true;

        internal override void Fire(SimScheduler scheduler)
        {
            callback();
            if (periodTicks > 0 && !_cancelled)
                scheduler.AddAfter(periodTicks, this);
        }
    }
}
