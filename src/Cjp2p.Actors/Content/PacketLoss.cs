namespace Cjp2p.Actors.Content;

/// <summary>What <see cref="PacketLoss"/> has found out.</summary>
public enum PacketLossVerdict
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>As many small answers are lost as large ones: whole datagrams are lost, by a queue or a relay.</summary>
    Datagrams,

    /// <summary>Clearly fewer small answers are lost: single packets are lost, and with each the datagram that it is a part of.</summary>
    Packets,
}

/// <summary>
/// Finds out whether a way loses single packets. There, answers in several packets are lost several times as often, and what is
/// left of them stays in the receiving kernel: Linux keeps it for 30 s, in 4 MiB at the most, and when these are full
/// no fragment arrives any more. So when more is lost than a kernel can keep, or a large share, some requests ask for one packet
/// each, among the others, and both kinds are counted until chance explains the difference no more, or explains it well (a
/// sequential test of the ratio of two likelihoods). Where whole datagrams are lost the next comparison is ever rarer. Pure state of one
/// source of one download; not thread-safe.
/// </summary>
public sealed class PacketLoss
{
    /// <summary>Bytes a second that may be lost for ever: with what a kernel needs around them, a sixth of its 4 MiB in 30 s, a third in the 60 s of IPv6.</summary>
    public const int LostBytesPerSecondTolerated = 24 * 1024;

    /// <summary>Share of the bytes that may be lost for ever.</summary>
    public const double LostShareTolerated = 0.05;

    private const int LostBytesBeyond = 128 * 1024;

    // With one of four packets a datagram of four is lost, and requests are lost as well: two to five.
    private const double SmallToLarge = 0.4;
    private const double LogSmallToLarge = 0.92;
    private const double CertainFrom = 4;
    private const int SmallJudged = 64;
    private const int SmallJudgedMax = 4096;

    // What is lost at one moment is lost together and counts as a sign once.
    private const int MomentsJudged = 8;
    private const int RarerTimes = 4;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PauseAfterOverflow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PauseFirst = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseLast = TimeSpan.FromMinutes(10);

    private double _beyondRate;
    private double _beyondShare;
    private TimeSpan _lostAt;
    private TimeSpan _momentAt;
    private TimeSpan _pausesUntil = TimeSpan.MinValue;
    private TimeSpan _pause = PauseFirst;
    private long _largeAcked;
    private long _largeLost;
    private int _largeMoments;
    private int _smallAcked;
    private int _smallLost;

    /// <summary>Whether some requests are to ask for one packet each.</summary>
    public bool IsComparing { get; private set; }

    /// <summary>Bytes came that were asked for in requests of usual size.</summary>
    public void LargeAcked(long bytes)
    {
        _beyondShare = Math.Max(0, _beyondShare - (bytes * LostShareTolerated));
        if (IsComparing)
            _largeAcked += bytes;
    }

    /// <summary>Such bytes did not come in time.</summary>
    public void LargeLost(long bytes, TimeSpan now)
    {
        _beyondRate = Math.Max(0, _beyondRate - ((now - _lostAt).TotalSeconds * LostBytesPerSecondTolerated));
        _beyondRate = Math.Min(_beyondRate + bytes, 2 * LostBytesBeyond);
        _beyondShare = Math.Min(_beyondShare + bytes, 2 * LostBytesBeyond);
        _lostAt = now;
        if (!IsComparing)
            return;
        _largeLost += bytes;
        if (now - _momentAt < Moment)
            return;
        _momentAt = now;
        _largeMoments++;
    }

    /// <summary>Whether more was lost than is good, and nothing is known of the reason.</summary>
    public bool IsSuspected(TimeSpan now) =>
        !IsComparing && now >= _pausesUntil && Math.Max(_beyondRate, _beyondShare) > LostBytesBeyond;

    /// <summary>Begins to compare.</summary>
    public void Compare()
    {
        Forget();
        IsComparing = true;
    }

    /// <summary>A full queue may have had no room for what was lost: neither that nor what is lost soon says anything.</summary>
    public void Overflows(TimeSpan now)
    {
        Forget();
        if (_pausesUntil < now + PauseAfterOverflow)
            _pausesUntil = now + PauseAfterOverflow;
    }

    /// <summary>What was lost before counts no more.</summary>
    public void Forget()
    {
        IsComparing = false;
        _beyondRate = _beyondShare = 0;
        _largeAcked = _largeLost = 0;
        _largeMoments = _smallAcked = _smallLost = 0;
    }

    /// <summary>Requests for one packet each were answered, or were not answered in time.</summary>
    public PacketLossVerdict Small(int acked, int lost, TimeSpan now)
    {
        if (!IsComparing)
            return PacketLossVerdict.None;
        _smallAcked += acked;
        _smallLost += lost;
        var small = _smallAcked + _smallLost;
        if (small < SmallJudged || _largeAcked + _largeLost == 0)
            return PacketLossVerdict.None;
        // The logarithm of the ratio, but for terms of the share's square: how much better it fits loss of packets.
        var share = (double)_largeLost / (_largeAcked + _largeLost);
        var certainty = ((1 - SmallToLarge) * share * small) - (LogSmallToLarge * _smallLost);
        if (certainty >= CertainFrom && _largeMoments >= MomentsJudged)
        {
            Forget();
            return PacketLossVerdict.Packets;
        }

        if (certainty > -CertainFrom && small < SmallJudgedMax)
            return PacketLossVerdict.None;
        Forget();
        _pausesUntil = now + _pause;
        _pause = _pause * RarerTimes < PauseLast ? _pause * RarerTimes : PauseLast;
        return PacketLossVerdict.Datagrams;
    }
}
