using System.Text;
using Cjp2p.Actors.Protocol;
using CsCheck;
using ContentMessage = Cjp2p.Actors.Protocol.Content;
using PeersMessage = Cjp2p.Actors.Protocol.Peers;

namespace Cjp2p.Actors.Tests.Protocol;

public sealed class DatagramWriterTests
{
    private static readonly ContentId Sha256 = Wire.Id(Wire.Hex);

    private delegate bool WriteOne(ref DatagramWriter writer);

    [Fact]
    public void Every_message_is_written_compact_in_the_order_of_the_July_node()
    {
        AssertWrites("""[{"PleaseSendPeers":{}}]""", (ref w) => w.TryWritePleaseSendPeers());
        AssertWrites("""[{"PleaseListSupportedMessages":{}}]""", (ref w) => w.TryWritePleaseListSupportedMessages());
        AssertWrites("""[{"SupportedMessages":{"schema":{}}}]""", (ref w) => w.TryWriteSupportedMessages("""{"schema":{}}"""u8));
        AssertWrites(
            """[{"PleaseAlwaysReturnThisMessage":{"cookie":"0a1b2c3d"}}]""", (ref w) => w.TryWriteCookieRequest("0a1b2c3d"u8));
        AssertWrites("""[{"AlwaysReturned":{ "key":1.0 }}]""", (ref w) => w.TryWriteAlwaysReturned("""{ "key":1.0 }"""u8));
        AssertWrites("""[{"PleaseReturnThisMessage":7}]""", (ref w) => w.TryWritePleaseReturn("7"u8));
        AssertWrites("""[{"ReturnedMessage":"\u0041\/"}]""", (ref w) => w.TryWriteReturned(""" "\u0041\/" """u8[1..^1]));
        AssertWrites(
            """[{"Peers":{"peers":["1.2.3.4:5","[fe80::1%3]:24254"]}}]""",
            (ref w) => w.TryWritePeers([Wire.Peer("1.2.3.4:5"), Wire.Peer("[fe80::1%3]:24254")]) == 2);
        AssertWrites("""[{"Peers":{"peers":[]}}]""", (ref w) => w.TryWritePeers([]) == 0);
        AssertWrites(
            $$$"""[{"MaybeTheyHaveSome":{"id":"{{{Wire.Hex}}}","peers":["1.2.3.4:5","1.2.3.4:6"]}}]""",
            (ref w) => w.TryWriteMaybeTheyHaveSome(Sha256, [Wire.Peer("1.2.3.4:5"), Wire.Peer("1.2.3.4:6")]) == 2);
        AssertWrites(
            $$$"""[{"PleaseSendContent":{"id":"{{{Wire.Hex}}}","length":4096,"offset":8192}}]""",
            (ref w) => w.TryWritePleaseSendContent(Sha256, 4096, 8192));
        AssertWrites(
            $$$"""[{"Content":{"id":"{{{Wire.Hex}}}","offset":0,"base64":"aGk=","eof":2}}]""",
            (ref w) => w.TryWriteContent(Sha256, 0, "hi"u8, 2));
        AssertWrites(
            $$$"""[{"Content":{"id":"{{{Wire.Hex}}}","offset":7,"base64":""}}]""",
            (ref w) => w.TryWriteContent(Sha256, 7, [], -1));
        AssertWrites("""[{"Own":[1]}]""", (ref w) => w.TryWriteRawElement("""{"Own":[1]}"""u8));
    }

    [Theory]
    [InlineData(0, 122)]
    [InlineData(8192, 125)]
    public void Requests_have_the_sizes_that_are_known_from_the_network(long offset, int bytes)
    {
        Assert.Equal(bytes, Wire.Write(new PleaseSendContent(Sha256, 4096, offset)).Length);
        Assert.Equal(
            bytes + 41,
            Wire.Write(new PleaseSendContent(Sha256, 4096, offset), new AlwaysReturned(RawJson.CopyOf("""{"cookie":"0a1b2c3d"}"""))).Length);
    }

