namespace Cjp2p.Actors.Content;

/// <summary>
/// How a content of known length is cut: into spans of 256 KiB (the unit of one actor, one disk write, one hash of a
/// hash list, and of blame), and a span into the chunks that are asked for one by one. Pure.
/// </summary>
public static class SpanGeometry
{
    /// <summary>Bytes of a whole span.</summary>
    public const int SpanBytes = 256 * 1024;

    /// <summary>Bytes of a chunk unless a source needs another size; the only one that every Rust and Ruby node takes.</summary>
    public const int DefaultChunkBytes = 4096;

    /// <summary>How many spans hold <paramref name="lengthBytes"/> bytes.</summary>
    public static long SpanCount(long lengthBytes) => lengthBytes / SpanBytes + (lengthBytes % SpanBytes == 0 ? 0 : 1);

    /// <summary>Bytes of span <paramref name="span"/> of a content of <paramref name="lengthBytes"/> bytes.</summary>
    public static int SpanLength(long span, long lengthBytes) =>
        (int)Math.Min(SpanBytes, lengthBytes - span * SpanBytes);

    /// <summary>Chunks in a span of <paramref name="spanLength"/> bytes.</summary>
    public static int ChunkCount(int spanLength, int chunkBytes) => (spanLength + chunkBytes - 1) / chunkBytes;

    /// <summary>Bytes of chunk <paramref name="chunk"/> of a span of <paramref name="spanLength"/> bytes.</summary>
    public static int ChunkLength(int chunk, int spanLength, int chunkBytes) =>
        Math.Min(chunkBytes, spanLength - chunk * chunkBytes);
}
