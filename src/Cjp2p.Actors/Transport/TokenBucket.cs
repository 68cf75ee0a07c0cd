namespace Cjp2p.Actors.Transport;

/// <summary>A rate limit as a value: tokens come in at a rate, up to a burst, and are taken out. Pure; time is an argument.</summary>
/// <param name="Tokens">Tokens there at <see cref="At"/>.</param>
/// <param name="At">When they were counted.</param>
public readonly record struct TokenBucket(double Tokens, TimeSpan At)
{
    /// <summary>A bucket that holds its whole burst.</summary>
    public static TokenBucket Full(double burst, TimeSpan now) => new(burst, now);

    /// <summary>The same bucket later.</summary>
    public TokenBucket Refill(double perSecond, double burst, TimeSpan now)
    {
        var seconds = (now - At).TotalSeconds;
        return seconds <= 0 ? this : new TokenBucket(Math.Min(burst, Tokens + seconds * perSecond), now);
    }

    /// <summary>Takes some tokens; false, and nothing taken, when there are fewer.</summary>
    public bool TryTake(double tokens, out TokenBucket rest)
    {
        var isThere = Tokens >= tokens;
        rest = isThere ? this with { Tokens = Tokens - tokens } : this;
        return isThere;
    }

    /// <summary>Takes one token; false, and nothing taken, when there is none.</summary>
    public bool TryTake(out TokenBucket rest)
    {
        // Looked at first: the caller may put the rest where this bucket is.
        var isThere = Tokens >= 1;
        rest = isThere ? this with { Tokens = Tokens - 1 } : this;
        return isThere;
    }
}
