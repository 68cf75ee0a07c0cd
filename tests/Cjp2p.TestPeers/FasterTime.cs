namespace Cjp2p.TestPeers;

/// <summary>
/// The system's clock, running faster by a factor: a peer that starts a stalled download again after one second does so
/// after 50 ms at factor 20. Timers are as exact as the system's (about a millisecond, before the factor).
/// </summary>
public sealed class FasterTime(int factor) : TimeProvider
{
    private readonly long _start = System.GetTimestamp();
    private readonly DateTimeOffset _startUtc = System.GetUtcNow();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => (System.GetTimestamp() - _start) * factor;

    public override DateTimeOffset GetUtcNow() => _startUtc + System.GetElapsedTime(_start) * factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FasterTimer(System.CreateTimer(callback, state, Slower(dueTime), Slower(period)), this);

    private TimeSpan Slower(TimeSpan span) => span == Timeout.InfiniteTimeSpan ? span : span / factor;

    private sealed class FasterTimer(ITimer inner, FasterTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(time.Slower(dueTime), time.Slower(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
