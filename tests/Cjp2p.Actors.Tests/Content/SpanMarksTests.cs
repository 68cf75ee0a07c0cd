using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class SpanMarksTests
{
    // The check value of CRC-32C (RFC 3720 and others), E3069283, before its last step: all bits turned round.
    [Fact]
    public void First_part_of_the_mark_of_a_short_text_is_its_crc() =>
        Assert.Equal(~0xE3069283u, (uint)(SpanMarks.Of("123456789"u8) >> 96));

    [Fact]
    public void No_bytes_have_a_mark_too() => Assert.NotEqual(UInt128.Zero, SpanMarks.Of([]));

    [Fact]
    public void One_bit_more_or_less_is_another_mark() =>
        Gen.Select(Gen.Byte.Array[1, 300], Gen.Int[0, 8 * 300]).Sample((bytes, bit) =>
        {
            var before = SpanMarks.Of(bytes);
            bit %= bytes.Length * 8;
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            return SpanMarks.Of(bytes) != before;
        });

    [Fact]
    public void Bytes_that_are_cut_or_lost_or_of_an_earlier_write_are_another_mark() =>
        Gen.Select(Gen.Byte.Array[64, 300], Gen.Int[1, 63]).Sample((bytes, lost) =>
        {
            var whole = SpanMarks.Of(bytes);
            var zeroed = bytes.ToArray();
            zeroed.AsSpan(lost).Clear();
            return SpanMarks.Of(bytes.AsSpan(lost)) != whole
                && SpanMarks.Of(bytes.AsSpan(0, bytes.Length - lost)) != whole
                && (bytes.AsSpan(lost).IndexOfAnyExcept((byte)0) < 0 || SpanMarks.Of(zeroed) != whole);
        });

    [Fact]
    public void Words_in_another_order_are_another_mark()
    {
        var bytes = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        var turned = bytes[32..].Concat(bytes[..32]).ToArray();
        var swapped = bytes[8..16].Concat(bytes[..8]).Concat(bytes[16..]).ToArray();
        Assert.NotEqual(SpanMarks.Of(bytes), SpanMarks.Of(turned));
        Assert.NotEqual(SpanMarks.Of(bytes), SpanMarks.Of(swapped));
    }
}
