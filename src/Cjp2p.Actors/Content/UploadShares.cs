using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Divides a rate between the peers who ask, so that who asks more often gets no more: each has the rate divided by their number, and
/// what some leave the others share evenly. Constant time for each answer, whoever asks. Time is an argument; not thread-safe.
/// </summary>
/// <remarks>
/// There is a bucket for all and one for each peer. Those of the peers all fill alike: with an even share of the rate while that for all is
/// half full; the fuller that is, because some take less than their share, the faster, up to the whole rate; the emptier, the slower. So it
/// comes to rest where all is given out, at shares that are even for all who want more than they get (max-min fair).
/// </remarks>
public sealed class UploadShares
{
    /// <summary>Peers whose share is remembered; one costs about 100 bytes. Who is forgotten begins anew.</summary>
    public const int PeersRemembered = 4096;

    // Who has not asked for longer than this does not count.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly TwoGenerationMap<PeerAddress, Share> _peers = new(PeersRemembered);
    private TokenBucket _all = TokenBucket.Full(long.MaxValue, TimeSpan.Zero);
    // Bytes that every peer was given so far.
    private double _given;
    private long _period;
    private int _asking;
    private int _askedBefore;

    /// <summary>Peers that are remembered.</summary>
    public int PeersHeld => _peers.Count;

    /// <summary>Whether so much may be sent to a peer now; then it counts as sent.</summary>
    /// <param name="to">The peer.</param>
    /// <param name="bytes">Bytes to be sent.</param>
    /// <param name="rate">Bytes a second for all together; more than zero.</param>
    /// <param name="now">When.</param>
    public bool TryTake(in PeerAddress to, int bytes, long rate, TimeSpan now)
    {
        var burst = RateLimits.Burst(rate);
        var seconds = Math.Max(0, (now - _all.At).TotalSeconds);
        _all = RateLimits.Refill(_all, rate, burst, now);
        var isKnown = _peers.TryGet(to, out var share);
        Count(ref share, isKnown, now);
        var peers = Math.Max(1, Math.Max(_asking, _askedBefore));
        var evenRate = (double)rate / peers;
        _given += Math.Min(burst, seconds * evenRate * Math.Pow(peers, _all.Tokens / burst * 2 - 1));
        share.Tokens = Math.Min(RateLimits.Burst(evenRate), isKnown ? share.Tokens + _given - share.Given : double.MaxValue);
        share.Given = _given;
        var isTaken = share.Tokens >= bytes && _all.TryTake(bytes, out _all);
        if (isTaken)
            share.Tokens -= bytes;
        _peers.Set(to, share);
        return isTaken;
    }

    private void Count(ref Share share, bool isKnown, TimeSpan now)
    {
        var period = now.Ticks / Period.Ticks;
        if (period != _period)
            (_askedBefore, _asking, _period) = (period == _period + 1 ? _asking : 0, 0, period);
        if (isKnown && share.Period == period)
            return;
        share.Period = period;
        _asking++;
    }

    private struct Share
    {
        internal double Tokens;
        // What every peer had been given when this one last asked.
        internal double Given;
        internal long Period;
    }
}