    [Fact]
    public void Other_datagrams_have_the_sizes_that_are_known_from_the_network()
    {
        RawJson cookie = RawJson.CopyOf("""{"cookie":"0a1b2c3d"}""");
        Assert.Equal(24, Wire.Write(new PleaseSendPeers()).Length);
        Assert.Equal(57, Wire.Write(new PleaseAlwaysReturnThisMessage(cookie)).Length);
        Assert.Equal(42, Wire.Write(new AlwaysReturned(cookie)).Length);
        Assert.Equal(45, Wire.Write(new PeersMessage([Wire.Peer("148.71.89.128:24254")])).Length);
        Assert.Equal(5598, Wire.Write(new ContentMessage(Sha256, 123_456_789, [.. new byte[4096]], 268_435_456)).Length);
        Assert.Equal(178, Wire.Write(new ContentMessage(Sha256, 123_456_789, [.. new byte[32]], 268_435_456)).Length);
    }

    [Fact]
    public void Elements_are_separated_by_commas_and_counted()
    {
        byte[] buffer = new byte[200];
        var writer = new DatagramWriter(buffer);
        Assert.Equal((0, 0), (writer.ElementCount, writer.BytesIfFinished));
        Assert.True(writer.TryWriteAlwaysReturned("1"u8));
        Assert.Equal((1, 22), (writer.ElementCount, writer.BytesIfFinished));
        Assert.True(writer.TryWritePleaseSendPeers());
        Assert.Equal((2, 45), (writer.ElementCount, writer.BytesIfFinished));
        Assert.Equal(45, writer.Finish());
        Assert.Equal("""[{"AlwaysReturned":1},{"PleaseSendPeers":{}}]""", Encoding.UTF8.GetString(buffer, 0, 45));
    }

    [Fact]
    public void A_datagram_without_elements_is_no_datagram()
    {
        byte[] buffer = [7, 7, 7];
        Assert.Equal(0, new DatagramWriter(buffer).Finish());
        Assert.Equal([7, 7, 7], buffer);
        Assert.Equal(0, new DatagramWriter([]).Finish());
    }

    [Fact]
    public void A_name_is_escaped_where_json_asks_for_it_and_nowhere_else() =>
        AssertWrites(
            """[{"PleaseSendContent":{"id":"say \"hi\" äöü 日本 😀","length":1,"offset":0}}]""",
            (ref w) => w.TryWritePleaseSendContent(Wire.Id("say \"hi\" äöü 日本 😀"), 1, 0));

    [Fact]
    public void An_unknown_name_is_escaped_where_json_asks_for_it() =>
        Assert.Equal(
            """[{"a\"b\\c\u0001/ä":[]}]""",
            Wire.Write(new UnknownMessage("a\"b\\c\u0001/ä", RawJson.CopyOf("[]"), Truncated: false)));

    [Fact]
    public void A_cookie_that_some_node_might_not_return_unchanged_is_not_sent()
    {
        foreach (string text in (string[])["a\"b", "a\\b", "a\nb", "a\u007Fb", "ä"])
        {
            var writer = new DatagramWriter(new byte[200]);
            Assert.False(writer.TryWriteCookieRequest(Wire.Bytes(text)));
            Assert.Equal(0, writer.ElementCount);
        }
    }

    [Fact]
    public void What_can_not_be_said_is_not_written()
    {
        var writer = new DatagramWriter(new byte[1000]);
        Assert.False(writer.TryWritePleaseSendContent(Sha256, -1, 0));
        Assert.False(writer.TryWritePleaseSendContent(Sha256, 0, -1));
        Assert.False(writer.TryWriteContent(Sha256, -1, [], 0));
        Assert.False(writer.TryWriteAlwaysReturned([]));
        Assert.False(writer.TryWriteRawElement([]));
        Assert.Equal(0, writer.TryWriteMaybeTheyHaveSome(Sha256, []));
        Assert.False(writer.TryWrite(new MaybeTheyHaveSome(Sha256, [])));
        Assert.False(writer.TryWrite(new MaybeTheyHaveSome(Sha256, default)));
        Assert.False(writer.TryWrite(new UnknownMessage("X", RawJson.CopyOf("{\"a"), Truncated: true)));
        Assert.False(writer.TryWrite(new AlwaysReturned(default)));
        Assert.Equal((0, 0), (writer.ElementCount, writer.Finish()));
    }

