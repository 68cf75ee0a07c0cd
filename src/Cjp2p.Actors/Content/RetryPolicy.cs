using Cjp2p.Actors.Peers;

namespace Cjp2p.Actors.Content;

/// <summary>
/// When a request counts as lost and how long to leave a source alone that did not answer. Pure: chance comes in as a
/// number in [0, 1), so that retries of many do not fall together.
/// </summary>
/// <param name="TimeoutMin">Shortest wait for an answer.</param>
/// <param name="TimeoutUnknown">Wait for an answer of a source whose round-trip time is not known.</param>
/// <param name="TimeoutMax">Longest wait for an answer.</param>
/// <param name="PauseMin">First pause after a failure.</param>
/// <param name="PauseMax">Longest pause.</param>
public sealed record RetryPolicy(
    TimeSpan TimeoutMin, TimeSpan TimeoutUnknown, TimeSpan TimeoutMax, TimeSpan PauseMin, TimeSpan PauseMax)
{
    // Where one of ten is lost, a few of a thousand chunks are lost three times. Whoever waits longer for each time waits for those at the
    // end of a transfer longer than for all others. That a source is too slow for it is what the round trip time is for.
    private const int PatientFromAttempt = 4;

    /// <summary>
    /// How long to wait for an answer to a request that is the <paramref name="attempt"/>-th (from 1) for its chunk. It doubles from
    /// one to the next; of a source that has answered, from the fourth on.
    /// </summary>
    public TimeSpan Timeout(in RoundTripTime rtt, int attempt)
    {
        var doublings = attempt - (rtt.IsKnown ? PatientFromAttempt - 1 : 1);
        var timeout = rtt.Timeout(TimeoutMin, TimeoutUnknown, TimeoutMax) * Math.Pow(2, Math.Clamp(doublings, 0, 10));
        return timeout > TimeoutMax ? TimeoutMax : timeout;
    }

    /// <summary>
    /// Pause after the <paramref name="failures"/>-th failure in a row (from 1): doubles up to the longest, less a random
    /// part of up to a half (<paramref name="chance"/> in [0, 1)).
    /// </summary>
    public TimeSpan Pause(int failures, double chance)
    {
        var pause = PauseMin * Math.Pow(2, Math.Clamp(failures - 1, 0, 20));
        return (pause > PauseMax ? PauseMax : pause) * (1 - chance / 2);
    }
}
