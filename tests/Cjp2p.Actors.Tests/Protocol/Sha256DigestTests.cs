using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Protocol;

public sealed class Sha256DigestTests
{
    [Fact]
    public void Bytes_and_hex_round_trip() =>
        Gen.Byte.Array[32].Sample(bytes =>
        {
            Sha256Digest digest = Sha256Digest.FromBytes(bytes);
            byte[] copy = new byte[32];
            digest.CopyTo(copy);
            Assert.Equal(bytes, copy);
            Assert.Equal(Convert.ToHexStringLower(bytes), digest.ToString());
            Assert.True(Sha256Digest.TryParseHex(Wire.Bytes(Convert.ToHexString(bytes)), out Sha256Digest upper));
            Assert.True(Sha256Digest.TryParseHex(Wire.Bytes(digest.ToString()), out Sha256Digest lower));
            Assert.True(digest == upper && upper == lower);
            Assert.Equal(digest.GetHashCode(), upper.GetHashCode());
        });

    [Fact]
    public void Digests_that_differ_in_any_byte_are_not_equal()
    {
        byte[] bytes = new byte[32];
        Sha256Digest zeros = Sha256Digest.FromBytes(bytes);
        Assert.Equal(default, zeros);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = 1;
            Assert.True(zeros != Sha256Digest.FromBytes(bytes));
            bytes[i] = 0;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("8b")]
    [InlineData("8b292958e838347a14951addc13396edef7c5833e73d41c4160b3132d069771")]
    [InlineData("8b292958e838347a14951addc13396edef7c5833e73d41c4160b3132d069771f0")]
    [InlineData("8b292958e838347a14951addc13396edef7c5833e73d41c4160b3132d069771g")]
    [InlineData("8b292958e838347a14951addc13396edef7c5833e73d41c4160b3132d06977 1")]
    [InlineData("0x292958e838347a14951addc13396edef7c5833e73d41c4160b3132d069771f")]
    public void Everything_but_64_hex_digits_is_refused(string text)
    {
        Assert.False(Sha256Digest.TryParseHex(Wire.Bytes(text), out Sha256Digest digest));
        Assert.Equal(default, digest);
    }

    [Fact]
    public void A_digest_has_32_bytes()
    {
        Assert.Throws<ArgumentException>(() => Sha256Digest.FromBytes(new byte[31]));
        Assert.Throws<ArgumentException>(() => Sha256Digest.FromBytes(new byte[33]));
        Assert.Throws<ArgumentException>(() => default(Sha256Digest).FormatHex(new byte[63]));
    }
}
