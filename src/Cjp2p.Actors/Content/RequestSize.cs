namespace Cjp2p.Actors.Content;

/// <summary>
/// How many bytes one request to a source asks for: as many as the way there carries. Begins with the 4,096 that every
/// node serves; asks for more while nothing is lost, since each datagram costs the same whatever it holds; goes back
/// when more is lost, since a datagram in many fragments is lost with any of them. Each failed attempt to ask for more makes
/// the next one rarer. Goes down to what fits one packet where answers of one packet arrive and no larger ones, since some
/// networks drop every fragment; then single requests for more, whose loss costs nothing, find out when that has ended. Pure state of
/// one source of one download; not thread-safe.
/// </summary>
public sealed class RequestSize
{
    /// <summary>
    /// Bytes that fit one packet of 1,280 bytes or more unfragmented: 960 are 1,280 characters of base64, and with what is
    /// around them less than the 1,452 bytes that IPv6 leaves of an Ethernet packet.
    /// </summary>
    public const int OnePacketBytes = 960;

    /// <summary>Bytes of a UDP datagram that one packet of Ethernet carries over IPv4, and no more.</summary>
    public const int OnePacketDatagramBytesMax = 1472;

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
    private static readonly TimeSpan LargerProbeFirst = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LargerProbeLast = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan DownFirst = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DownLast = TimeSpan.FromMinutes(4);

    private readonly int _bytesMax;
    private readonly PacketLoss _packetLoss = new();
    private long _lostInRow;
    private TimeSpan _silentSince;
    private bool _onePacketArrives;
    private TimeSpan _largerProbeAt = TimeSpan.MinValue;
    private TimeSpan _largerProbeWait = LargerProbeFirst;
    private bool _staysUntilProbe;
    private TimeSpan _downWait = DownFirst;
    private long _acked;
    private long _lost;
    private int _patience = 1;
    private bool _isTrial;

