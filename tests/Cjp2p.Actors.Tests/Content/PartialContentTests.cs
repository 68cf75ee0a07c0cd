using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class PartialContentTests
{
    private const long Span = SpanGeometry.SpanBytes;

    // Spans 0 and 2 of three and a half.
    private static readonly PartialContent Partial = new("/x", 3 * Span + 1000, new byte[] { 0b0101 });

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, Span, true)]
    [InlineData(0, Span + 1, false)]
    [InlineData(Span - 1, 1, true)]
    [InlineData(Span - 1, 2, false)]
    [InlineData(Span, 1, false)]
    [InlineData(2 * Span, Span, true)]
    [InlineData(2 * Span - 1, 2, false)]
    [InlineData(3 * Span, 1, false)]
    [InlineData(0, 0, false)]
    [InlineData(0, -1, false)]
    [InlineData(-1, 1, false)]
    [InlineData(3 * Span + 999, 1, false)]
    [InlineData(long.MaxValue - 65_536, 40_960, false)]
    public void Range_is_covered_when_all_its_spans_are_verified(long offset, long length, bool covered) =>
        Assert.Equal(covered, Partial.Covers(offset, length));

    [Fact]
    public void Nothing_beyond_the_end_is_covered()
    {
        var whole = Partial with { VerifiedSpans = new byte[] { 0xff } };
        Assert.True(whole.Covers(3 * Span, 1000));
        Assert.False(whole.Covers(3 * Span, 1001));
        Assert.False(whole.Covers(3 * Span + 1000, 1));
    }

    [Fact]
    public void Cover_of_a_range_is_that_of_each_of_its_bytes() =>
        Gen.Select(Gen.Byte, Gen.Long[0, 4 * Span], Gen.Long[1, 2 * Span]).Sample((bits, offset, length) =>
        {
            var partial = Partial with { VerifiedSpans = new[] { bits } };
            var edges = Enumerable.Range(0, 5).Select(i => i * Span).Where(edge => edge > offset && edge < offset + length);
            var each = edges.Append(offset).Append(offset + length - 1).All(at => partial.Covers(at, 1));
            Assert.Equal(each, partial.Covers(offset, length));
        });
}
