namespace Cjp2p.Actors.Content;

/// <summary>
/// What the windows of a node do and know together. Those that compete are made smaller at the same moments, and all others with them, so
/// that each measures the share of the whole node: one with many sources wants no more than one with one, and queues that are its own it
/// recognizes as such. What one has recognized holds for all; one on another way that was wrong for comes back in seconds. Thread-safe.
/// </summary>
/// <param name="epoch">
/// The time of day when the clock of the node showed zero, so that nodes whose clocks are right, to some milliseconds, do it at
/// the same moments too: then they recognize each other's queue as their own, and each sees the empty way.
/// </param>
public sealed class SharedProbes(TimeSpan epoch = default)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);
    private long _competedTicks = long.MinValue / 2;
    private long _aloneTicks = long.MinValue / 2;

    /// <summary>The stretch between two such moments that is now.</summary>
    public long PeriodOf(TimeSpan now) => PeriodOf(now, Period);

    /// <summary>The stretch of that length that is now, the same in all downloads.</summary>
    public long PeriodOf(TimeSpan now, TimeSpan length) => (epoch + now).Ticks / length.Ticks;

    /// <summary>Whether some window competes.</summary>
    public bool IsSomebodyCompeting(TimeSpan now) => now.Ticks - Volatile.Read(ref _competedTicks) < Lately.Ticks;

    /// <summary>Whether some window that competed has found that the queue is our own.</summary>
    public bool IsQueueOurs(TimeSpan now) => now.Ticks - Volatile.Read(ref _aloneTicks) < Lately.Ticks;

    /// <summary>A window competes.</summary>
    public void Competes(TimeSpan now) => Volatile.Write(ref _competedTicks, now.Ticks);

    /// <summary>A window that competed has found that the queue is our own.</summary>
    public void QueueIsOurs(TimeSpan now) => Volatile.Write(ref _aloneTicks, now.Ticks);
}
