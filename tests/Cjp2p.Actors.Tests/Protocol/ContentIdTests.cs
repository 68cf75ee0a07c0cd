using System.Text;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Protocol;

public sealed class ContentIdTests
{
    [Fact]
    public void Sixty_four_hex_digits_are_a_sha256_of_either_case()
    {
        ContentId lower = Wire.Id(Wire.Hex);
        ContentId upper = Wire.Id(Wire.Hex.ToUpperInvariant());
        Assert.True(lower.IsSha256);
        Assert.Null(lower.Name);
        Assert.Equal(lower, upper);
        Assert.Equal(lower.GetHashCode(), upper.GetHashCode());
        Assert.Equal(Wire.Hex, upper.ToString());
        Assert.Equal(ContentId.FromSha256(Sha256Digest.FromBytes(Convert.FromHexString(Wire.Hex))), lower);
    }

    [Fact]
    public void Sixty_three_and_sixty_five_hex_digits_are_names()
    {
        Assert.Equal(Wire.Hex[1..], Wire.Id(Wire.Hex[1..]).Name);
        Assert.Equal(Wire.Hex + "0", Wire.Id(Wire.Hex + "0").Name);
        Assert.False(Wire.Id(Wire.Hex[1..] + "g").IsSha256);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("some file.txt")]
    [InlineData("a..b")]
    [InlineData("trailing.")]
    [InlineData(" ")]
    [InlineData("say \"hello\"")]
    [InlineData("grüße-日本-😀")]
    [InlineData("\u00A0")]
    [InlineData("C:name")]
    public void Safe_names_are_ids(string name)
    {
        ContentId id = Wire.Id(name);
        Assert.False(id.IsSha256);
        Assert.Equal(name, id.Name);
        Assert.Equal(name, id.ToString());
        Assert.Equal(default, id.Sha256);
        Assert.True(ContentId.TryParse(Wire.Bytes(name), out ContentId same));
        Assert.Equal(id, same);
        Assert.Equal(Encoding.UTF8.GetByteCount(name), id.Utf8Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("../secret")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u001Fb")]
    [InlineData("a\u007Fb")]
    [InlineData("a\u0080b")]
    [InlineData("a\u009Fb")]
    [InlineData("blake3/8b292958e838347a14951addc13396edef7c5833e73d41c4160b3132d069771f")]
    public void Unsafe_names_are_refused(string? name)
    {
        Assert.False(ContentId.TryParse(name, out ContentId id));
        Assert.Equal(default, id);
        if (name is not null)
            Assert.False(ContentId.TryParse(Wire.Bytes(name), out _));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_name()
    {
        // Not as test data above: half a character can not be passed through the test platform.
        Assert.False(ContentId.TryParse("a\uD800b", out _));
        Assert.False(ContentId.TryParse("a\uDC00", out _));
    }

    [Fact]
    public void A_name_has_at_most_255_bytes()
    {
        Assert.True(ContentId.TryParse(new string('a', 255), out _));
        Assert.False(ContentId.TryParse(new string('a', 256), out _));
        Assert.True(ContentId.TryParse(new string('ü', 127), out _));
        Assert.False(ContentId.TryParse(new string('ü', 128), out _));
        Assert.False(ContentId.TryParse(new byte[1_000_000], out _));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_no_name()
    {
        Assert.False(ContentId.TryParse([0x61, 0xFF], out _));
        Assert.False(ContentId.TryParse([0x61, 0xC2], out _));
        Assert.False(ContentId.TryParse([0xC0, 0xAF], out _));
        Assert.False(ContentId.TryParse([0xED, 0xA0, 0x80], out _));
    }

    [Fact]
    public void Any_bytes_are_refused_or_name_something_that_round_trips() =>
        Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Byte[0x20, 0x7E].Array[0, 70], Generators.Id.Select(id => Wire.Bytes(id.ToString())))
            .Sample(bytes =>
            {
                if (!ContentId.TryParse(bytes, out ContentId id))
                    return;
                byte[] written = new byte[id.Utf8Length];
                Assert.Equal(written.Length, id.Format(written));
                Assert.True(ContentId.TryParse(written, out ContentId back));
                Assert.Equal(id, back);
                Assert.Equal(id, Wire.Id(id.ToString()));
                if (!id.IsSha256)
                    Assert.Equal(bytes, written);
            });

    [Fact]
    public void A_name_that_is_accepted_stays_inside_its_folder() =>
        Gen.Char["./\\a~:"].Array[1, 8].Sample(chars =>
        {
            string name = new(chars);
            if (!ContentId.TryParse(name, out _))
                return;
            string path = Path.GetFullPath(Path.Combine("/folder", name));
            Assert.Equal("/folder", Path.GetDirectoryName(path));
            Assert.Equal(name, Path.GetFileName(path));
        });
}
