namespace Cjp2p.Actors.Content;

/// <summary>
/// How many chunks may be on their way from one source. Grows by one for each chunk that arrives until a round trip
/// loses more than <see cref="LossTolerated"/> of its chunks, then by one a round trip; such a round trip takes a third
/// off. Occasional losses (radio links) do not shrink it. Pure state of one source of one download; not thread-safe.
/// </summary>
public sealed class TransferWindow
{
    /// <summary>Share of the chunks of one round trip that may be lost without being read as congestion.</summary>
    public const double LossTolerated = 0.1;

    private readonly int _least;
    private readonly int _most;
    private double _size;
    private bool _starting = true;
    private TimeSpan _roundEnds;
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

    /// <summary>Chunks were asked for.</summary>
    public void Sent(int chunks) => InFlight += chunks;

    /// <summary>Chunks arrived that had been asked of this source.</summary>
    public void Acked(int chunks, TimeSpan now, TimeSpan roundTrip)
    {
        InFlight = Math.Max(0, InFlight - chunks);
        EndRound(now, roundTrip);
        _roundAcked += chunks;
        _size = Math.Min(_most, _size + (_starting ? chunks : chunks / _size));
    }

    /// <summary>Chunks that had been asked of this source did not come in time.</summary>
    public void Lost(int chunks, TimeSpan now, TimeSpan roundTrip)
    {
        InFlight = Math.Max(0, InFlight - chunks);
        EndRound(now, roundTrip);
        _roundLost += chunks;
    }

    /// <summary>Chunks are no longer waited for, for a reason that says nothing about the path.</summary>
    public void Cancelled(int chunks) => InFlight = Math.Max(0, InFlight - chunks);

    /// <summary>The source stopped answering: start again with the least.</summary>
    public void Collapse()
    {
        _size = _least;
        _starting = true;
        _roundAcked = _roundLost = 0;
    }

    private void EndRound(TimeSpan now, TimeSpan roundTrip)
    {
        if (now < _roundEnds)
            return;
        if (_roundLost > LossTolerated * (_roundAcked + _roundLost))
        {
            _starting = false;
            _size = Math.Max(_least, _size * 2 / 3);
        }

        _roundAcked = _roundLost = 0;
        _roundEnds = now + roundTrip;
    }
}
