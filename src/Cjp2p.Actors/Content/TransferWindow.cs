namespace Cjp2p.Actors.Content;

/// <summary>
/// How many chunks may be on their way from one source: congestion control (RFC 8085, LCDP draft section 6), by rate and
/// delay. After a start that doubles each round trip, the window is what the way holds when no queue stands in it (the rate at which chunks
/// arrive times the shortest round trip) and a little more, so that a queue of some milliseconds stays and free capacity
/// is noticed. That little grows with the square root of the rate: of two transfers on one link the slower one
/// claims more of the queue for what it gets, until both get the same. Single losses, as on radio links, do not shrink it; many make
/// it content with a shorter queue. Where somebody else keeps a long queue, it is what makes half of that ours
/// (<see cref="Competition"/>). See docs/adr/0009. Pure state of one source of one download; not thread-safe.
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
    // But no sooner than this, or so many round trips, after the last time; that long after the start, which measured in a queue, for the first time.
    private static readonly TimeSpan LeastAgeMin = LeastAgeMax / 2;
    private const int LeastAgeRoundTrips = 20;
    private static readonly TimeSpan DrainMin = TimeSpan.FromMilliseconds(50);
    // By how much the window changes to measure whose queue it is: larger where the queue is short, smaller where it is long.
    private const double LookFactor = 1.3;
    private const double CutFactor = 0.7;
    private const int RoundsBeforeLook = 4;
    // Of fewer chunks three tenths are none or one.
    private const int LookLeast = 8;
    private static readonly TimeSpan QueueThatMayOverflow = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan RoundTripOfLongQueue = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Emptied = TimeSpan.FromMilliseconds(5);

    private readonly int _least;
    private readonly int _most;
    private readonly SharedProbes _probes;
    private readonly QueueProbe _probe = new();
    private readonly Competition _competition = new();
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
    private bool _isDraining;
    private long _drainPeriod;
    private double _sizeBeforeProbe;
    private bool _cutEmptied;
    private long _probePeriod;
    private int _lookAtRound = int.MaxValue;
    private TimeSpan _changedUntil = TimeSpan.MinValue;
    private TimeSpan _foreignUntil = TimeSpan.MinValue;
    private Round _lastRound;
    private TimeSpan _roundBegan = TimeSpan.MinValue;
    private int _roundAcked;
    private int _roundLost;
    private int _roundSamples;
    private TimeSpan _roundSum;
    private TimeSpan _roundShortest;

    /// <param name="initial">Chunks on their way at first.</param>
    /// <param name="least">Never fewer.</param>
    /// <param name="most">Never more: what the receive buffer holds.</param>
    /// <param name="probes">What the windows of a node share; null: it is the only one.</param>
    public TransferWindow(int initial, int least, int most, SharedProbes? probes = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, least);
        _least = least;
        _most = most;
        _size = Math.Clamp(initial, least, most);
        _probes = probes ?? new SharedProbes();
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

    /// <summary>Whether it holds its share of a queue that somebody else keeps full.</summary>
    public bool IsCompeting => _competition.IsOn;

    /// <summary>
    /// Whether the queue may be so much longer than ours that what is lost is what it has no room for, or comes too late. So it is from the start, and from
    /// a drain that measured a longer way, until it is time to look whose queue it is, some rounds later. While that is measured, and where somebody kept
    /// one lately, it may be all of the round trip: perhaps it was never seen empty.
    /// </summary>
    public bool MayOverflow(TimeSpan now, TimeSpan smoothed)
    {
        var isUnsure = _probe.IsRunning || now < _foreignUntil;
        return _isStarting || (_lookAtRound != int.MaxValue && _rounds <= _lookAtRound)
            || (isUnsure ? smoothed > QueueOwn + RoundTripOfLongQueue : smoothed - _shortest > QueueOwn + QueueThatMayOverflow);
    }

    /// <summary>Chunks were asked for.</summary>
    public void Sent(int chunks, TimeSpan now)
    {
        if (_roundBegan == TimeSpan.MinValue)
            BeginRound(now);
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
            _roundShortest = _roundSamples == 0 || sample < _roundShortest ? sample : _roundShortest;
            _roundSum += sample;
            _roundSamples++;
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
        _startRate = _withoutGrowth = _rounds = 0;
        _queueShare = 1;
        _shortest = TimeSpan.MaxValue;
        _roundBegan = _changedUntil = TimeSpan.MinValue;
        _isDraining = false;
        _lookAtRound = int.MaxValue;
        _lastRound = default;
        _probe.Cancel();
        _competition.Reset();
        _loss = 0;
        Array.Clear(_rates);
    }

    /// <summary>Chunks are of another size from now on: the same bytes are so many times as many chunks.</summary>
    public void Rescale(double factor, TimeSpan now, TimeSpan smoothed)
    {
        Resize((_probe.IsRunning ? _sizeBeforeProbe : _size) * factor);
        _probe.Cancel();
        for (var i = 0; i < _rates.Length; i++)
            _rates[i] *= factor;
        _startRate *= factor;
        _lastRound = default;
        _competition.Rescale(factor);
        // What arrives until then was asked for before.
        _changedUntil = now + smoothed * 2;
    }

    private void BeginRound(TimeSpan now)
    {
        _roundBegan = now;
        _roundAcked = _roundLost = _roundSamples = 0;
        _roundSum = _roundShortest = TimeSpan.Zero;
    }

    private void EndRound(TimeSpan now, TimeSpan smoothed)
    {
        if (_roundBegan == TimeSpan.MinValue)
            return;
        if (IsCutDue(now))
        {
            BeginRound(now);
            Probe(CutFactor, _lastRound.Mean, now, smoothed);
            return;
        }

        var lasted = now - _roundBegan;
        if (lasted < RoundMin || lasted < smoothed)
            return;
        var round = new Round(
            _roundAcked,
            _roundLost,
            _roundAcked / lasted.TotalSeconds,
            _roundShortest,
            _roundSamples > 0 ? _roundSum / _roundSamples : TimeSpan.Zero,
            IsUsed: _roundAcked + _roundLost >= _size / 2);
        BeginRound(now);
        if (now < _changedUntil)
            return;
        if (_probe.IsRunning)
            Measure(round, now, smoothed);
        else
            Heed(round, now, smoothed);
    }

    // What a round says that nothing was tried in.
    private void Heed(in Round round, TimeSpan now, TimeSpan smoothed)
    {
        _rates[_rounds++ % RatesKept] = round.Rate;
        if (_isDraining)
        {
            // Drained: what the last round took is what the way takes. Or somebody else has filled the queue.
            _isDraining = false;
            if (round.HasSamples)
            {
                if (round.Shortest > _shortest + StartQueueMin)
                    _lookAtRound = _rounds + RoundsBeforeLook;
                (_shortest, _shortestAt) = (round.Shortest, now);
            }
        }

        if (_shortest == TimeSpan.MaxValue)
            return;
        if (_isStarting)
        {
            // Of few chunks the smoothed round trip remembers one that is long gone.
            var roundTrip = round.HasSamples && round.Mean < smoothed ? round.Mean : smoothed;
            JudgeStart(round.Rate, round.LostShare, roundTrip - _shortest);
            _lookAtRound = _rounds + RoundsBeforeLook;
        }

        if (_isStarting)
            return;
        // Where all that came had been asked for twice, as on a slow line at first, nothing is known of the queue.
        if (round.HasSamples)
        {
            _lastRound = round;
            var competed = _competition.IsOn;
            _competition.Round(
                _size, round.Acked, round.Lost, round.Shortest - _shortest, round.Mean - _shortest,
                QueueOwn);
            if (competed && !_competition.IsOn)
            {
                Drain(now, smoothed);
                return;
            }
        }

        if (_competition.IsOn)
        {
            _foreignUntil = now + LeastAgeMax;
            Compete(round, now, smoothed);
        }
        else
        {
            Steer(round, now, smoothed);
        }
    }

    // ---- whose queue it is

    // All windows of a node at once, from the moment at which the time has come.
    private bool IsCutDue(TimeSpan now)
    {
        var period = _probes.PeriodOf(now);
        if (period == _probePeriod)
            return false;
        _probePeriod = period;
        return !_isStarting && !_isDraining && !_probe.IsRunning && _lastRound.IsUsed
            && (_competition.IsOn || _probes.IsSomebodyCompeting(now));
    }

    private void Probe(double factor, TimeSpan roundTrip, TimeSpan now, TimeSpan smoothed)
    {
        _probe.Begin(factor, roundTrip);
        _sizeBeforeProbe = _size;
        Resize(_size * factor);
        _changedUntil = now + smoothed * 2;
    }

    private void Measure(in Round round, TimeSpan now, TimeSpan smoothed)
    {
        if (!round.HasSamples)
            return;
        if (!_probe.IsRestored)
        {
            // Nothing stood there but what was taken away, and perhaps less than that: no measure.
            _cutEmptied = _size < _sizeBeforeProbe && round.Shortest - _shortest < Emptied;
            _probe.Restore(round.Mean);
            Resize(_sizeBeforeProbe);
            _changedUntil = now + smoothed * 2;
            return;
        }

        var share = _probe.End(round.Mean);
        var competed = _competition.IsOn;
        if (competed || !_cutEmptied)
            _competition.Measured(share, _size);
        if (competed && !_competition.IsOn)
        {
            _probes.QueueIsOurs(now);
            Drain(now, smoothed);
        }
    }

    private void Compete(in Round round, TimeSpan now, TimeSpan smoothed)
    {
        if (_probes.IsQueueOurs(now))
        {
            _competition.Reset();
            Drain(now, smoothed);
            return;
        }

        _lookAtRound = int.MaxValue;
        _probes.Competes(now);
        if (round.IsUsed)
            Resize(Math.Max(SizeAlone(0.5), Math.Min(_competition.Size, _size * Growth + 1)));
    }

    // ---- nobody else's

    // The start ends when more on the way brings no more, or stands in a queue.
    private void JudgeStart(double rate, double lost, TimeSpan queue)
    {
        _withoutGrowth = rate > _startRate * Growth ? 0 : _withoutGrowth + 1;
        _startRate = Math.Max(_startRate, rate);
        _isStarting = _withoutGrowth < RoundsWithoutGrowth && lost <= StartLossMax
            && queue <= Longer(_shortest / 4, StartQueueMin);
    }

    private void Steer(in Round round, TimeSpan now, TimeSpan smoothed)
    {
        _loss += (round.LostShare - _loss) / LossRounds;
        _queueShare = _loss > LossTolerated
            ? Math.Max(QueueShareMin, _queueShare / 2)
            : Math.Min(1, _queueShare * 1.1);
        if (_rounds >= _lookAtRound && round.HasSamples)
        {
            _lookAtRound = int.MaxValue;
            // No queue is longer than the round trip: where that is short, as on loopback, it is processors that make it.
            if (round.Mean > Competition.ShortQueue && round.IsUsed && _size >= LookLeast && _size * LookFactor <= _most)
            {
                Probe(LookFactor, round.Mean, now, smoothed);
                return;
            }
        }

        // At the same moments in all downloads: whoever stays in the queue would be taken for the way.
        if (_probes.PeriodOf(now, LeastAgeMax) != _drainPeriod && !_competition.IsSuspected
            && now - _shortestAt > (smoothed > Competition.ShortQueue ? Shorter(LeastAgeMin, smoothed * LeastAgeRoundTrips) : LeastAgeMin))
        {
            Drain(now, smoothed);
        }
        else
        {
            Resize(Math.Min(SizeAlone(_queueShare), _size * Growth + 1));
        }
    }

    private void Drain(TimeSpan now, TimeSpan smoothed)
    {
        _isDraining = true;
        _drainPeriod = _probes.PeriodOf(now, LeastAgeMax);
        _changedUntil = now + Longer(smoothed * 1.5, DrainMin);
        Resize(RatePerSecond * _shortest.TotalSeconds / 2);
    }

    private TimeSpan QueueOwn => TimeSpan.FromSeconds(QueueChunks / Math.Sqrt(Math.Max(1, RatePerSecond)));

    private double SizeAlone(double queueShare)
    {
        var rate = RatePerSecond;
        return rate * _shortest.TotalSeconds + QueueChunks * queueShare * Math.Sqrt(rate);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Resize(double size) => _size = Math.Clamp(size, _least, _most);

    private readonly record struct Round(int Acked, int Lost, double Rate, TimeSpan Shortest, TimeSpan Mean, bool IsUsed)
    {
        public bool HasSamples => Mean > TimeSpan.Zero;

        public double LostShare => Lost / (double)Math.Max(1, Acked + Lost);
    }
}
