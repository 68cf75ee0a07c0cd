using System.Net;
using System.Security.Cryptography;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>The models fetch from each other what the real ones can fetch from each other, and no more.</summary>
public sealed class ModelTransferSpecs
{
    public static TheoryData<string, string> AllThatWork => new()
    {
        { "July", "July" }, { "Ruby", "July" }, { "Bash", "July" },
        { "July", "March" }, { "March", "March" }, { "Ruby", "March" }, { "Bash", "March" },
        { "July", "Ruby" }, { "March", "Ruby" }, { "Ruby", "Ruby" }, { "Bash", "Ruby" },
        { "July", "Bash" }, { "March", "Bash" }, { "Ruby", "Bash" }, { "Bash", "Bash" },
    };

    [Theory]
    [MemberData(nameof(AllThatWork))]
    public async Task Content_arrives_whole_and_nobody_ends(string from, string to)
    {
        foreach (int length in new[] { 1, 4096, 4097, 40961, 300_001 })
        {
            var time = new ManualTime();
            await using var network = new OfflineNetwork(time);
            byte[] content = Random(length);
            string id = Convert.ToHexStringLower(SHA256.HashData(content));
            ForeignModel source = network.Add(Peer(from, 2, time));
            ForeignModel sink = network.Add(Peer(to, 3, time, source.Address));
            Serve(source, id, content);
            ForeignDownload download = Download(sink, id, source.Address);

            Assert.True(network.RunUntil(() => download.Completion.IsCompleted), $"{length} bytes: {download.BytesDone} done");
            Assert.Equal(content, await download.Completion);
            Assert.True(download.HashMatched);
            Assert.Empty(source.Crashes);
            Assert.Empty(sink.Crashes);
        }
    }

    [Fact]
    public async Task July_node_never_gets_more_than_one_byte_at_a_time_from_the_March_node()
    {
        var time = new ManualTime();
        await using var network = new OfflineNetwork(time);
        byte[] content = Random(65536);
        string id = Convert.ToHexStringLower(SHA256.HashData(content));
        var source = (RustMarchPeer)network.Add(Peer("March", 2, time));
        var sink = (RustJulyPeer)network.Add(Peer("July", 3, time, source.Address));
        source.Serve(id, content);
        ForeignDownload download = sink.Download(id, source.Address);

        Assert.False(network.RunUntil(() => download.Completion.IsCompleted, datagramsMax: 3000));
        Assert.True(download.Contents > 100);
        Assert.Equal((download.Contents, 0), (download.Refused, download.BytesDone));
    }

    [Fact]
    public async Task Ruby_node_takes_a_poisoned_content_for_good_and_the_July_node_fetches_it_three_times()
    {
        var time = new ManualTime();
        await using var network = new OfflineNetwork(time);
        byte[] content = Random(50_000);
        string id = Convert.ToHexStringLower(SHA256.HashData(content));
        var source = new HostileServer(
            new HostileServerOptions(HostileBehaviour.Poisons) { PoisonProbability = 1 }, Options(2, time));
        source.Serve(id, content);
        network.Add(source);
        var ruby = (RubyPeer)network.Add(Peer("Ruby", 3, time, source.Address));
        var july = (RustJulyPeer)network.Add(Peer("July", 4, time, source.Address));
        ForeignDownload believed = ruby.Download(id, source.Address);
        ForeignDownload checkedOne = july.Download(id, source.Address);

        Assert.True(network.RunUntil(() => believed.Completion.IsCompleted && checkedOne.Completion.IsCompleted));
        Assert.NotEqual(content, await believed.Completion);
        Assert.False(believed.HashMatched);
        await Assert.ThrowsAsync<InvalidDataException>(() => checkedOne.Completion);
        Assert.Equal(3, checkedOne.HashFailures);
    }

