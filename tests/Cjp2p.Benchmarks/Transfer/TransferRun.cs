using Cjp2p.Actors.Content;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>What one fetch took; null is what cannot be known of this kind of process.</summary>
/// <param name="IsCold">Whether it was the first for both processes.</param>
/// <param name="LengthBytes">Bytes of content.</param>
/// <param name="SourceProcessor">Processor time of the source; not what it took to start and to hash the file.</param>
/// <param name="FetcherProcessor">Processor time of the fetcher, with its start when it was started for this fetch.</param>
/// <param name="SourcePeakBytes">Most memory of the source until then.</param>
/// <param name="FetcherPeakBytes">Most memory of the fetcher until then.</param>
internal sealed record TransferRun(
    bool IsCold,
    long LengthBytes,
    TimeSpan SourceProcessor,
    TimeSpan FetcherProcessor,
    long SourcePeakBytes,
    long FetcherPeakBytes)
{
    /// <summary>From the request inside the running node until the verified file is in place.</summary>
    public TimeSpan? Wall { get; init; }

    /// <summary>From the start of the fetching process until then, when it was started for this fetch.</summary>
    public TimeSpan? SinceStart { get; init; }

    /// <summary>PleaseSendContent sent.</summary>
    public long? Requests { get; init; }

    /// <summary>Bytes of content received, duplicates included.</summary>
    public long? FetchedBytes { get; init; }

    /// <summary>Managed memory that the source allocated.</summary>
    public long? SourceAllocatedBytes { get; init; }

    /// <summary>Managed memory that the fetcher allocated.</summary>
    public long? FetcherAllocatedBytes { get; init; }

    /// <summary>Speed of the yardstick that ran right after it.</summary>
    public double? YardstickMegabytesPerSecond { get; init; }

    /// <summary>10^6 bytes of content a second, from the request on.</summary>
    public double? MegabytesPerSecond => LengthBytes / 1e6 / Wall?.TotalSeconds;

    /// <summary>The same from the start of the fetching process on.</summary>
    public double? MegabytesPerSecondSinceStart => LengthBytes / 1e6 / SinceStart?.TotalSeconds;

    /// <summary>Chunks of the content; at least 1.</summary>
    public long Chunks => ChunksOf(LengthBytes);

    /// <summary>Requests for each chunk; 1 is the least.</summary>
    public double? RequestsPerChunk => (double?)Requests / Chunks;

    /// <summary>Requests beyond one a chunk: the first question, retries, and what is asked of two at the end.</summary>
    public long? ExtraRequests => Requests - Chunks;

    /// <summary>Chunks of content of that length; at least 1.</summary>
    public static long ChunksOf(long lengthBytes) =>
        Math.Max(1, (lengthBytes + SpanGeometry.DefaultChunkBytes - 1) / SpanGeometry.DefaultChunkBytes);

    /// <summary>Part of the yardstick's speed.</summary>
    public double? Ratio => (MegabytesPerSecond ?? MegabytesPerSecondSinceStart) / YardstickMegabytesPerSecond;
}
