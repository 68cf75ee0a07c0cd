using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>
/// What the short cut of the reader knows, and the near misses that it must leave to the full reader. The helper
/// <see cref="Wire"/> compares the two on every datagram here.
/// </summary>
public sealed class FastScannerTests
{
    private const string Content =
        $$$"""[{"Content":{"id":"{{{Wire.Hex}}}","offset":4096,"base64":"aGk=","eof":65537}},{"AlwaysReturned":{"cookie":"0a1b2c3d"}}]""";

    private const string Request =
        $$$"""[{"AlwaysReturned":{"cookie":"0a1b2c3d"}},{"PleaseSendContent":{"id":"{{{Wire.Hex}}}","length":4096,"offset":8192}}]""";

    private const string Cookies =
        """[{"AlwaysReturned":{"cookie":""}},{"PleaseAlwaysReturnThisMessage":{"cookie":"0A1B2C3D"}}]""";

    [Theory]
    [InlineData(Content, 2)]
    [InlineData(Request, 2)]
    [InlineData(Cookies, 2)]
    [InlineData($$$"""[{"Content":{"id":"{{{Wire.Hex}}}","offset":0,"base64":""}}]""", 1)]
    [InlineData($$$"""[{"Content":{"id":"{{{Wire.Hex}}}","base64":"aGk","eof":0,"offset":0}}]""", 1)]
    [InlineData($$$"""[{"Content":{"base64":"aGk=","eof":2,"id":"{{{Wire.Hex}}}","offset":0}}]""", 1)]
    [InlineData($$$"""[{"Content":{"offset":40960,"id":"{{{Wire.Hex}}}","eof":65537,"base64":"Pg=="}}]""", 1)]
    [InlineData($$$"""[{"PleaseSendContent":{"id":"{{{Wire.Hex}}}","offset":0,"length":0}}]""", 1)]
    [InlineData("""[{"PleaseSendPeers":{}}]""", 1)]
    [InlineData("""[{"AlwaysReturned":{"cookie":"0a1b2c3d"}},{"PleaseSendPeers":{}}]""", 2)]
    public void Forms_of_our_own_and_of_the_existing_nodes_are_fast(string datagram, int elements) =>
        Assert.Equal(new DatagramResult(DatagramFault.None, elements, 0, Fast: true), Wire.Read(datagram).Result);

