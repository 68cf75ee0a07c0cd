namespace Cjp2p.Actors.Content;

/// <summary>
/// How many chunks may be on their way from one source: congestion control (RFC 8085, LCDP draft section 6), by rate and
/// delay. After a start that doubles each round trip, the window is what the way holds when no queue stands in it (the rate at which chunks
/// arrive times the shortest round trip) and a little more, so that a queue of some milliseconds stays and free capacity
/// is noticed. That little grows with the square root of the rate: of two transfers on one link the slower one
/// claims more of the queue for what it gets, until both get the same. Single losses, as on radio links, do not shrink it; many make
/// it content with a shorter queue. See docs/adr/0009. Pure state of one source of one download; not thread-safe.
/// </summary>
public sealed class TransferWindow
{
    /// <summary>
    /// Share of the chunks that may be lost, over some rounds, without being read as a queue that overflows. Where 5 % of the
    /// datagrams are lost both ways it is a tenth, and more in one round of two: a request that is lost takes many chunks with it.
    /// </summary>
    public const double LossTolerated = 0.15;

    private const double StartLossMax = 0.2;
    private const int LossRounds = 8;

    // Chunks that are to stand in the queue at one chunk a second: 20 ms at 100 Mbit/s.
    private const double QueueChunks = 0.94;
    private const double QueueShareMin = 1.0 / 16;
    private const int RatesKept = 8;
    private const int RoundsWithoutGrowth = 3;
    private const double Growth = 1.25;
    // Shorter ones say more about batches than about the way.
    private static readonly TimeSpan RoundMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StartQueueMin = TimeSpan.FromMilliseconds(15);
    // The shortest round trip is measured again this often, with the queue drained for a moment: the way may have changed.
    private static readonly TimeSpan LeastAgeMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainMin = TimeSpan.FromMilliseconds(50);

    private readonly int _least;
    private readonly int _most;
    private readonly double[] _rates = new double[RatesKept];
    private double _size;
    private bool _isStarting = true;
    private double _startRate;
    private int _withoutGrowth;
    private int _rounds;
    private double _queueShare = 1;
    private double _loss;
    private TimeSpan _shortest = TimeSpan.MaxValue;
    private TimeSpan _shortestAt;
    private TimeSpan _shortestOfRound = TimeSpan.MaxValue;
    private TimeSpan _drainUntil = TimeSpan.MinValue;
    private TimeSpan _roundBegan = TimeSpan.MinValue;
    private int _roundAcked;
    private int _roundLost;