    [Fact]
    public void Peers_are_written_as_far_as_they_fit()
    {
        PeerAddress[] peers = [Wire.Peer("1.2.3.4:5"), Wire.Peer("1.2.3.4:6"), Wire.Peer("1.2.3.4:7")];
        int emptyBytes = """[{"Peers":{"peers":[]}}]""".Length;
        Assert.Equal((-1, ""), WritePeers(emptyBytes - 1));
        Assert.Equal((0, """[{"Peers":{"peers":[]}}]"""), WritePeers(emptyBytes));
        Assert.Equal((0, """[{"Peers":{"peers":[]}}]"""), WritePeers(emptyBytes + 10));
        Assert.Equal((1, """[{"Peers":{"peers":["1.2.3.4:5"]}}]"""), WritePeers(emptyBytes + 11));
        Assert.Equal((1, """[{"Peers":{"peers":["1.2.3.4:5"]}}]"""), WritePeers(emptyBytes + 22));
        Assert.Equal((2, """[{"Peers":{"peers":["1.2.3.4:5","1.2.3.4:6"]}}]"""), WritePeers(emptyBytes + 23));
        Assert.Equal((3, """[{"Peers":{"peers":["1.2.3.4:5","1.2.3.4:6","1.2.3.4:7"]}}]"""), WritePeers(emptyBytes + 35));

        (int, string) WritePeers(int bytesMax)
        {
            byte[] buffer = new byte[bytesMax];
            var writer = new DatagramWriter(buffer);
            int written = writer.TryWritePeers(peers);
            return (written, Encoding.UTF8.GetString(buffer, 0, writer.Finish()));
        }
    }

    [Fact]
    public void Holders_are_written_as_far_as_they_fit_and_never_none()
    {
        PeerAddress[] peers = [Wire.Peer("1.2.3.4:5"), Wire.Peer("1.2.3.4:6")];
        int oneBytes = """[{"MaybeTheyHaveSome":{"id":"a","peers":["1.2.3.4:5"]}}]""".Length;
        Assert.Equal((-1, ""), WriteHolders(10));
        Assert.Equal((-1, ""), WriteHolders(oneBytes - 1));
        Assert.Equal((1, """[{"MaybeTheyHaveSome":{"id":"a","peers":["1.2.3.4:5"]}}]"""), WriteHolders(oneBytes));
        Assert.Equal((2, """[{"MaybeTheyHaveSome":{"id":"a","peers":["1.2.3.4:5","1.2.3.4:6"]}}]"""), WriteHolders(oneBytes + 12));

        (int, string) WriteHolders(int bytesMax)
        {
            byte[] buffer = new byte[bytesMax];
            var writer = new DatagramWriter(buffer);
            int written = writer.TryWriteMaybeTheyHaveSome(Wire.Id("a"), peers);
            return (written, Encoding.UTF8.GetString(buffer, 0, writer.Finish()));
        }
    }

    [Fact]
    public void A_message_with_peers_is_written_with_all_of_them_or_not_at_all()
    {
        var writer = new DatagramWriter(new byte[46]);
        Assert.False(writer.TryWrite(new PeersMessage([Wire.Peer("1.2.3.4:5"), Wire.Peer("1.2.3.4:6")])));
        Assert.False(writer.TryWrite(new MaybeTheyHaveSome(Wire.Id("a"), [Wire.Peer("1.2.3.4:5"), Wire.Peer("1.2.3.4:6")])));
        Assert.Equal(0, writer.ElementCount);
        Assert.True(writer.TryWrite(new PeersMessage([Wire.Peer("1.2.3.4:5")])));
    }

