using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Protocol;

public sealed class RawJsonTests
{
    [Fact]
    public void Raw_json_is_a_copy()
    {
        byte[] bytes = [.. "[1]"u8];
        RawJson raw = RawJson.CopyOf(bytes);
        bytes[1] = (byte)'2';
        Assert.Equal("[1]", raw.ToString());
    }

    [Fact]
    public void Raw_json_is_equal_only_byte_for_byte()
    {
        Assert.True(RawJson.CopyOf("[1]") == RawJson.CopyOf("[1]"u8));
        Assert.Equal(RawJson.CopyOf("[1]").GetHashCode(), RawJson.CopyOf("[1]"u8).GetHashCode());
        Assert.True(RawJson.CopyOf("[1]") != RawJson.CopyOf("[ 1]"));
        Assert.True(RawJson.CopyOf("1.0") != RawJson.CopyOf("1"));
        Assert.True(default(RawJson) == RawJson.CopyOf(""));
        Assert.Equal("", default(RawJson).ToString());
    }
}
