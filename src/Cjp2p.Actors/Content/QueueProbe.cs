namespace Cjp2p.Actors.Content;

/// <summary>
/// How much of the queue on the way is ours: a window is changed for some round trips and restored. If all that stands
/// there is ours, the round trip changes by as much as the window; if it is somebody else's, by our share of it. Both edges are
/// measured: a TCP flow that halves or grows meanwhile moves one of them, not both. Pure state; not thread-safe.
/// </summary>
public sealed class QueueProbe
{
    private double _factor;
    private TimeSpan _before;
    private TimeSpan _during;

    /// <summary>Whether the window is changed, or restored and not yet measured.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Whether the round trip with the changed window is known, so that the window is restored.</summary>
    public bool IsRestored => _during > TimeSpan.Zero;

    /// <summary>The window is changed.</summary>
    /// <param name="factor">By this much; not one.</param>
    /// <param name="roundTrip">The round trip before, of a round that the window was used in.</param>
    public void Begin(double factor, TimeSpan roundTrip)
    {
        IsRunning = true;
        (_factor, _before, _during) = (factor, roundTrip, TimeSpan.Zero);
    }

    /// <summary>The window is restored.</summary>
    /// <param name="roundTrip">The round trip until now.</param>
    public void Restore(TimeSpan roundTrip) => _during = roundTrip;

    /// <summary>Returns what is ours.</summary>
    /// <param name="roundTrip">The round trip since the window was restored.</param>
    public QueueShare End(TimeSpan roundTrip)
    {
        Cancel();
        var (first, second) = (Share(_before), Share(roundTrip));
        return new QueueShare((first + second) / 2, Math.Min(first, second));

        double Share(TimeSpan usual) => (_during / usual - 1) / (_factor - 1);
    }

    /// <summary>The measurement is given up.</summary>
    public void Cancel() => IsRunning = false;
}

/// <summary>Our share of what is on its way and in the queue: one is all; less than nothing and more than one is chance.</summary>
/// <param name="Mean">Mean of what both edges say.</param>
/// <param name="Least">What the lesser one says.</param>
public readonly record struct QueueShare(double Mean, double Least);
