using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// A content that lists the SHA-256 of each 256 KiB of another, as text, one a line. Each block is then a content of its
/// own: checked when it arrives, served to others at once, had from any mix of peers; wrong bytes cost one block and name
/// who gave them. The list of a very large content is long, and may have a list itself. Pure.
/// </summary>
public static class HashList
{
    /// <summary>Bytes of a block, but the last.</summary>
    public const int BlockBytes = SpanGeometry.SpanBytes;

    /// <summary>Bytes of one line, with its end.</summary>
    public const int LineBytes = Sha256Digest.HexDigits + 1;

    /// <summary>Lists of lists: so many levels are followed.</summary>
    public const int LevelsMax = 4;

    /// <summary>Longest list that is read: of 256 GiB.</summary>
    public const int BytesMax = (1 << 20) * LineBytes;

    /// <summary>The list of these blocks.</summary>
    public static byte[] Write(ImmutableArray<Sha256Digest> blocks)
    {
        var text = new byte[blocks.Length * LineBytes];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i].FormatHex(text.AsSpan(i * LineBytes, Sha256Digest.HexDigits));
            text[i * LineBytes + Sha256Digest.HexDigits] = (byte)'\n';
        }

        return text;
    }

    /// <summary>
    /// Reads a list. Also as <c>sha256sum</c> writes it, with a name behind each sum. False when a line is anything else, or
    /// there is none.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out ImmutableArray<Sha256Digest> blocks)
    {
        blocks = [];
        if (text.Length > BytesMax * 2L)
            return false;
        var read = ImmutableArray.CreateBuilder<Sha256Digest>();
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range].TrimEnd(" \r\t"u8);
            if (line.IsEmpty)
            {
                // Only the end of the last line.
                if (range.End.GetOffset(text.Length) < text.Length)
                    return false;
                continue;
            }

            if (line.Length < Sha256Digest.HexDigits || !IsSum(line, out var sum) || read.Count == BytesMax / LineBytes)
                return false;
            read.Add(sum);
        }

        blocks = read.ToImmutable();
        return !blocks.IsEmpty;
    }

    private static bool IsSum(ReadOnlySpan<byte> line, out Sha256Digest sum) =>
        Sha256Digest.TryParseHex(line[..Sha256Digest.HexDigits], out sum)
        && (line.Length == Sha256Digest.HexDigits || line[Sha256Digest.HexDigits] == (byte)' ');
}
