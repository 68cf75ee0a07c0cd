using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class SpanGeometryTests
{
    private static readonly Gen<long> Length = Gen.OneOf(
        Gen.Long[1, 5_000_000],
        Gen.Select(Gen.Int[0, 40], Gen.Int[-1, 1], (power, more) => Math.Max(1, (1L << power) + more)),
        Gen.Const(4095L), Gen.Const(4096L), Gen.Const(4097L), Gen.Const(65_537L));

    [Fact]
    public void Spans_cover_the_content_without_gap_or_overlap() => Length.Sample(length =>
    {
        var count = SpanGeometry.SpanCount(length);
        Assert.True((count - 1) * SpanGeometry.SpanBytes < length && count * SpanGeometry.SpanBytes >= length);
        var last = SpanGeometry.SpanLength(count - 1, length);
        Assert.InRange(last, 1, SpanGeometry.SpanBytes);
        Assert.Equal(length, (count - 1) * SpanGeometry.SpanBytes + last);
        if (count > 1)
            Assert.Equal(SpanGeometry.SpanBytes, SpanGeometry.SpanLength(0, length));
    });

    [Fact]
    public void Chunks_cover_the_span_without_gap_or_overlap() =>
        Gen.Select(Gen.Int[1, SpanGeometry.SpanBytes], Gen.OneOf(Gen.Const(512), Gen.Const(4096), Gen.Const(40_960))).Sample((span, chunk) =>
        {
            var count = SpanGeometry.ChunkCount(span, chunk);
            var sum = Enumerable.Range(0, count).Sum(i => SpanGeometry.ChunkLength(i, span, chunk));
            Assert.Equal(span, sum);
            Assert.InRange(SpanGeometry.ChunkLength(count - 1, span, chunk), 1, chunk);
        });

    [Fact]
    public void Empty_content_has_no_span() => Assert.Equal(0, SpanGeometry.SpanCount(0));

    [Fact]
    public void Span_of_the_smallest_chunks_fits_a_chunk_set() =>
        Assert.Equal(ChunkSet.Capacity, SpanGeometry.ChunkCount(SpanGeometry.SpanBytes, 512));
}
