using System.Security.Cryptography;
using System.Text;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class HashListTests
{
    private static readonly string Line = Convert.ToHexStringLower(SHA256.HashData([1]));

    [Fact]
    public void List_that_was_written_is_read_back() =>
        Gen.Byte.Array[1, 5].Array[1, 50].Sample(contents =>
        {
            Sha256Digest[] blocks = [.. contents.Select(content => Sha256Digest.FromBytes(SHA256.HashData(content)))];
            var list = HashList.Write([.. blocks]);
            Assert.Equal(blocks.Length * HashList.LineBytes, list.Length);
            Assert.True(HashList.TryRead(list, out var read));
            Assert.Equal<Sha256Digest>(blocks, read);
        });

    // The test files of the protocol page, a40e2431... of 256 MiB and 562b168a... of 512 MiB, have lists of this form and length.
    [Theory]
    [InlineData(1024, 66_560)]
    [InlineData(2048, 133_120)]
    public void List_of_the_test_files_of_the_protocol_page_has_their_length(int blocks, int bytes)
    {
        var list = HashList.Write([.. Enumerable.Range(0, blocks).Select(i => Sha256Digest.FromBytes(SHA256.HashData(BitConverter.GetBytes(i))))]);
        Assert.Equal(bytes, list.Length);
        Assert.True(HashList.TryRead(list, out var read));
        Assert.Equal(blocks, read.Length);
    }

    [Theory]
    [InlineData("{0}", 1)]
    [InlineData("{0}\n", 1)]
    [InlineData("{0}\r\n{0}\r\n", 2)]
    [InlineData("{0}  name of a file\n{0} *other\n", 2)]
    public void Lists_of_others_are_read_too(string text, int blocks)
    {
        Assert.True(HashList.TryRead(Encoding.ASCII.GetBytes(string.Format(null, text, Line)), out var read));
        Assert.Equal(blocks, read.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("hello\n")]
    [InlineData("{0}\n\n{0}\n")]
    [InlineData("{0}\nx{0}\n")]
    [InlineData("{0}0\n")]
    public void Anything_else_is_no_list(string text) =>
        Assert.False(HashList.TryRead(Encoding.ASCII.GetBytes(string.Format(null, text, Line)), out _));

    [Fact]
    public void Random_bytes_are_no_list_and_do_no_harm() =>
        Gen.Byte.Array[0, 500].Sample(bytes => Assert.False(HashList.TryRead(bytes, out _)));
}
