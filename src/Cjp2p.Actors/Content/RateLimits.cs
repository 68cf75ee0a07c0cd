using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Keeps content within the rates that the user allows, each with a second's worth at once; what goes to all peers is divided evenly
/// between them (<see cref="UploadShares"/>). Thread-safe; the settings may be replaced at any time; time is an argument.
/// </summary>
/// <param name="settings">The rates.</param>
public sealed class RateLimits(RateSettings settings)
{
    /// <summary>What is let through at once at least: one large answer, some requests.</summary>
    public const int BurstBytesMin = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly TwoGenerationMap<PeerAddress, TokenBucket> _peers = new(UploadShares.PeersRemembered);
    private volatile RateSettings _settings = settings;
    private readonly UploadShares _shares = new();
    private TokenBucket _down = TokenBucket.Full(long.MaxValue, TimeSpan.Zero);

    /// <summary>The rates in effect.</summary>
    public RateSettings Settings
    {
        get => _settings;
        set => _settings = value;
    }

    /// <summary>Whether so much content may be sent to a peer now; then it counts as sent.</summary>
    public bool TryUpload(in PeerAddress to, int bytes, TimeSpan now, DateTimeOffset utcNow)
    {
        var settings = _settings;
        var rate = settings.UploadAt(utcNow);
        if (rate == 0 && settings.PeerUpload == 0)
            return true;
        lock (_lock)
        {
            var peer = default(TokenBucket);
            if (settings.PeerUpload > 0)
            {
                var burst = Burst(settings.PeerUpload);
                peer = _peers.TryGet(to, out var known)
                    ? Refill(known, settings.PeerUpload, burst, now)
                    : TokenBucket.Full(burst, now);
                if (!peer.TryTake(bytes, out peer))
                    return false;
            }

            if (rate > 0 && !_shares.TryTake(to, bytes, rate, now))
                return false;
            if (settings.PeerUpload > 0)
                _peers.Set(to, peer);
            return true;
        }
    }

    /// <summary>Of so many chunks, how many may be asked for now; they count as asked for.</summary>
    public int TakeDownload(int chunks, int chunkBytes, TimeSpan now, DateTimeOffset utcNow)
    {
        var rate = _settings.DownloadAt(utcNow);
        if (rate == 0)
            return chunks;
        lock (_lock)
        {
            _down = Refill(_down, rate, Burst(rate), now);
            var taken = (int)Math.Min(chunks, _down.Tokens / chunkBytes);
            _down.TryTake((double)taken * chunkBytes, out _down);
            return taken;
        }
    }

    internal static double Burst(double rate) => Math.Max(rate, BurstBytesMin);

    // A rate that has become lower counts at once.
    internal static TokenBucket Refill(TokenBucket bucket, double rate, double burst, TimeSpan now)
    {
        var refilled = bucket.Refill(rate, burst, now);
        return refilled with { Tokens = Math.Min(refilled.Tokens, burst) };
    }
}
