namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>One content that one peer fetched, or tried to.</summary>
/// <param name="Node">Number of the machine.</param>
/// <param name="Content">Name of the content.</param>
/// <param name="From">When it began; null: it did not.</param>
/// <param name="Until">When it was there and verified; null: it was not.</param>
/// <param name="LengthBytes">Length of the content.</param>
/// <param name="DoneBytes">Bytes that were there at the end.</param>
/// <param name="FetchedBytes">Bytes of content that arrived for it, those of no use included.</param>
/// <param name="Starts">How often it was started: once, and once more after each crash or failure.</param>
/// <param name="Why">Why it made no progress at the end, or what it failed with last; empty when there is nothing to say.</param>
public sealed record ScenarioFetch(
    int Node,
    string Content,
    TimeSpan? From,
    TimeSpan? Until,
    long LengthBytes,
    long DoneBytes,
    long FetchedBytes,
    int Starts,
    string Why)
{
    /// <summary>How long it took, or null.</summary>
    public TimeSpan? Took => Until - From;
}