    [Fact]
    public async Task July_node_asks_again_after_a_silent_second_and_finishes()
    {
        var time = new ManualTime();
        await using var network = new OfflineNetwork(time);
        byte[] content = Random(100_000);
        string id = Convert.ToHexStringLower(SHA256.HashData(content));
        var source = new HostileServer(new HostileServerOptions(HostileBehaviour.Dies) { DiesAfterBlocks = 5 }, Options(2, time));
        source.Serve(id, content);
        network.Add(source);
        var july = (RustJulyPeer)network.Add(Peer("July", 3, time, source.Address));
        ForeignDownload download = july.Download(id, source.Address);

        Assert.True(network.RunUntil(() => download.Stalls == 2));
        Assert.Equal(5 * 4096, download.BytesDone);
        source.Hostility = new HostileServerOptions();

        Assert.True(network.RunUntil(() => download.Completion.IsCompleted));
        Assert.Equal(content, await download.Completion);
    }

    [Fact]
    public async Task Wrong_first_eof_ruins_a_download_of_the_July_node_for_good()
    {
        var time = new ManualTime();
        await using var network = new OfflineNetwork(time);
        byte[] content = Random(100_000);
        string id = Convert.ToHexStringLower(SHA256.HashData(content));
        var source = new HostileServer(new HostileServerOptions(HostileBehaviour.LiesAboutEof), Options(2, time));
        source.Serve(id, content);
        network.Add(source);
        var july = (RustJulyPeer)network.Add(Peer("July", 3, time, source.Address));
        ForeignDownload download = july.Download(id, source.Address);
        Assert.True(network.RunUntil(() => download.Contents == 1));
        source.Hostility = new HostileServerOptions();

        Assert.False(network.RunUntil(() => download.Completion.IsCompleted, datagramsMax: 2000));
        Assert.Equal((1_100_000, 4096), (download.Eof, download.BytesDone));
    }

    [Fact]
    public async Task Ruby_node_relays_what_it_has_without_eof_and_that_ends_another_Ruby_node()
    {
        var time = new ManualTime();
        await using var network = new OfflineNetwork(time);
        byte[] content = Random(100_000);
        string id = Convert.ToHexStringLower(SHA256.HashData(content));
        var source = new HostileServer(new HostileServerOptions(HostileBehaviour.Dies) { DiesAfterBlocks = 5 }, Options(2, time));
        source.Serve(id, content);
        network.Add(source);
        var relay = (RubyPeer)network.Add(Peer("Ruby", 3, time, source.Address));
        ForeignDownload half = relay.Download(id, source.Address);
        Assert.True(network.RunUntil(() => half.BytesDone == 5 * 4096));
        var victim = (RubyPeer)network.Add(Peer("Ruby", 4, time, relay.Address));
        victim.Download(id, relay.Address);

        Assert.True(network.RunUntil(() => victim.IsDead));
        Assert.Equal("Content without eof", victim.Crashes.Single());
    }

    internal static byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static ForeignModelOptions Options(int number, TimeProvider time, params IPEndPoint[] peers) => new()
    {
        Time = time,
        Seed = number,
        Peers = peers,
        Address = IPAddress.Parse($"127.0.0.{number}"),
        Port = 24254,
    };

    private static ForeignModel Peer(string kind, int number, TimeProvider time, params IPEndPoint[] peers) => kind switch
    {
        "July" => new RustJulyPeer(Options(number, time, peers)),
        "March" => new RustMarchPeer(Options(number, time, peers)),
        "Ruby" => new RubyPeer(Options(number, time, peers)),
        _ => new BashPeer(Options(number, time, peers)),
    };

    private static void Serve(ForeignModel peer, string id, byte[] content)
    {
        if (peer is RustPeer rust) rust.Serve(id, content);
        else ((ScriptPeer)peer).Serve(id, content);
    }

    private static ForeignDownload Download(ForeignModel peer, string id, IPEndPoint source) =>
        peer is RustPeer rust ? rust.Download(id, source) : ((ScriptPeer)peer).Download(id, source);
}
