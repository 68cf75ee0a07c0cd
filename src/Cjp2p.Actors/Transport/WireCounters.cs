namespace Cjp2p.Actors.Transport;

/// <summary>
/// What became of received datagrams and their elements, since the node started. Written by receive threads, read by
/// anybody; exact per field.
/// </summary>
public sealed class WireCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<WireCount>().Length];

    /// <summary>One count.</summary>
    public long this[WireCount what] => Interlocked.Read(ref _counts[(int)what]);

    /// <summary>Adds to a count.</summary>
    public void Add(WireCount what, long count = 1) => Interlocked.Add(ref _counts[(int)what], count);
}

/// <summary>What is counted.</summary>
public enum WireCount
{
    /// <summary>Datagrams looked at.</summary>
    Datagrams,

    /// <summary>Datagrams with a valid cookie of ours.</summary>
    Verified,

    /// <summary>Datagrams that are no JSON array within the limits.</summary>
    Unreadable,

    /// <summary>Datagrams that came, or claimed to come, from ourselves, or from port 0.</summary>
    ImpossibleSource,

    /// <summary>Datagrams of sources over their limit that proved nothing.</summary>
    Limited,

    /// <summary>Elements that were skipped because they are not as they should be.</summary>
    BadElements,

    /// <summary>Elements with names that we do not know.</summary>
    UnknownElements,

    /// <summary>Chunks of content taken.</summary>
    ChunksStored,

    /// <summary>Chunks of content that were here already, or not being fetched any more.</summary>
    ChunksDuplicate,

    /// <summary>Content that was too short or did not fit what was asked for.</summary>
    ChunksUseless,

    /// <summary>Content with broken base64.</summary>
    ChunksMalformed,

    /// <summary>Content that nobody asked that source for.</summary>
    ContentUnasked,

    /// <summary>Content whose claimed length is not the one that is believed.</summary>
    ContentOtherLength,

    /// <summary>Replies sent by receive threads and the content server.</summary>
    Replies,

    /// <summary>Messages not passed on because an actor was too far behind.</summary>
    Shed,

    /// <summary>Requests of the unverified that were ignored at random.</summary>
    IgnoredAtRandom,

    /// <summary>Content requests that were not answered because the user limits what is sent.</summary>
    RateLimited,
}
