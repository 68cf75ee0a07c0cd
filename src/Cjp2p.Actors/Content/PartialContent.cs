namespace Cjp2p.Actors.Content;

/// <summary>A content that is not complete but of which some spans are verified: those may be served. Immutable.</summary>
/// <param name="Path">File that holds the spans at their places.</param>
/// <param name="LengthBytes">Length of the whole content.</param>
/// <param name="VerifiedSpans">One bit a span, as from <see cref="BlockMap.ToBits"/>, set where it is verified.</param>
public sealed record PartialContent(string Path, long LengthBytes, ReadOnlyMemory<byte> VerifiedSpans)
{
    /// <summary>Whether all of a range is verified.</summary>
    public bool Covers(long offset, long length)
    {
        if (offset < 0 || length <= 0 || offset + length > LengthBytes)
            return false;
        var bits = VerifiedSpans.Span;
        for (var span = offset / SpanGeometry.SpanBytes; span <= (offset + length - 1) / SpanGeometry.SpanBytes; span++)
        {
            if ((bits[(int)(span / 8)] >> (int)(span % 8) & 1) == 0)
                return false;
        }

        return true;
    }
}
