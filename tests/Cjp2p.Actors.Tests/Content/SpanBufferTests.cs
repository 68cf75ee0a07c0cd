using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

public sealed class SpanBufferTests
{
    private const int ChunkBytes = 4096;
    private const int Offset = SpanGeometry.SpanBytes;

    // Three whole chunks and one of 100 bytes.
    private const int Length = 3 * ChunkBytes + 100;

    private static readonly ContentId Id = ContentId.FromSha256(Sha256Digest.FromBytes(new byte[32]));

    private readonly byte[] _bytes = new byte[SpanGeometry.SpanBytes];
    private readonly SpanBuffer _span;

    public SpanBufferTests() => _span = new SpanBuffer(_bytes, Offset, Length, ChunkBytes, new RecordingRef());

    [Fact]
    public void Whole_chunk_is_stored_where_it_belongs()
    {
        Assert.Equal((Delivery.Stored, "1"), Deliver(ChunkBytes, Bytes(ChunkBytes, 7)));
        Assert.Equal(Bytes(ChunkBytes, 7), _bytes[ChunkBytes..(2 * ChunkBytes)]);
        Assert.All(_bytes[..ChunkBytes], b => Assert.Equal(0, b));
        Assert.All(_bytes[(2 * ChunkBytes)..], b => Assert.Equal(0, b));
    }

    [Fact]
    public void Last_chunk_is_as_long_as_the_content()
    {
        Assert.Equal((Delivery.Stored, "3"), Deliver(3 * ChunkBytes, Bytes(100, 1)));
        Assert.Equal((Delivery.Useless, "3"), Deliver(3 * ChunkBytes, Bytes(99, 1)));
        Assert.Equal((Delivery.Useless, "3"), Deliver(3 * ChunkBytes, Bytes(101, 1)));
    }

    [Fact]
    public void Several_whole_chunks_may_come_in_one_piece()
    {
        Assert.Equal((Delivery.Stored, "1 2"), Deliver(ChunkBytes, Bytes(2 * ChunkBytes, 3)));
        Assert.Equal((Delivery.Stored, "3"), Deliver(3 * ChunkBytes, Bytes(100, 3)));
    }

    [Fact]
    public void Everything_to_the_end_may_come_in_one_piece() =>
        Assert.Equal((Delivery.Stored, "0 1 2 3"), Deliver(0, Bytes(Length, 3)));

    [Fact]
    public void First_chunk_that_comes_stays()
    {
        Deliver(0, Bytes(ChunkBytes, 1));
        Assert.Equal((Delivery.Duplicate, "0"), Deliver(0, Bytes(ChunkBytes, 2)));
        Assert.Equal(Bytes(ChunkBytes, 1), _bytes[..ChunkBytes]);
    }

    [Fact]
    public void Piece_that_holds_a_chunk_that_is_here_is_a_duplicate_and_changes_nothing()
    {
        Deliver(ChunkBytes, Bytes(ChunkBytes, 1));
        Assert.Equal((Delivery.Duplicate, "0 1"), Deliver(0, Bytes(2 * ChunkBytes, 2)));
        Assert.All(_bytes[..ChunkBytes], b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData(0, 0)] // empty
    [InlineData(0, 32)] // the July node's teaser
    [InlineData(0, 1)] // the March node's
    [InlineData(1, ChunkBytes)] // not at the start of a chunk
    [InlineData(0, ChunkBytes + 1)] // more than a chunk and less than two
    [InlineData(ChunkBytes, Length)] // beyond the end of the span
    public void What_is_not_whole_chunks_is_of_no_use(int start, int length)
    {
        Assert.Equal(Delivery.Useless, Deliver(start, Bytes(length, 9)).Item1);
        Assert.All(_bytes, b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    public void Base64_of_an_impossible_length_is_malformed(string text) =>
        Assert.Equal(Delivery.Malformed, DeliverText(0, text).Item1);

    [Fact]
    public void Base64_of_other_letters_is_malformed_and_the_chunk_may_still_come()
    {
        var text = Convert.ToBase64String(Bytes(ChunkBytes, 1));
        Assert.Equal((Delivery.Malformed, "0"), DeliverText(0, "*" + text[1..]));
        Assert.Equal((Delivery.Stored, "0"), DeliverText(0, text));
    }

    [Fact]
    public void Closed_span_takes_nothing_and_is_closed_once()
    {
        Deliver(0, Bytes(ChunkBytes, 1));
        Assert.Same(_bytes, _span.Close());
        Assert.Null(_span.Close());
        Assert.Equal(Delivery.Late, Deliver(ChunkBytes, Bytes(ChunkBytes, 2)).Item1);
        Assert.All(_bytes[ChunkBytes..], b => Assert.Equal(0, b));
    }

    private (Delivery, string) Deliver(int start, byte[] bytes) => DeliverText(start, Convert.ToBase64String(bytes));

    private (Delivery, string) DeliverText(int start, string base64)
    {
        var datagram = System.Text.Encoding.UTF8.GetBytes(
            $$$"""[{"Content":{"id":"{{{Id}}}","offset":{{{Offset + start}}},"base64":"{{{base64}}}"}}]""");
        var reader = new DatagramReader(new WireLimits());
        reader.Read(datagram);
        var delivery = _span.Deliver(datagram, reader.Elements[0], out var chunks);
        var numbers = new List<int>();
        for (var i = chunks.NextAt(0); i >= 0; i = chunks.NextAt(i + 1))
            numbers.Add(i);
        return (delivery, string.Join(' ', numbers));
    }

    private static byte[] Bytes(int count, byte value) => [.. Enumerable.Repeat(value, count)];
}