    [Fact]
    public void Any_message_is_written_whole_exactly_when_it_fits() =>
        Gen.Select(Generators.Message, Generators.Message, Gen.Int[0, 3]).Sample((first, second, missing) =>
        {
            string whole = Wire.Write(first, second);
            int wholeBytes = Encoding.UTF8.GetByteCount(whole);
            string firstOnly = Wire.Write(first);
            // Beyond its limit a writer must not write: the bytes after it stay as they were.
            byte[] buffer = new byte[wholeBytes + 8];
            buffer.AsSpan().Fill(0xEE);
            var writer = new DatagramWriter(buffer.AsSpan(0, wholeBytes - missing));
            Assert.True(writer.TryWrite(first));
            Assert.Equal(missing == 0, writer.TryWrite(second));
            Assert.Equal(missing == 0 ? 2 : 1, writer.ElementCount);
            int announced = writer.BytesIfFinished;
            int bytes = writer.Finish();
            Assert.Equal(announced, bytes);
            Assert.Equal(missing == 0 ? whole : firstOnly, Encoding.UTF8.GetString(buffer, 0, bytes));
            Assert.Equal(-1, buffer.AsSpan(wholeBytes - missing).IndexOfAnyExcept((byte)0xEE));
        });

    [Fact]
    public void Every_limit_from_nothing_to_enough_is_kept_by_every_message() =>
        Generators.Message.Sample(
            message =>
            {
                int wholeBytes = Encoding.UTF8.GetByteCount(Wire.Write(message));
                for (int bytesMax = 0; bytesMax <= wholeBytes; bytesMax++)
                {
                    var writer = new DatagramWriter(new byte[bytesMax]);
                    Assert.Equal(bytesMax == wholeBytes, writer.TryWrite(message));
                    Assert.Equal(bytesMax == wholeBytes ? wholeBytes : 0, writer.Finish());
                }
            },
            iter: 50);

    [Fact]
    public void Overhead_of_a_content_is_what_is_written_besides_its_base64() =>
        Gen.Select(Generators.Id, Generators.Number, Gen.Byte.Array[0, 50], Gen.OneOf(Generators.Number, Gen.Const(-1L)))
            .Sample((id, offset, bytes, eof) =>
            {
                var writer = new DatagramWriter(new byte[2000]);
                Assert.True(writer.TryWriteContent(id, offset, bytes, eof));
                int base64Bytes = (bytes.Length + 2) / 3 * 4;
                Assert.Equal(writer.Finish() - 2 - base64Bytes, DatagramWriter.ContentOverheadBytes(id, offset, eof));
            });

    [Fact]
    public void Whatever_is_written_is_read_back_with_the_same_meaning() =>
        Generators.Message.Array[1, 8].Sample(
            messages =>
            {
                (DatagramResult result, List<WireMessage> read) = Wire.Read(Wire.Write(messages));
                Assert.Equal((DatagramFault.None, 0), (result.Fault, result.Skipped));
                Assert.Equal(messages, read);
            },
            iter: 5_000);

    [Fact]
    public void Our_own_datagrams_of_a_transfer_take_the_short_cut() =>
        Gen.Select(Gen.Byte.Array[32], Generators.Number, Gen.Byte.Array[0, 200], Gen.Long[0, 999_999_999_999_999_999])
            .Where((_, offset, _, _) => offset < 1_000_000_000_000_000_000)
            .Sample((sha256, offset, bytes, eof) =>
            {
                ContentId id = ContentId.FromSha256(Sha256Digest.FromBytes(sha256));
                byte[] buffer = new byte[2000];
                var writer = new DatagramWriter(buffer);
                Assert.True(writer.TryWriteAlwaysReturned("""{"cookie":"0a1b2c3d"}"""u8));
                Assert.True(writer.TryWriteCookieRequest("00ff"u8));
                Assert.True(writer.TryWriteContent(id, offset, bytes, eof));
                Assert.True(writer.TryWritePleaseSendContent(id, bytes.Length, offset));
                (DatagramResult result, List<WireMessage> messages) = Wire.Read(buffer[..writer.Finish()]);
                Assert.Equal(new DatagramResult(DatagramFault.None, 4, 0, Fast: true), result);
                Assert.Equal(new ContentMessage(id, offset, [.. bytes], eof), messages[2]);
            });

    private static void AssertWrites(string expected, WriteOne write)
    {
        byte[] buffer = new byte[1000];
        var writer = new DatagramWriter(buffer);
        Assert.True(write(ref writer));
        Assert.Equal(expected, Encoding.UTF8.GetString(buffer, 0, writer.Finish()));
    }
}
