namespace Cjp2p.Actors.Content;

/// <summary>
/// Whether somebody else (TCP, most likely) keeps a queue full on our way, and the window that we hold against it: as much as makes
/// half of what is there ours. A window that heeds the delay would give way until nothing was left of it. Pure state of one
/// <see cref="TransferWindow"/>, which tells it what it sees; not thread-safe.
/// </summary>
public sealed class Competition
{
    /// <summary>A queue that nobody needs to compete for.</summary>
    public static readonly TimeSpan ShortQueue = TimeSpan.FromMilliseconds(15);

    private const double ShareWanted = 0.5;
    // Less than this is somebody else's queue...
    private const double ShareForeign = 0.6;
    // ... and this on both edges, and that in the mean, is our own.
    private const double ShareOwnLeast = 0.6;
    private const double ShareOwn = 0.85;
    private const double StepUpMax = 2;
    // No more than it goes down, unless it was low twice: chance would make it grow for ever otherwise.
    private const double StepUpFirst = 1 / StepDownMax;
    private const double StepDownMax = 0.7;
    private const double StepAfterLoss = 0.85;
    private const int RoundsLong = 5;
    private const int RoundsShort = 16;
    private const double RoundsWithLossMax = 0.4;
    private const int RoundsOfLoss = 24;

    private int _longRounds;
    private int _shortRounds;
    private bool _overflowed;
    private bool _wasLow;
    private double _roundsWithLoss;
    private long _acked;
    private long _lost;

    /// <summary>Whether there is somebody to compete with.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Chunks that are to be on their way while there is.</summary>
    public double Size { get; private set; }

    /// <summary>Whether a queue that is not ours seems to overflow: no time to measure the empty way.</summary>
    public bool IsSuspected => _longRounds > 0 && _overflowed && !IsLossChance;

    // Loss of a few in that many rounds is chance, not a queue that overflows now and then; with it nobody keeps a queue full.
    private bool IsLossChance => _roundsWithLoss > RoundsWithLossMax;

    /// <summary>A round passed.</summary>
    /// <param name="size">The window.</param>
    /// <param name="acked">Chunks that arrived in it.</param>
    /// <param name="lost">Chunks that were missed in it.</param>
    /// <param name="queueLeast">The shortest queue that a chunk waited in.</param>
    /// <param name="queueMean">The mean one.</param>
    /// <param name="queueOwn">The one that we would leave there if we were alone.</param>
    public void Round(double size, int acked, int lost, TimeSpan queueLeast, TimeSpan queueMean, TimeSpan queueOwn)
    {
        _acked += acked;
        _lost += lost;
        var isLong = queueLeast > queueOwn + ShortQueue;
        _longRounds = isLong ? _longRounds + 1 : 0;
        _shortRounds = queueMean > ShortQueue ? 0 : _shortRounds + 1;
        _overflowed = isLong && (_overflowed || lost > 0);
        // When much is lost at once it is a queue that overflows; one chunk is not much, however few there are.
        var isFew = lost > 0 && lost <= Math.Max(1, TransferWindow.LossTolerated * (acked + lost));
        _roundsWithLoss += ((isFew ? 1 : 0) - _roundsWithLoss) / RoundsOfLoss;
        if (!IsOn && _longRounds >= RoundsLong && _overflowed)
            Begin(size);
        else if (IsOn && (_shortRounds >= RoundsShort || IsLossChance))
            IsOn = false;
    }

    /// <summary>What is ours was measured.</summary>
    /// <param name="share">That.</param>
    /// <param name="size">The window.</param>
    public void Measured(in QueueShare share, double size)
    {
        if (!IsOn)
        {
            if (share.Least < ShareForeign)
                Begin(size);
            return;
        }

        if (share.Mean > ShareOwn && share.Least > ShareOwnLeast)
        {
            IsOn = false;
            return;
        }

        // A queue that overflows now and then is what others make of it; when much is lost we are too many.
        var isLossy = _lost > TransferWindow.LossTolerated * (_acked + _lost);
        var step = share.Mean > 0 ? ShareWanted / share.Mean : StepUpMax;
        Size = size * Math.Clamp(step, StepDownMax, isLossy ? StepAfterLoss : _wasLow ? StepUpMax : StepUpFirst);
        _wasLow = step > StepUpFirst;
        _acked = _lost = 0;
    }

    /// <summary>Chunks are of another size from now on: the same bytes are so many times as many.</summary>
    public void Rescale(double factor) => Size *= factor;

    /// <summary>All is forgotten.</summary>
    public void Reset()
    {
        IsOn = _overflowed = false;
        _longRounds = _shortRounds = 0;
        _roundsWithLoss = 0;
    }

    private void Begin(double size)
    {
        if (IsLossChance)
            return;
        IsOn = true;
        Size = size;
        _shortRounds = 0;
        _acked = _lost = 0;
        _wasLow = true;
    }
}
