using System.Text;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class ContentIndexFileTests
{
    private static readonly Gen<SharedFile> File = Gen.Select(
        Gen.Byte.Array[32], Gen.String[Gen.Char['\u0001', '\uD7FF'], 1, 40], Gen.Long[0, long.MaxValue], Gen.Long,
        (hash, path, length, changed) => new SharedFile(
            ContentId.FromSha256(Sha256Digest.FromBytes(hash)), new FileStat(path, length, changed)));

    [Fact]
    public void Index_comes_back_as_it_was_written() => File.Array[0, 20].Sample(files =>
        Assert.Equal(files, ContentIndexFile.Read(ContentIndexFile.Write(files))));

    [Fact]
    public void Each_file_is_one_line()
    {
        var index = Encoding.UTF8.GetString(ContentIndexFile.Write([Shared("/a\nb"), Shared("/c")]));
        Assert.Equal(2, index.Count(c => c == '\n'));
        Assert.EndsWith("\n", index, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("""{"sha256":"zz","length":1,"changed":1,"path":"/a"}""")]
    [InlineData("""{"sha256":5,"length":1,"changed":1,"path":"/a"}""")]
    [InlineData("""{"sha256":null,"length":1,"changed":1,"path":"/a"}""")]
    [InlineData("""{"sha256":"name","length":1,"changed":1,"path":"/a"}""")]
    [InlineData("""{"sha256":"0000000000000000000000000000000000000000000000000000000000000000","length":"1","changed":1,"path":"/a"}""")]
    [InlineData("""{"sha256":"0000000000000000000000000000000000000000000000000000000000000000","length":1.5,"changed":1,"path":"/a"}""")]
    [InlineData("""{"sha256":"0000000000000000000000000000000000000000000000000000000000000000","length":1,"path":"/a"}""")]
    [InlineData("""{"sha256":"0000000000000000000000000000000000000000000000000000000000000000","length":1,"changed":1,"path":null}""")]
    [InlineData("""{"sha256":"0000000000000000000000000000000000000000000000000000000000000000","length":1,"changed":1,"path":7}""")]
    [InlineData("\0\u0001\ufffd")]
    public void Line_that_cannot_be_read_is_left_out(string line)
    {
        var file = Shared("/good");
        var good = Encoding.UTF8.GetString(ContentIndexFile.Write([file]));
        Assert.Equal([file, file], ContentIndexFile.Read(Encoding.UTF8.GetBytes(good + line + "\n" + good)));
    }

    // As after a power cut.
    [Fact]
    public void Index_cut_anywhere_gives_the_files_before_the_cut()
    {
        SharedFile[] files = [Shared("/a"), Shared("/b")];
        var index = ContentIndexFile.Write(files);
        for (var length = 0; length <= index.Length; length++)
            Assert.Equal(files.Take(ContentIndexFile.Read(index[..length]).Count()), ContentIndexFile.Read(index[..length]));
    }

    [Fact]
    public void Random_bytes_are_no_index_and_no_harm() =>
        Gen.Byte.Array[0, 300].Sample(bytes => Assert.Empty(ContentIndexFile.Read(bytes)));

    private static SharedFile Shared(string path) =>
        new(ContentId.FromSha256(Sha256Digest.FromBytes(new byte[32])), new FileStat(path, 1, 2));
}
