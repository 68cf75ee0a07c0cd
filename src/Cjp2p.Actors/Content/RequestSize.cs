namespace Cjp2p.Actors.Content;

/// <summary>
/// How many bytes one request to a source asks for: as many as the way there carries. Begins with the 4,096 that every
/// node serves; asks for more while nothing is lost, since each datagram costs the same whatever it holds; goes back
/// when more is lost, since a datagram in many fragments is lost with any of them; and goes down to what fits one
/// packet where nothing larger arrives at all, since some networks drop every fragment. Each failed attempt to ask for more makes the next
/// one rarer. Pure state of one source of one download; not thread-safe.
/// </summary>
public sealed class RequestSize
{
    /// <summary>
    /// Bytes that fit one packet of 1,280 bytes or more unfragmented: 960 are 1,280 characters of base64, and with what is
    /// around them less than the 1,452 bytes that IPv6 leaves of an Ethernet packet.
    /// </summary>
    public const int OnePacketBytes = 960;

    /// <summary>Share of the bytes of one stretch that may be lost without going back.</summary>
    public const double LossTolerated = 0.05;

    /// <summary>Share of them that may be lost when more is asked for next.</summary>
    public const double LossForMore = 0.01;

    private const int RequestsJudged = 16;
    private const int RequestsLostInRow = 8;
    private const int TrialsLostInRow = 2;
    private const int RarerTimes = 4;
    private const int RarestTimes = 4096;

    // What is lost at one moment is lost together: only silence that lasts says that nothing arrives.
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(300);
    // A way that carried fragments seldom stops to.
    private static readonly TimeSpan SilenceOfProven = TimeSpan.FromSeconds(10);

    private readonly int _bytesMax;
    private readonly int _least;
    private long _lostInRow;
    private TimeSpan _silentSince;
    private bool _hasCarriedFragments;
    private long _acked;
    private long _lost;
    private int _patience = 1;
    private bool _isTrial;

    /// <param name="bytesMax">Never more than this many bytes; at least 4,096.</param>
    /// <param name="mayBeOnePacket">Whether it may go down to what fits one packet.</param>
    public RequestSize(int bytesMax, bool mayBeOnePacket = true)
    {
        _least = mayBeOnePacket ? OnePacketBytes : SpanGeometry.DefaultChunkBytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesMax, SpanGeometry.DefaultChunkBytes);
        _bytesMax = bytesMax;
    }

    /// <summary>Bytes to be asked for in one request.</summary>
    public int Bytes { get; private set; } = SpanGeometry.DefaultChunkBytes;

    /// <summary>Bytes came that were asked for.</summary>
    public void Acked(long bytes)
    {
        _acked += bytes;
        _lostInRow = 0;
        Judge();
    }

    /// <summary>Bytes that were asked for did not come in time.</summary>
    public void Lost(long bytes, TimeSpan now)
    {
        if (_lostInRow == 0)
            _silentSince = now;
        _lost += bytes;
        _lostInRow += bytes;
        if (_lostInRow >= (long)(_isTrial ? TrialsLostInRow : RequestsLostInRow) * Bytes && now - _silentSince >= (_hasCarriedFragments ? SilenceOfProven : Silence))
            GoBack();
        else
            Judge();
    }

    /// <summary>
    /// A single request, sent to find out whether the source answers, was not answered. Nothing else is on its way then, so it
    /// says more: after two of them a smaller one is tried.
    /// </summary>
    public void ProbeLost(TimeSpan now) => Lost((long)RequestsLostInRow / 2 * Bytes, now);

    private void Judge()
    {
        var stretch = _acked + _lost;
        if (stretch < (long)RequestsJudged * Bytes)
            return;
        // Below the usual size only silence counts: what is lost there is lost for other reasons.
        if (_lost > stretch * LossTolerated && Bytes > SpanGeometry.DefaultChunkBytes)
        {
            GoBack();
            return;
        }

        var isCarried = _lost <= stretch / 2;
        _hasCarriedFragments |= isCarried && !_isTrial && Bytes > OnePacketBytes;
        if (stretch < (long)RequestsJudged * Bytes * _patience)
            return;
        if (_lost <= stretch * LossForMore && Bytes < _bytesMax)
        {
            Bytes = Bytes < SpanGeometry.DefaultChunkBytes ? SpanGeometry.DefaultChunkBytes : Math.Min(Bytes * 2, _bytesMax);
            _isTrial = true;
        }
        else if (isCarried)
        {
            _isTrial = false;
        }

        _acked = _lost = 0;
    }

    private void GoBack()
    {
        if (_isTrial)
            _patience = Math.Min(_patience * RarerTimes, RarestTimes);
        _isTrial = false;
        Bytes = Bytes > SpanGeometry.DefaultChunkBytes ? Math.Max(SpanGeometry.DefaultChunkBytes, LargestStepBelow(Bytes)) : _least;
        _acked = _lost = _lostInRow = 0;
    }

    private static int LargestStepBelow(int bytes)
    {
        var step = SpanGeometry.DefaultChunkBytes;
        while (step * 2 < bytes)
            step *= 2;
        return step;
    }
}
