namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The virtual time of one world as a <see cref="TimeProvider"/>, for code that is not an actor. Its timers call back on the
/// thread that drives the world.
/// </summary>
public sealed class SimClock : TimeProvider
{
    private readonly SimScheduler _scheduler;

    internal SimClock(SimScheduler scheduler) => _scheduler = scheduler;

    /// <summary>The date and time at which every world begins.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Virtual time since the world began.</summary>
    public TimeSpan Elapsed => new(_scheduler.NowTicks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Start.AddTicks(_scheduler.NowTicks);

    /// <inheritdoc/>
    public override long GetTimestamp() => _scheduler.NowTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SimTimer(_scheduler, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }
}
