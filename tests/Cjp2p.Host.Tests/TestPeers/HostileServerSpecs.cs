using System.Net;
using System.Text;
using System.Text.Json;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>Each kind of hostile server does its one thing badly and the rest well.</summary>
public sealed class HostileServerSpecs
{
    private const string Id = "00aabbccddeeff00aabbccddeeff00aabbccddeeff00aabbccddeeff00aabbcc";

    private static readonly IPEndPoint Us = new(IPAddress.Parse("127.0.0.99"), 24254);
    private static readonly byte[] File = ModelTransferSpecs.Random(100_000);

    [Fact]
    public async Task Honest_one_serves_the_right_bytes_and_gives_cookies_back()
    {
        await using HostileServer server = Server(new HostileServerOptions());
        byte[] hello = Encoding.UTF8.GetBytes(
            """[{"PleaseAlwaysReturnThisMessage":{"cookie":"ab"}},{"PleaseReturnThisMessage":{"x":1}},{"PleaseSendPeers":{}}]""");
        string text = server.Exchange(hello, Us).Single().Text;
        Assert.Equal("""[{"AlwaysReturned":{"cookie":"ab"}},{"ReturnedMessage":{"x":1}},{"Peers":{"peers":[]}}]""", text);

        (string id, long offset, byte[] bytes, long eof) = Ask(server, 4096, 4096);
        Assert.Equal((Id, 4096, 100_000), (id, offset, eof));
        Assert.Equal(File[4096..8192], bytes);
        Assert.Equal(40_960, Ask(server, 0, 65_536).Bytes.Length);
        Assert.Equal(File[98_304..], Ask(server, 98_304, 4096).Bytes);
    }

    [Fact]
    public async Task Silent_one_never_answers()
    {
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.Silent));
        Assert.Empty(server.Exchange(Request(0, 4096), Us));
        server.Hostility = new HostileServerOptions();
        Assert.Single(server.Exchange(Request(0, 4096), Us));
    }

    [Fact]
    public async Task Slow_one_sends_so_many_bytes_a_second()
    {
        var time = new ManualTime();
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.Slow) { BytesPerSecond = 11_200 }, time);
        for (int i = 0; i < 10; i++) Assert.Empty(server.Exchange(Request(4096 * i, 4096), Us));

        var perSecond = new List<int>();
        for (int second = 0; second < 6; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            perSecond.Add(server.TakeOutbox().Count);
        }

        Assert.Equal([2, 2, 2, 2, 2, 0], perSecond); // 5.6 KB each
    }

    [Theory]
    [InlineData(EofLie.TooBig)]
    [InlineData(EofLie.TooSmall)]
    [InlineData(EofLie.Changing)]
    [InlineData(EofLie.Zero)]
    public async Task Liar_tells_a_wrong_eof_with_the_right_bytes(EofLie lie)
    {
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.LiesAboutEof) { Lie = lie });
        (_, _, byte[] bytes, long eof) = Ask(server, 0, 4096);
        Assert.Equal(File[..4096], bytes);
        Assert.NotEqual(100_000, eof);
        Assert.Equal(lie is EofLie.TooBig or EofLie.Changing, eof > 100_000);
        Assert.Equal(lie == EofLie.Zero, eof == 0);
        if (lie == EofLie.Changing) Assert.NotEqual(eof, Ask(server, 0, 4096).Eof);
    }

    [Fact]
    public async Task One_byte_at_a_time()
    {
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.OneByteAtATime));
        Assert.Equal([File[8192]], Ask(server, 8192, 4096).Bytes);
    }

    [Fact]
    public async Task Wrong_lengths_are_shorter_or_longer_than_asked()
    {
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.WrongLengths));
        int[] lengths = [.. Enumerable.Range(0, 50).Select(_ => Ask(server, 0, 4096).Bytes.Length)];
        Assert.DoesNotContain(4096, lengths);
        Assert.Contains(2048, lengths);
        Assert.Contains(lengths, l => l > 4096);
    }

    [Fact]
    public async Task Blocks_for_another_id()
    {
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.OtherIds));
        Assert.Equal(string.Concat(Id.Reverse()), Ask(server, 0, 4096).Id);
    }

    [Fact]
    public async Task Poisoner_spoils_its_share_of_the_blocks_and_remembers_which()
    {
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.Poisons) { PoisonProbability = 0.25 });
        int[] spoilt = [.. Enumerable.Range(0, 24)
            .Where(i => !File.AsSpan(4096 * i, 4096).SequenceEqual(Ask(server, 4096 * i, 4096).Bytes))];
        Assert.InRange(spoilt.Length, 2, 12);
        Assert.Equal(spoilt.Select(i => 4096L * i), server.PoisonedOffsets.Order());
        Assert.Equal((24, spoilt.Length), (server.BlocksServed, server.BlocksPoisoned));
    }

    [Fact]
    public async Task Endless_sources_come_with_every_block_and_are_all_loopback()
    {
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.EndlessSources));
        for (int i = 0; i < 10; i++)
        {
            using JsonDocument answer = JsonDocument.Parse(server.Exchange(Request(0, 4096), Us).Single().Bytes);
            IPEndPoint[] bogus = [.. answer.RootElement[1].GetProperty("MaybeTheyHaveSome").GetProperty("peers").EnumerateArray()
                .Select(p => IPEndPoint.Parse(p.GetString()!))];
            Assert.Equal(20, bogus.Length);
            Assert.All(bogus, b => Assert.True(IPAddress.IsLoopback(b.Address)));
        }
    }

    [Fact]
    public async Task Bad_base64_is_none()
    {
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.BadBase64));
        using JsonDocument answer = JsonDocument.Parse(server.Exchange(Request(0, 4096), Us).Single().Bytes);
        Assert.False(answer.RootElement[0].GetProperty("Content").GetProperty("base64").TryGetBytesFromBase64(out _));
    }

    [Fact]
    public async Task Dying_one_stops_after_so_many_blocks()
    {
        await using HostileServer server = Server(new HostileServerOptions(HostileBehaviour.Dies) { DiesAfterBlocks = 3 });
        Assert.Equal([1, 1, 1, 0, 0], Enumerable.Range(0, 5).Select(i => server.Exchange(Request(i, 1), Us).Count));
    }

    private static byte[] Request(long offset, int length) => Encoding.UTF8.GetBytes(
        "[{\"PleaseSendContent\":{\"id\":\"" + Id + "\",\"length\":" + length + ",\"offset\":" + offset + "}}]");

    private static (string Id, long Offset, byte[] Bytes, long Eof) Ask(HostileServer server, long offset, int length)
    {
        using JsonDocument answer = JsonDocument.Parse(server.Exchange(Request(offset, length), Us).Single().Bytes);
        JsonElement content = answer.RootElement.EnumerateArray()
            .First(e => e.TryGetProperty("Content", out _)).GetProperty("Content");
        return (content.GetProperty("id").GetString()!, content.GetProperty("offset").GetInt64(),
            content.GetProperty("base64").GetBytesFromBase64(), content.GetProperty("eof").GetInt64());
    }

    private static HostileServer Server(HostileServerOptions hostility, TimeProvider? time = null)
    {
        var server = new HostileServer(hostility, new ForeignModelOptions
        {
            Time = time ?? new ManualTime(),
            Address = IPAddress.Parse("127.0.0.2"),
            Port = 24254,
        });
        server.Serve(Id, File);
        server.Start();
        return server;
    }
}
