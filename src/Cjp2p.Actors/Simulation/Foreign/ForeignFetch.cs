namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>A content that a foreign peer fetches; figures may be read between steps of the world.</summary>
public sealed class ForeignFetch
{
    private readonly ForeignDownload _download;

    internal ForeignFetch(ForeignDownload download) => _download = download;

    /// <summary>The program takes it for complete.</summary>
    public bool IsComplete => _download.Completion.IsCompletedSuccessfully;

    /// <summary>The program gave it up, or ended.</summary>
    public bool IsGivenUp => _download.Completion.IsFaulted;

    /// <summary>Whether the SHA-256 of the whole is the id; null before. Ruby and Bash never look at it themselves.</summary>
    public bool? Matches => _download.HashMatched;

    /// <summary>Bytes of blocks that it counts as received.</summary>
    public long BytesDone => _download.BytesDone;
}
