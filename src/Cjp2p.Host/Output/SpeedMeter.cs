namespace Cjp2p.Host.Output;

/// <summary>Speed of something that grows, over the last seconds. Time is an argument.</summary>
internal sealed class SpeedMeter(TimeSpan window)
{
    private readonly Queue<(TimeSpan At, long Total)> _samples = new();
    private (TimeSpan At, long Total) _last;

    /// <summary>Takes what the total is now.</summary>
    public void Add(TimeSpan now, long total)
    {
        // No time has passed, or it begins anew.
        if (_samples.Count > 0 && now == _last.At)
            return;
        if (now < _last.At)
            _samples.Clear();
        _last = (now, total);
        _samples.Enqueue(_last);
        // The oldest sample is the last one at or before the window's begin, so that the window is always covered.
        while (_samples.Count > 2 && now - _samples.ElementAt(1).At >= window)
            _samples.Dequeue();
    }

    /// <summary>Growth in one second; 0 before there are two samples.</summary>
    public double PerSecond
    {
        get
        {
            if (_samples.Count < 2)
                return 0;
            var (at, total) = _samples.Peek();
            var seconds = (_last.At - at).TotalSeconds;
            return seconds <= 0 ? 0 : (_last.Total - total) / seconds;
        }
    }
}
