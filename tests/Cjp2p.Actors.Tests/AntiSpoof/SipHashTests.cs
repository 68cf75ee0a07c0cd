using System.Buffers.Binary;
using Cjp2p.Actors.AntiSpoof;

namespace Cjp2p.Actors.Tests.AntiSpoof;

public sealed class SipHashTests
{
    // SipHash-2-4, key 00 01 .. 0f, inputs of length 0, 1, 2 ... with bytes 00, 01, 02 ...: vectors of the authors'
    // reference implementation, of which the one of length 15 is that of appendix A of the paper.
    private static readonly string[] Vectors =
    [
        "310e0edd47db6f72", "fd67dc93c539f874", "5a4fa9d909806c0d", "2d7efbd796666785",
        "b7877127e09427cf", "8da699cd64557618", "cee3fe586e46c9cb", "37d1018bf50002ab",
        "6224939a79f5f593", "b0e4a90bdf82009e", "f3b9dd94c5bb5d7a", "a7ad6b22462fb3f4",
        "fbe50e86bc8f1e75", "903d84c02756ea14", "eef27a8e90ca23f7", "e545be4961ca29a1",
    ];

    private static readonly byte[] Counting = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [Fact]
    public void Hash_is_that_of_the_reference_implementation()
    {
        var k0 = BinaryPrimitives.ReadUInt64LittleEndian(Counting);
        var k1 = BinaryPrimitives.ReadUInt64LittleEndian(Counting.AsSpan(8));
        var hash = new byte[8];
        for (var length = 0; length < Vectors.Length; length++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash, SipHash.Hash(k0, k1, Counting.AsSpan(0, length)));
            Assert.Equal(Vectors[length], Convert.ToHexStringLower(hash));
        }
    }

    [Fact]
    public void Each_bit_of_the_key_and_of_the_data_matters()
    {
        var data = new byte[32];
        var hashes = new HashSet<ulong> { SipHash.Hash(1, 2, data) };
        for (var bit = 0; bit < 64; bit++)
        {
            Assert.True(hashes.Add(SipHash.Hash(1 ^ (1UL << bit), 2, data)));
            Assert.True(hashes.Add(SipHash.Hash(1, 2 ^ (1UL << bit), data)));
        }

        for (var bit = 0; bit < 256; bit++)
        {
            data[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.True(hashes.Add(SipHash.Hash(1, 2, data)));
            data[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }
}
