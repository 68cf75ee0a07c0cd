using System.Buffers.Binary;
using System.IO.Hashing;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// What is beside an unfinished file: a mark (XXH64) of each span that was written, so that after a crash of process or
/// machine a look at the file tells which spans are really there, and the time of change of the file when all of it was
/// safe, so that after an orderly stop that look is not needed. It finds torn and lost writes; it is no proof against
/// people, who are dealt with by the hash of the whole. XXH64 and not a newer one, because it needs no vectors: the code of
/// those is not compiled ahead of time, and took longer than SHA-256 in the first second of a process. Pure.
/// </summary>
/// <remarks>
/// Layout, little-endian: 8 bytes "CJP2PM03", SHA-256 that is wanted, length of the content, .NET ticks of the file when it
/// was last safe (0: it is being written to), 8 bytes of zero, then 8 bytes a span, zero where none was written.
/// </remarks>
internal sealed class SpanMarks
{
    /// <summary>Bytes of one mark.</summary>
    public const int MarkBytes = 8;

    /// <summary>Where the time of change is.</summary>
    public const int CleanOffset = 8 + 32 + 8;

    private const int HeaderBytes = 64;

    private readonly byte[] _map;

    private SpanMarks(byte[] map)
    {
        _map = map;
        var marked = new List<int>();
        for (var span = 0; OffsetOf(span) + MarkBytes <= map.Length; span++)
        {
            if (this[span] != 0)
                marked.Add(span);
        }

        Marked = marked;
    }

    private static ReadOnlySpan<byte> Magic => "CJP2PM03"u8;

    /// <summary>Spans that have a mark, in order.</summary>
    public IReadOnlyList<int> Marked { get; }

    /// <summary>Time of change of the file when it was last safe; 0 when it was being written to.</summary>
    public long CleanTicks => BinaryPrimitives.ReadInt64LittleEndian(_map.AsSpan(CleanOffset));

    /// <summary>The mark of a span; zero when there is none.</summary>
    public ulong this[int span] => BinaryPrimitives.ReadUInt64LittleEndian(_map.AsSpan((int)OffsetOf(span)));

    /// <summary>The mark of bytes; never zero.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes) => Math.Max(1, XxHash64.HashToUInt64(bytes));

    /// <summary>Where the mark of a span is.</summary>
    public static long OffsetOf(int span) => HeaderBytes + (long)span * MarkBytes;

    /// <summary>Bytes of the marks of so many spans, as far as a byte array can hold them.</summary>
    public static int BytesFor(long spans) => (int)Math.Min(Array.MaxLength, HeaderBytes + spans * MarkBytes);

    /// <summary>The beginning of the marks of a content.</summary>
    public static byte[] Header(Sha256Digest wanted, long lengthBytes)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        wanted.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), lengthBytes);
        return header;
    }

    /// <summary>The marks of that content in a file; null when they are of something else, or torn.</summary>
    public static SpanMarks? Read(Sha256Digest wanted, long lengthBytes, byte[]? map) =>
        map is { Length: >= HeaderBytes }
        && map.AsSpan(0, 8).SequenceEqual(Magic)
        && Sha256Digest.FromBytes(map.AsSpan(8, 32)) == wanted
        && BinaryPrimitives.ReadInt64LittleEndian(map.AsSpan(40)) == lengthBytes
        && map.Length <= BytesFor(SpanGeometry.SpanCount(lengthBytes))
            ? new SpanMarks(map)
            : null;
}
