using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>Where a source of a download stands.</summary>
internal enum SourceStanding
{
    /// <summary>Was asked, or is about to be, whether it has the content.</summary>
    Probing,

    /// <summary>Has the content; chunks are asked of it.</summary>
    Active,

    /// <summary>Did not answer, or uselessly; is asked again later.</summary>
    Resting,

    /// <summary>Gave wrong content, or lied about it: not asked again in this download.</summary>
    Banned,
}

/// <summary>Why an address is a source.</summary>
internal enum SourceOrigin
{
    /// <summary>The user named it: asked for as long as the download runs.</summary>
    Named,

    /// <summary>A verified peer, or one remembered for that content: asked a few times.</summary>
    Known,

    /// <summary>Another source named it: asked a few times, within a budget.</summary>
    Suggested,
}

/// <summary>State of one source of a download. Belongs to the <see cref="DownloadActor"/>.</summary>
internal sealed class DownloadSource
{
    // After that many single answers to packed requests the source takes more in one datagram.
    private const int PackAfterChunks = 8;
    private int _chunkBytes = SpanGeometry.DefaultChunkBytes;

    public DownloadSource(SourceSlot slot, SourceOrigin origin, TransferWindow window, RequestSize size)
    {
        Slot = slot;
        Origin = origin;
        Window = window;
        Size = size;
    }

    public SourceSlot Slot { get; }

    public SourceOrigin Origin { get; }

    public TransferWindow Window { get; }

    public RequestSize Size { get; }

    public SourceStanding Standing { get; set; } = SourceStanding.Probing;

    public RoundTripTime RoundTrip { get; set; }

    /// <summary>When it is to be probed next.</summary>
    public TimeSpan ProbeAt { get; set; }

    /// <summary>When it was last probed.</summary>
    public TimeSpan ProbedAt { get; set; }

    /// <summary>Probes since its last answer.</summary>
    public int Probes { get; set; }

    /// <summary>Times in a row that it had to rest.</summary>
    public int Failures { get; set; }

    /// <summary>When it last answered anything.</summary>
    public TimeSpan HeardAt { get; set; }

    /// <summary>Answers in a row that were of no use.</summary>
    public int UselessInRow { get; set; }

    /// <summary>Chunks that it delivered.</summary>
    public long Chunks { get; set; }

    /// <summary>Complete contents of it alone that had the wrong hash.</summary>
    public int Mismatches { get; set; }

    /// <summary>Why it is banned; empty: it is not.</summary>
    public string BannedFor { get; set; } = "";

    /// <summary>
    /// Contents with the wrong hash to which it and others contributed: no proof, but the one who was there each time is
    /// asked last.
    /// </summary>
    public int Suspicion { get; set; }

    /// <summary>When it may be asked again although it gave wrong content; never, for who lied about the length.</summary>
    public TimeSpan BannedUntil { get; set; } = TimeSpan.MaxValue;

    /// <summary>How often that was decided.</summary>
    public int Bans { get; set; }

    /// <summary>Whether it answered anything yet.</summary>
    public bool HasAnswered { get; set; }

    /// <summary>Whether nothing could be sent to it when it was last asked: no socket reaches it.</summary>
    public bool IsUnreachable { get; set; }

    /// <summary>Whether it puts several contents into one datagram: then it is asked for one at a time.</summary>
    public bool Packs { get; set; }

    public PeerAddress Address => Slot.Address;

    /// <summary>
    /// Requests that it takes in one datagram, as far as is known; two at first, to find out. Never for more bytes than
    /// <paramref name="bytesMax"/> together: one that packs its answers after all cannot send more, and then sends nothing.
    /// One where only one packet arrives: two answers in one datagram would be more.
    /// </summary>
    public int RequestsPerDatagram(int most, int bytesMax, int chunkBytes)
    {
        var allowed = Packs || Size.IsOnePacket ? 1 : Chunks < PackAfterChunks ? Math.Min(2, most) : most;
        return Math.Clamp(bytesMax / (ChunksPerRequest(chunkBytes) * chunkBytes), 1, allowed);
    }

    /// <summary>Does what has to be done when <see cref="Size"/> has gone down to one packet, or come back from it.</summary>
    public void FollowSize(TimeSpan now)
    {
        var chunkBytes = Math.Min(Size.Bytes, SpanGeometry.DefaultChunkBytes);
        if (chunkBytes == _chunkBytes)
            return;
        // The window counts chunks.
        Window.Rescale((double)_chunkBytes / chunkBytes, now, RoundTrip.Smoothed);
        _chunkBytes = chunkBytes;
        // What came while larger ones were asked for does not say that they arrive now.
        Slot.LargestDatagramBytes = 0;
    }

    /// <summary>
    /// Chunks of that size that it is asked for in one request; some requests shall fit into the window. One where the queue is
    /// kept full: there is seldom room for a datagram of many packets.
    /// </summary>
    public int ChunksPerRequest(int chunkBytes) =>
        Window.IsCompeting ? 1 : Math.Max(1, Math.Min(Size.Bytes / chunkBytes, Window.Size / 4));
}