    /// <param name="initial">Chunks on their way at first.</param>
    /// <param name="least">Never fewer.</param>
    /// <param name="most">Never more: what the receive buffer holds.</param>
    public TransferWindow(int initial, int least, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, least);
        _least = least;
        _most = most;
        _size = Math.Clamp(initial, least, most);
    }

    /// <summary>Chunks that may be on their way.</summary>
    public int Size => (int)_size;

    /// <summary>Chunks that are on their way.</summary>
    public int InFlight { get; private set; }

    /// <summary>How many more may be asked for now.</summary>
    public int Available => Math.Max(0, Size - InFlight);

    /// <summary>Chunks that arrive in a second, as measured lately; zero when not known.</summary>
    public double RatePerSecond => _rates.Max();

    /// <summary>Whether it still doubles.</summary>
    public bool IsStarting => _isStarting;

    /// <summary>Chunks were asked for.</summary>
    public void Sent(int chunks, TimeSpan now)
    {
        if (_roundBegan == TimeSpan.MinValue)
            _roundBegan = now;
        InFlight += chunks;
    }

    /// <summary>Chunks arrived that had been asked of this source.</summary>
    /// <param name="chunks">How many.</param>
    /// <param name="now">When.</param>
    /// <param name="sample">Their round trip; zero when it says nothing.</param>
    /// <param name="smoothed">The smoothed round trip.</param>
    public void Acked(int chunks, TimeSpan now, TimeSpan sample, TimeSpan smoothed)
    {
        InFlight = Math.Max(0, InFlight - chunks);
        _roundAcked += chunks;
        // A chunk that waited long says that there are enough before the round is over that says so.
        if (_isStarting && (_shortest == TimeSpan.MaxValue || sample - _shortest <= Longer(_shortest / 2, StartQueueMin * 2)))
            Resize(_size + chunks);
        if (sample > TimeSpan.Zero)
        {
            _shortestOfRound = sample < _shortestOfRound ? sample : _shortestOfRound;
            if (sample <= _shortest)
                (_shortest, _shortestAt) = (sample, now);
        }

        EndRound(now, smoothed);
    }

    /// <summary>Chunks that had been asked of this source did not come in time.</summary>
    public void Lost(int chunks, TimeSpan now, TimeSpan smoothed)
    {
        InFlight = Math.Max(0, InFlight - chunks);
        _roundLost += chunks;
        EndRound(now, smoothed);
    }

    /// <summary>Chunks are no longer waited for, for a reason that says nothing about the path.</summary>
    public void Cancelled(int chunks) => InFlight = Math.Max(0, InFlight - chunks);

    /// <summary>The source stopped answering: start again with the least.</summary>
    public void Collapse()
    {
        _size = _least;
        _isStarting = true;
        _startRate = _withoutGrowth = _rounds = _roundAcked = _roundLost = 0;
        _queueShare = 1;
        _loss = 0;
        _shortest = _shortestOfRound = TimeSpan.MaxValue;
        _roundBegan = _drainUntil = TimeSpan.MinValue;
        Array.Clear(_rates);
    }

    private void EndRound(TimeSpan now, TimeSpan smoothed)
    {
        if (_roundBegan == TimeSpan.MinValue)
            return;
        var lasted = now - _roundBegan;
        if (lasted < RoundMin || lasted < smoothed)
            return;
        var rate = _roundAcked / lasted.TotalSeconds;
        var lost = _roundLost / (double)Math.Max(1, _roundAcked + _roundLost);
        var shortestOfRound = _shortestOfRound;
        _roundBegan = now;
        _roundAcked = _roundLost = 0;
        _shortestOfRound = TimeSpan.MaxValue;
        if (now < _drainUntil)
            return;
        _rates[_rounds++ % RatesKept] = rate;
        if (_drainUntil != TimeSpan.MinValue)
        {
            // Drained: what the last round took is what the way takes.
            _drainUntil = TimeSpan.MinValue;
            if (shortestOfRound != TimeSpan.MaxValue)
                (_shortest, _shortestAt) = (shortestOfRound, now);
        }

        if (_shortest == TimeSpan.MaxValue)
            return;
        if (_isStarting)
            JudgeStart(rate, lost, smoothed - _shortest);
        if (!_isStarting)
            Steer(lost, now, smoothed);
    }

    // The start ends when more on the way brings no more, or stands in a queue.
    private void JudgeStart(double rate, double lost, TimeSpan queue)
    {
        _withoutGrowth = rate > _startRate * Growth ? 0 : _withoutGrowth + 1;
        _startRate = Math.Max(_startRate, rate);
        _isStarting = _withoutGrowth < RoundsWithoutGrowth && lost <= StartLossMax
            && queue <= Longer(_shortest / 4, StartQueueMin);
    }

    private void Steer(double lost, TimeSpan now, TimeSpan smoothed)
    {
        _loss += (lost - _loss) / LossRounds;
        _queueShare = _loss > LossTolerated
            ? Math.Max(QueueShareMin, _queueShare / 2)
            : Math.Min(1, _queueShare * 1.1);
        var rate = RatePerSecond;
        var onTheWay = rate * _shortest.TotalSeconds;
        if (now - _shortestAt > LeastAgeMax)
        {
            Resize(onTheWay / 2);
            _drainUntil = now + Longer(smoothed * 1.5, DrainMin);
            return;
        }

        Resize(Math.Min(onTheWay + QueueChunks * _queueShare * Math.Sqrt(rate), _size * Growth + 1));
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Resize(double size) => _size = Math.Clamp(size, _least, _most);
}
