using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>What may be done with a datagram of a source, before it has been looked at.</summary>
public enum Admission
{
    /// <summary>Decode it and answer.</summary>
    Full,

    /// <summary>
    /// The source (or everybody together) has used up what strangers may cost us: only what proves itself (a valid
    /// cookie, or content that we asked that source for) is handled. An attacker who forges an honest peer's address can
    /// bring it here, but not silence it.
    /// </summary>
    ProvenOnly,
}

/// <summary>
/// Drops what strangers send too much of before work is done. Only datagrams that prove nothing are charged, to the IP
/// address (any port) they claim and to one account for all strangers; verified peers and transfers that we asked for
/// are not slowed. Pure; bounded by its capacity.
/// </summary>
public sealed class IngressLimiter
{
    private IngressLimits _limits;
    private readonly TwoGenerationMap<PeerAddress, TokenBucket> _sources;
    private TokenBucket _strangers;
    private TimeSpan _chargedAt;

    /// <param name="limits">The rates.</param>
    /// <param name="now">When it starts.</param>
    public IngressLimiter(IngressLimits limits, TimeSpan now)
    {
        _limits = limits;
        _sources = new TwoGenerationMap<PeerAddress, TokenBucket>(limits.SourcesMax);
        _strangers = TokenBucket.Full(limits.StrangersBurst, now);
    }

    /// <summary>The rates; how many sources are remembered does not change any more.</summary>
    public IngressLimits Limits
    {
        get => _limits;
        set => _limits = value;
    }

    /// <summary>Sources remembered now.</summary>
    public int Sources => _sources.Count;

    /// <summary>Sources that had to make room.</summary>
    public long Evictions => _sources.Evictions;

    /// <summary>What may be done with the next datagram of <paramref name="source"/>.</summary>
    public Admission Admit(in PeerAddress source, TimeSpan now)
    {
        _strangers = _strangers.Refill(_limits.StrangersPerSecond, _limits.StrangersBurst, now);
        // All accounts are full again: none is worth its memory.
        if (_sources.Count > 0 && (now - _chargedAt).TotalSeconds * _limits.SourcePerSecond > _limits.SourceBurst)
            _sources.Clear();
        if (_strangers.Tokens < 1)
            return Admission.ProvenOnly;
        return _sources.TryGet(source.WithPort(0), out var bucket)
            && bucket.Refill(_limits.SourcePerSecond, _limits.SourceBurst, now).Tokens < 1
            ? Admission.ProvenOnly
            : Admission.Full;
    }

    /// <summary>Charges a datagram that proved nothing.</summary>
    public void Charge(in PeerAddress source, TimeSpan now)
    {
        _chargedAt = now;
        _strangers.TryTake(out _strangers);
        var key = source.WithPort(0);
        var bucket = _sources.TryGet(key, out var known)
            ? known.Refill(_limits.SourcePerSecond, _limits.SourceBurst, now)
            : TokenBucket.Full(_limits.SourceBurst, now);
        bucket.TryTake(out bucket);
        _sources.Set(key, bucket);
    }
}

/// <summary>Rates of <see cref="IngressLimiter"/>; <c>cjp2p.ingress</c> in the reference configuration.</summary>
/// <param name="SourcePerSecond">Unproven datagrams per second from one IP address.</param>
/// <param name="SourceBurst">How many of them at once.</param>
/// <param name="StrangersPerSecond">Unproven datagrams per second from everybody together.</param>
/// <param name="StrangersBurst">How many of them at once.</param>
/// <param name="SourcesMax">IP addresses remembered.</param>
public sealed record IngressLimits(
    double SourcePerSecond, double SourceBurst, double StrangersPerSecond, double StrangersBurst, int SourcesMax);
