using Akka.Actor;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Where the bytes of one span arrive. The receive thread decodes straight into it; the span's actor decides. Who owns
/// the bytes is settled under its lock: the receive thread writes while it is open, and from <see cref="Close"/> on the
/// actor alone has them (so a late duplicate cannot be decoded into a buffer that is already used for something else).
/// </summary>
public sealed class SpanBuffer
{
    private readonly Lock _lock = new();
    private byte[]? _bytes;
    private ChunkSet _arrived;

    /// <param name="bytes">A pooled buffer.</param>
    /// <param name="offset">Where the span starts in the content.</param>
    /// <param name="length">Bytes of the span.</param>
    /// <param name="chunkBytes">Bytes of a chunk.</param>
    /// <param name="owner">The span's actor.</param>
    /// <param name="arrived">Chunks that are in the buffer already, or not taken.</param>
    /// <param name="only">The one source whose bytes are taken; null: those of all.</param>
    public SpanBuffer(
        byte[] bytes, long offset, int length, int chunkBytes, IActorRef owner, in ChunkSet arrived = default, SourceSlot? only = null)
    {
        Only = only;
        _arrived = arrived;
        _bytes = bytes;
        Offset = offset;
        Length = length;
        ChunkBytes = chunkBytes;
        Owner = owner;
    }

    /// <summary>Where the span starts in the content.</summary>
    public long Offset { get; }

    /// <summary>Bytes of the span.</summary>
    public int Length { get; }

    /// <summary>Bytes of a chunk.</summary>
    public int ChunkBytes { get; }

    /// <summary>The one source whose bytes are taken, because it is heard as a witness; null: those of all.</summary>
    public SourceSlot? Only { get; }

    /// <summary>The span's actor, told what arrived.</summary>
    public IActorRef Owner { get; }

    /// <summary>
    /// Decodes a Content element whose offset lies in the span. Stored are whole chunks only, each once: the first that
    /// comes stays.
    /// </summary>
    /// <param name="datagram">The datagram that holds the element.</param>
    /// <param name="content">The element.</param>
    /// <param name="chunks">The chunks that it holds, or for which it was useless.</param>
    public Delivery Deliver(ReadOnlySpan<byte> datagram, in WireElement content, out ChunkSet chunks)
    {
        chunks = default;
        var start = (int)(content.Offset - Offset);
        var chunk = start / ChunkBytes;
        var length = WireDecode.Base64DecodedLength(datagram, content);
        if (length < 0)
            return Delivery.Malformed;
        chunks.Add(chunk);
        if (start + length > Length || length == 0)
            return Delivery.Useless;
        if (start % ChunkBytes != 0 || (start + length < Length && length % ChunkBytes != 0))
            return IsOfAnotherCut(start, length) ? Delivery.Late : Delivery.Useless;
        var last = SpanGeometry.ChunkCount(start + length, ChunkBytes) - 1;
        for (var i = chunk + 1; i <= last; i++)
            chunks.Add(i);

        lock (_lock)
        {
            if (_bytes is null)
                return Delivery.Late;
            for (var i = chunk; i <= last; i++)
            {
                if (_arrived.Contains(i))
                    return Delivery.Duplicate;
            }

            if (!WireDecode.TryDecodeBase64(datagram, content, _bytes.AsSpan(start, length), out _))
                return Delivery.Malformed;
            _arrived.Add(chunks);
            return Delivery.Stored;
        }
    }

    // The answer to a probe, or to what was asked for while the span was cut otherwise: of no use, and nobody's fault.
    private static bool IsOfAnotherCut(int start, int length) =>
        (start % SpanGeometry.DefaultChunkBytes == 0 && length % SpanGeometry.DefaultChunkBytes == 0)
        || (start % RequestSize.OnePacketBytes == 0 && length % RequestSize.OnePacketBytes == 0);

    /// <summary>Ends all deliveries and hands the bytes to the caller; null when that has happened before.</summary>
    public byte[]? Close()
    {
        lock (_lock)
        {
            var bytes = _bytes;
            _bytes = null;
            return bytes;
        }
    }
}

/// <summary>What became of one Content element.</summary>
public enum Delivery : byte
{
    /// <summary>Its chunks are in the span now.</summary>
    Stored,

    /// <summary>At least one of its chunks was here already.</summary>
    Duplicate,

    /// <summary>The span is complete, or not being fetched.</summary>
    Late,

    /// <summary>Not whole chunks: a teaser for the unverified, an empty or unaligned block.</summary>
    Useless,

    /// <summary>The base64 text is not valid.</summary>
    Malformed,
}
