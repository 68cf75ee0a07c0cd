namespace Cjp2p.Actors.Inspection;

/// <summary>Speed of something that grows, over the last seconds. Time is an argument.</summary>
/// <param name="window">How far back it looks.</param>
public sealed class SpeedMeter(TimeSpan window)
{
    private const int SamplesMax = 32;
    private static readonly TimeSpan LeftMax = TimeSpan.FromDays(99);
    private readonly Queue<(TimeSpan At, long Total)> _samples = new();
    private (TimeSpan At, long Total) _last;
    private TimeSpan _kept;

    /// <summary>Takes what the total is now.</summary>
    /// <param name="now">Time on any clock that goes forward; one that does not begins anew.</param>
    /// <param name="total">The total.</param>
    public void Add(TimeSpan now, long total)
    {
        if (now < _last.At)
            _samples.Clear();
        _last = (now, total);
        // Of what comes faster than that only the last counts: there are so many samples at the most.
        if (_samples.Count > 0 && now - _kept < window / SamplesMax)
            return;
        _samples.Enqueue(_last);
        _kept = now;
        // The oldest sample is the last one at or before the window's begin, so that the window is always covered.
        while (_samples.Count > 2 && now - _samples.ElementAt(1).At >= window)
            _samples.Dequeue();
    }

    /// <summary>Growth in one second; 0 before there are two samples.</summary>
    public double PerSecond
    {
        get
        {
            if (_samples.Count == 0)
                return 0;
            var (at, total) = _samples.Peek();
            var seconds = (_last.At - at).TotalSeconds;
            return seconds <= 0 ? 0 : (_last.Total - total) / seconds;
        }
    }

    /// <summary>How long so much more takes at this speed, 99 days at the most; null: it stands still.</summary>
    /// <param name="more">How much is missing.</param>
    public TimeSpan? TimeFor(long more) => PerSecond is >= 1 and var speed
        ? TimeSpan.FromSeconds(Math.Min(LeftMax.TotalSeconds, Math.Max(0, more) / speed))
        : null;
}