    /// <param name="bytesMax">Never more than this many bytes; at least 4,096.</param>
    public RequestSize(int bytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesMax, SpanGeometry.DefaultChunkBytes);
        _bytesMax = bytesMax;
    }

    /// <summary>Bytes to be asked for in one request.</summary>
    public int Bytes { get; private set; } = SpanGeometry.DefaultChunkBytes;

    /// <summary>Whether nothing larger than one packet is asked for.</summary>
    public bool IsOnePacket => Bytes == OnePacketBytes;

    /// <summary>Whether some requests are to ask for one packet each, of which <see cref="SmallSettled"/> is to be told.</summary>
    public bool IsComparing => _packetLoss.IsComparing;

    /// <summary>Bytes came that were asked for.</summary>
    public void Acked(long bytes)
    {
        if (!IsOnePacket)
            _packetLoss.LargeAcked(bytes);
        _acked += bytes;
        _lostInRow = 0;
        _onePacketArrives = false;
        Judge();
    }

    /// <summary>Bytes that were asked for did not come in time.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="now">When that was noticed.</param>
    /// <param name="mayOverflow">A full queue may have had no room for them. It has more room for small packets: that says nothing of the way.</param>
    public void Lost(long bytes, TimeSpan now, bool mayOverflow = false)
    {
        if (_lostInRow == 0)
            _silentSince = now;
        _lost += bytes;
        _lostInRow += bytes;
        if (mayOverflow)
            _packetLoss.Overflows(now);
        else if (!IsOnePacket)
            _packetLoss.LargeLost(bytes, now);
        var isSilent = now - _silentSince >= Silence;
        if (isSilent && _isTrial && _lostInRow >= (long)TrialsLostInRow * Bytes)
            GoBack();
        else if (isSilent && _onePacketArrives && !IsOnePacket && _lostInRow >= (long)RequestsLostInRow * Bytes)
            GoDown(now);
        else
            Judge();
        // Where nothing arrives any more it is not lost: nobody answers for what he does not have.
        if (IsOnePacket || _lostInRow >= (long)RequestsLostInRow * Bytes || !_packetLoss.IsSuspected(now))
            return;
        if (Bytes > SpanGeometry.DefaultChunkBytes)
        {
            TryMoreSeldom();
            Restart(SpanGeometry.DefaultChunkBytes);
        }
        else
        {
            _packetLoss.Compare();
        }
    }

    /// <summary>Requests for one packet each, among others for more, were answered or not answered in time.</summary>
    public void SmallSettled(int acked, int lost, TimeSpan now)
    {
        if (_packetLoss.Small(acked, lost, now) != PacketLossVerdict.Packets)
            return;
        Restart(OnePacketBytes);
        // Most of what is larger still arrives, so that it arrives says nothing: after a while it is asked for and compared again.
        _staysUntilProbe = true;
        _largerProbeAt = now + _downWait;
        _downWait = _downWait * 2 < DownLast ? _downWait * 2 : DownLast;
    }

    /// <summary>
    /// A probe was answered, whose answer fits one packet: from now on, losing all that is larger means something. A second
    /// one, with nothing but losses between the two, is proof enough.
    /// </summary>
    public void OnePacketArrived(TimeSpan now)
    {
        if (IsOnePacket)
            return;
        if (_onePacketArrives && _lostInRow >= (long)TrialsLostInRow * Math.Min(Bytes, SpanGeometry.DefaultChunkBytes))
        {
            GoDown(now);
            return;
        }

        if (!_onePacketArrives)
            _lostInRow = 0;
        _onePacketArrives = true;
    }

    /// <summary>An answer arrived that does not fit one packet.</summary>
    public void LargerArrived()
    {
        if (!IsOnePacket || _staysUntilProbe)
            return;
        Restart(SpanGeometry.DefaultChunkBytes);
        // One that came by luck is not enough.
        _onePacketArrives = true;
    }

    /// <summary>
    /// Whether a single request for more than one packet is to be sent now, to find out whether that arrives again. Each one
    /// makes the next one rarer.
    /// </summary>
    public bool TakeLargerProbe(TimeSpan now)
    {
        if (!IsOnePacket || now < _largerProbeAt)
            return false;
        _staysUntilProbe = false;
        _largerProbeAt = now + _largerProbeWait;
        _largerProbeWait = _largerProbeWait * 2 < LargerProbeLast ? _largerProbeWait * 2 : LargerProbeLast;
        return true;
    }

    private void Judge()
    {
        var stretch = _acked + _lost;
        if (IsOnePacket || stretch < (long)RequestsJudged * Bytes)
            return;
        // At the usual size only silence counts: what is lost there is lost for other reasons.
        if (_lost > stretch * LossTolerated && Bytes > SpanGeometry.DefaultChunkBytes)
        {
            GoBack();
            return;
        }

        if (_lost <= stretch / 2)
            _largerProbeWait = LargerProbeFirst;
        if (stretch < (long)RequestsJudged * Bytes * _patience)
            return;
        if (_lost <= stretch * LossForMore && Bytes < _bytesMax && !IsComparing)
        {
            Bytes = Math.Min(Bytes * 2, _bytesMax);
            _isTrial = true;
        }
        else if (_lost <= stretch / 2)
        {
            _isTrial = false;
        }

        _acked = _lost = 0;
    }

    private void GoBack()
    {
        if (_isTrial)
            TryMoreSeldom();
        Restart(Math.Max(SpanGeometry.DefaultChunkBytes, LargestStepBelow(Bytes)));
    }

    private void TryMoreSeldom() => _patience = Math.Min(_patience * RarerTimes, RarestTimes);

    private void GoDown(TimeSpan now)
    {
        Restart(OnePacketBytes);
        _largerProbeAt = now + _largerProbeWait;
    }

    private void Restart(int bytes)
    {
        Bytes = bytes;
        _packetLoss.Forget();
        _isTrial = _onePacketArrives = false;
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