    [Fact]
    public void As_many_elements_as_the_table_holds_are_fast()
    {
        string datagram = $"[{string.Join(',', Enumerable.Repeat("""{"AlwaysReturned":{"cookie":"00"}}""", 64))}]";
        Assert.Equal(new DatagramResult(DatagramFault.None, 64, 0, Fast: true), Wire.Read(datagram).Result);
    }

    [Theory]
    [InlineData(Content, "4096", "04096", DatagramFault.NotJson)]
    [InlineData(Content, "4096", "00", DatagramFault.NotJson)]
    [InlineData(Content, "4096", "", DatagramFault.NotJson)]
    [InlineData(Content, "4096", "-1", DatagramFault.None)]
    [InlineData(Content, "4096", "4096.0", DatagramFault.None)]
    [InlineData(Content, "4096", "4e3", DatagramFault.None)]
    [InlineData(Content, "4096", "1000000000000000000", DatagramFault.None)]
    [InlineData(Content, "4096", "18446744073709555712", DatagramFault.None)]
    [InlineData(Content, "4096", "4096 ", DatagramFault.None)]
    [InlineData(Content, "4096", "\"4096\"", DatagramFault.None)]
    [InlineData(Content, "aGk=", "aGk\\u003d", DatagramFault.None)]
    [InlineData(Content, "aGk=", "aGk ", DatagramFault.None)]
    [InlineData(Content, "aGk=", "aGkä", DatagramFault.None)]
    [InlineData(Content, "aGk=", "aGk\n", DatagramFault.NotJson)]
    [InlineData(Content, "\"aGk=\"", "null", DatagramFault.None)]
    [InlineData(Content, "71f\"", "71\"", DatagramFault.None)]
    [InlineData(Content, "71f\"", "71f0\"", DatagramFault.None)]
    [InlineData(Content, "71f\"", "71g\"", DatagramFault.None)]
    [InlineData(Content, "71f\"", "71\\u0066\"", DatagramFault.None)]
    [InlineData(Content, ",\"eof\":65537", ",\"eof\":65537,\"eof\":65537", DatagramFault.None)]
    [InlineData(Content, ",\"eof\":65537", ",\"offset\":4096", DatagramFault.None)]
    [InlineData(Content, ",\"eof\":65537", ",\"length\":1", DatagramFault.None)]
    [InlineData(Content, ",\"eof\":65537", ",\"extra\":1", DatagramFault.None)]
    [InlineData(Content, ",\"eof\":65537", ",", DatagramFault.NotJson)]
    [InlineData(Content, ",\"eof\":65537", ",\"eof\"65537", DatagramFault.NotJson)]
    [InlineData(Content, "\"offset\":4096,", "", DatagramFault.None)]
    [InlineData(Content, "\"base64\":\"aGk=\",", "", DatagramFault.None)]
    [InlineData(Content, "}},{", "},{", DatagramFault.NotJson)]
    [InlineData(Content, "}},{", "}}},{", DatagramFault.NotJson)]
    [InlineData(Content, "}},{", "}}{", DatagramFault.NotJson)]
    [InlineData(Content, "}},{", "}},,{", DatagramFault.NotJson)]
    [InlineData(Content, "}},{", "},\"X\":1},{", DatagramFault.None)]
    [InlineData(Content, "}},{", "}}, {", DatagramFault.None)]
    [InlineData(Content, "\"Content\"", "\"Contents\"", DatagramFault.None)]
    [InlineData(Content, "\"Content\":{", "\"Content\":[", DatagramFault.NotJson)]
    [InlineData(Content, "}}]", "}}", DatagramFault.NotJson)]
    [InlineData(Content, "}}]", "}},]", DatagramFault.NotJson)]
    [InlineData(Content, "}}]", "}}]]", DatagramFault.NotJson)]
    [InlineData(Content, "}}]", "}}]\n", DatagramFault.None)]
    [InlineData(Content, "[{", " [{", DatagramFault.None)]
    [InlineData(Content, "[{", "[[{", DatagramFault.NotJson)]
    [InlineData(Content, "[{\"Content\"", "{\"Content\"", DatagramFault.NotJson)]
    [InlineData(Content, "0a1b2c3d", "0a1b2c3x", DatagramFault.None)]
    [InlineData(Content, "0a1b2c3d", "0a\\u0031b", DatagramFault.None)]
    [InlineData(Content, "\"0a1b2c3d\"", "7", DatagramFault.None)]
    [InlineData(Content, "\"cookie\"", "\"key\"", DatagramFault.None)]
    [InlineData(Content, "\"0a1b2c3d\"", "\"0a1b2c3d\",\"z\":1", DatagramFault.None)]
    [InlineData(Request, "8192", "08192", DatagramFault.NotJson)]
    [InlineData(Request, "\"length\":4096,", "", DatagramFault.None)]
    [InlineData(Request, "\"length\":4096", "\"eof\":4096", DatagramFault.None)]
    [InlineData(Request, "\"length\":4096", "\"base64\":\"aGk=\"", DatagramFault.None)]
    [InlineData(Request, "\"length\":4096", "\"length\":4096,\"length\":4096", DatagramFault.None)]
    [InlineData(Cookies, "[{", "[{\"PleaseSendPeers\":{\"a\":0}},{", DatagramFault.None)]
    public void Near_misses_are_left_to_the_full_reader(string datagram, string part, string instead, DatagramFault fault)
    {
        int at = datagram.IndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0);
        DatagramResult result = Wire.Read(datagram[..at] + instead + datagram[(at + part.Length)..]).Result;
        Assert.Equal((fault, false), (result.Fault, result.Fast));
    }

    [Theory]
    [InlineData(Content)]
    [InlineData(Request)]
    [InlineData(Cookies)]
    public void A_fast_datagram_that_is_cut_anywhere_is_no_json(string datagram)
    {
        for (int length = 1; length < datagram.Length; length++)
            Wire.AssertFault(DatagramFault.NotJson, datagram[..length]);
    }

    [Theory]
    [InlineData(Content)]
    [InlineData(Request)]
    [InlineData(Cookies)]
    public void Every_other_byte_in_any_place_of_a_fast_datagram_means_the_same_to_both_readers(string datagram)
    {
        byte[] bytes = Wire.Bytes(datagram);
        int fast = 0;
        for (int at = 0; at < bytes.Length; at++)
        {
            byte original = bytes[at];
            foreach (byte other in (byte[])[.. "\"\\[]{},: 019-.egG/\n\0=+"u8, 0x7F, 0x80, 0xC3, 0xFF])
            {
                bytes[at] = other;
                fast += Wire.Read(bytes).Result.Fast ? 1 : 0;
            }

            bytes[at] = original;
        }

        Assert.InRange(fast, 10, bytes.Length * 20);
    }
}
