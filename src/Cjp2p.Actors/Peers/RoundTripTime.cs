namespace Cjp2p.Actors.Peers;

/// <summary>Smoothed round-trip time and its variation as in RFC 6298, as a value.</summary>
/// <param name="Smoothed">SRTT; zero before the first sample.</param>
/// <param name="Variation">RTTVAR.</param>
/// <param name="Least">Shortest sample seen.</param>
public readonly record struct RoundTripTime(TimeSpan Smoothed, TimeSpan Variation, TimeSpan Least)
{
    /// <summary>Whether a sample has been taken.</summary>
    public bool IsKnown => Smoothed > TimeSpan.Zero;

    /// <summary>The estimate after one more sample (RFC 6298 section 2, alpha 1/8, beta 1/4).</summary>
    public RoundTripTime Add(TimeSpan sample)
    {
        if (sample <= TimeSpan.Zero)
            sample = TimeSpan.FromTicks(1);
        if (!IsKnown)
            return new RoundTripTime(sample, sample / 2, sample);
        var variation = Variation * 0.75 + (Smoothed - sample).Duration() * 0.25;
        return new RoundTripTime(Smoothed * 0.875 + sample * 0.125, variation, sample < Least ? sample : Least);
    }

    /// <summary>
    /// Retransmission timeout (RFC 6298 section 2.3) between the given bounds; the upper one when nothing is known. At least
    /// twice the smoothed time: the variation of a steady way is nearly nothing, and then any short queue would look like loss.
    /// </summary>
    public TimeSpan Timeout(TimeSpan least, TimeSpan unknown, TimeSpan most)
    {
        if (!IsKnown)
            return unknown;
        var timeout = Smoothed + (Variation * 4 > Smoothed ? Variation * 4 : Smoothed);
        return timeout < least ? least : timeout > most ? most : timeout;
    }
}
