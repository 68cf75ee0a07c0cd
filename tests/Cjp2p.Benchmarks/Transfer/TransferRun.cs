using Cjp2p.Actors.Content;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>What one fetch took.</summary>
/// <param name="IsCold">Whether it was the first of its process.</param>
/// <param name="LengthBytes">Bytes of content.</param>
/// <param name="Wall">From the request inside the running node until the verified file is in place.</param>
/// <param name="SinceStart">From the start of the fetching process until then; of use for the first only.</param>
/// <param name="Source">What the source used; not what it used to start and to hash the file.</param>
/// <param name="Fetcher">What the fetcher used; the first fetch includes what it used to start.</param>
/// <param name="SourcePeakBytes">Most memory of the source until then.</param>
/// <param name="FetcherPeakBytes">Most memory of the fetcher until then.</param>
/// <param name="Requests">PleaseSendContent sent.</param>
/// <param name="FetchedBytes">Bytes of content received, duplicates included.</param>
internal sealed record TransferRun(
    bool IsCold,
    long LengthBytes,
    TimeSpan Wall,
    TimeSpan SinceStart,
    Usage Source,
    Usage Fetcher,
    long SourcePeakBytes,
    long FetcherPeakBytes,
    long Requests,
    long FetchedBytes)
{
    /// <summary>10^6 bytes of content a second.</summary>
    public double MegabytesPerSecond => LengthBytes / 1e6 / Wall.TotalSeconds;

    /// <summary>The same, with the start of the fetching process.</summary>
    public double MegabytesPerSecondSinceStart => LengthBytes / 1e6 / SinceStart.TotalSeconds;

    /// <summary>Chunks of the content.</summary>
    public long Chunks => Math.Max(1, (LengthBytes + SpanGeometry.DefaultChunkBytes - 1) / SpanGeometry.DefaultChunkBytes);

    /// <summary>Requests for each chunk; 1 is the least.</summary>
    public double RequestsPerChunk => (double)Requests / Chunks;

    /// <summary>Requests beyond one a chunk: the first question, retries, and what is asked of two at the end.</summary>
    public long ExtraRequests => Requests - Chunks;

    /// <summary>Speed of the yardstick that ran right after it; null: none did.</summary>
    public double? YardstickMegabytesPerSecond { get; init; }

    /// <summary>Part of the yardstick's speed.</summary>
    public double? Ratio => MegabytesPerSecond / YardstickMegabytesPerSecond;
}
