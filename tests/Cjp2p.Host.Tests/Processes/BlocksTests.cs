using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Cjp2p.Host.Tests.Http;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>Contents by hash lists: <c>share --blocks</c> and <c>get --blocks</c>.</summary>
public sealed class BlocksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Content_is_had_by_its_hash_list_from_one_node_and_while_it_is_from_both()
    {
        var id = _folder.File("movie", 5_000_000, seed: 3);
        await using var source = Cjp2pProcess.Start(
            _folder.Root, "share", "movie", "--blocks", "--listen", "127.0.0.1:0", "--json");
        var list = await ListIdAsync(source);
        var address = await AddressAsync(source);
        var outcome = await Cjp2pProcess.RunAsync(
            _folder.Root, "get", list, "--blocks", "--peer", address, "-o", "got", "--json");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.IdOf("got"));
        Assert.Equal([_folder.In("got"), _folder.In("movie")], Directory.EnumerateFileSystemEntries(_folder.Root).Order());
        using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
        Assert.Equal(5_000_000, report.RootElement.GetProperty("lengthBytes").GetInt64());
        // Again: it is there, and what a run leaves that is killed at the end goes.
        _folder.Folder("got.cjp2p-blocks");
        var again = await Cjp2pProcess.RunAsync(_folder.Root, "get", list, "--blocks", "--peer", address, "-o", "got");
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.False(Directory.Exists(_folder.In("got.cjp2p-blocks")));
        _folder.Text("other", "something else");
        var other = await Cjp2pProcess.RunAsync(_folder.Root, "get", list, "--blocks", "--peer", address, "-o", "other");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("exists and is something else; --force replaces it", Assert.Single(other.Error), StringComparison.Ordinal);
        Assert.Equal("something else", File.ReadAllText(_folder.In("other")));
        File.Delete(_folder.In("other"));
        Directory.Delete(_folder.In("other.cjp2p-blocks"), recursive: true);
        // The list itself is a content like others: 20 lines.
        var text = await Cjp2pProcess.RunAsync(_folder.Root, "get", list, "--peer", address, "-o", "list");
        Assert.True(text.ExitCode == 0, text.ToString());
        Assert.Equal(20, File.ReadAllLines(_folder.In("list")).Length);
    }

    [Fact]
    public async Task Blocks_that_are_there_already_are_not_fetched_again_and_a_wrong_one_is()
    {
        var id = _folder.File("movie", 3_000_000, seed: 4);
        await using var source = Cjp2pProcess.Start(
            _folder.Root, "share", "movie", "--blocks", "--listen", "127.0.0.1:0", "--json");
        var list = await ListIdAsync(source);
        var address = await AddressAsync(source);
        await Cjp2pProcess.RunAsync(_folder.Root, "get", list, "--peer", address, "-o", "list");
        var lines = File.ReadAllLines(_folder.In("list"));
        _folder.Folder("got.cjp2p-blocks");
        var content = File.ReadAllBytes(_folder.In("movie"));
        for (var i = 0; i < 10; i++)
            File.WriteAllBytes(_folder.In("got.cjp2p-blocks", lines[i]), content[(i * 262_144)..((i + 1) * 262_144)]);
        File.WriteAllBytes(_folder.In("got.cjp2p-blocks", lines[10]), new byte[262_144]);
        var outcome = await Cjp2pProcess.RunAsync(
            _folder.Root, "get", list, "--blocks", "--peer", address, "-o", "got", "--json", "--set", "downloads.timeout-min=500ms");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.IdOf("got"));
        using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
        Assert.InRange(report.RootElement.GetProperty("fetchedBytes").GetInt64(), 300_000, 2 * 262_144 + 100_000);
    }

    [Fact]
    public async Task List_of_lists_is_followed_to_the_content()
    {
        _folder.Folder("shared");
        var blocks = Enumerable.Range(0, 6).Select(i => _folder.File($"shared/{i}", 1000 + i, seed: i)).ToArray();
        // The list of the content, which is so long (as for a block here) that it is in two pieces with a list of their own.
        var lists = blocks.Chunk(3).Select((some, i) => _folder.Text($"shared/list-{i}", string.Concat(some.Select(id => id + "\n")))).ToArray();
        _folder.Text("shared/top", string.Concat(lists.Select((_, i) => _folder.IdOf($"shared/list-{i}") + "\n")));
        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "shared", "--listen", "127.0.0.1:0", "--json");
        var address = await AddressAsync(source);
        var outcome = await Cjp2pProcess.RunAsync(
            _folder.Root, "get", _folder.IdOf("shared/top"), "--blocks", "--peer", address, "-o", "got", "--json");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(
            Enumerable.Range(0, 6).SelectMany(i => File.ReadAllBytes(_folder.In("shared", $"{i}"))), File.ReadAllBytes(_folder.In("got")));
        Assert.False(Directory.Exists(_folder.In("got.cjp2p-blocks")));
    }

    // 4,097 blocks: their list is longer than a block. All of them are zeros, so the file takes no room on the disk. With
    // CJP2P_LONG_LIST=1 they are all different, and all of them are fetched, which takes a minute and 3 GiB.
    [Fact]
    public async Task List_that_is_longer_than_a_block_has_a_list_itself()
    {
        const long Bytes = 4097L * 262_144;
        var isWhole = Environment.GetEnvironmentVariable("CJP2P_LONG_LIST") == "1";
        if (isWhole)
        {
            _folder.File("long", Bytes, seed: 6);
        }
        else
        {
            await using var file = File.Create(_folder.In("long"));
            file.SetLength(Bytes);
        }

        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "long", "--blocks", "--listen", "127.0.0.1:0", "--json");
        var top = await ListIdAsync(source);
        var address = await AddressAsync(source);
        var text = await Cjp2pProcess.RunAsync(_folder.Root, "get", top, "--peer", address, "-o", "top");
        Assert.True(text.ExitCode == 0, text.ToString());
        var pieces = File.ReadAllLines(_folder.In("top"));
        Assert.Equal(2, pieces.Length);
        // The second piece is the rest of the list: 65 bytes a line, of which 4,032 and a part fit into the first.
        var last = await Cjp2pProcess.RunAsync(_folder.Root, "get", pieces[1], "--peer", address, "-o", "last");
        Assert.True(last.ExitCode == 0, last.ToString());
        Assert.Equal(4097 * 65 - 262_144, new FileInfo(_folder.In("last")).Length);
        if (!isWhole)
            return;
        var all = await Cjp2pProcess.RunAsync(_folder.Root, "get", top, "--blocks", "--peer", address, "-o", "got");
        Assert.True(all.ExitCode == 0, all.ToString());
        Assert.Equal(Bytes, new FileInfo(_folder.In("got")).Length);
        Assert.Equal(_folder.IdOf("long"), _folder.IdOf("got"));
    }

    [Fact]
    public async Task Block_is_had_by_its_own_id_from_a_node_that_still_fetches_the_list_by_ours_and_by_others()
    {
        _folder.File("movie", 64 * 262_144, seed: 8);
        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "movie", "--blocks", "--listen", "127.0.0.1:0", "--json");
        var list = await ListIdAsync(source);
        await using var relay = new LossyRelay(IPEndPoint.Parse(await AddressAsync(source)));
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 3_000_000 });
        var port = FreePort.Udp();
        await using var half = Cjp2pProcess.Start(
            _folder.Root, "get", list, "--blocks", "--peer", $"{relay.Address}", "--listen", $"127.0.0.1:{port}", "-o", "half");
        var id = "";
        await Until.TrueAsync(() => (id = Blocks().FirstOrDefault(name => name != list) ?? "").Length > 0, Cjp2pProcess.Bound);
        relay.SetBoth(new LossyRelayOptions { PassedBytesMax = 0 });
        var ours = await Cjp2pProcess.RunAsync(_folder.Root, "get", id, "--peer", $"127.0.0.1:{port}", "-o", "block");
        Assert.True(ours.ExitCode == 0, ours.ToString());
        Assert.Equal(id, _folder.IdOf("block"));
        await using var july = new RustJulyPeer(new ForeignModelOptions { OpenWire = SocketWire.Open });
        july.Start();
        var fetched = july.Download(id, new IPEndPoint(IPAddress.Loopback, port));
        Assert.Equal(File.ReadAllBytes(_folder.In("block")), await fetched.Completion.WaitAsync(Cjp2pProcess.Bound));
        Assert.True(half.IsRunning);
        Assert.False(File.Exists(_folder.In("half")));

        IEnumerable<string> Blocks() => Directory.Exists(_folder.In("half.cjp2p-blocks"))
            ? Directory.EnumerateFiles(_folder.In("half.cjp2p-blocks")).Select(path => Path.GetFileName(path)).Where(name => name.Length == 64)
            : [];
    }

    [Fact]
    public async Task Blocks_are_had_from_existing_nodes_for_which_they_are_contents_like_others()
    {
        var id = _folder.File("movie", 3 * 262_144 + 1000, seed: 9);
        var content = File.ReadAllBytes(_folder.In("movie"));
        var blocks = content.Chunk(262_144).ToArray();
        var list = System.Text.Encoding.ASCII.GetBytes(string.Concat(blocks.Select(block => IdOf(block) + "\n")));
        await using var july = new RustJulyPeer(new ForeignModelOptions { OpenWire = SocketWire.Open });
        await using var ruby = new RubyPeer(new ForeignModelOptions { OpenWire = SocketWire.Open });
        july.Start();
        ruby.Start();
        // Each has only a part of it.
        july.Serve(IdOf(list), list);
        july.Serve(IdOf(blocks[0]), blocks[0]);
        july.Serve(IdOf(blocks[3]), blocks[3]);
        ruby.Serve(IdOf(blocks[1]), blocks[1]);
        ruby.Serve(IdOf(blocks[2]), blocks[2]);
        var outcome = await Cjp2pProcess.RunAsync(
            _folder.Root, "get", IdOf(list), "--blocks", "--peer", $"{july.Address}", "--peer", $"{ruby.Address}", "-o", "got");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.IdOf("got"));

        static string IdOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    // The node that runs here fetches contents, not lists of them: it is not asked.
    [Fact]
    public async Task Beside_a_running_node_too_it_is_the_content_that_is_had()
    {
        var id = _folder.File("movie", 600_000, seed: 5);
        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "movie", "--blocks", "--listen", "127.0.0.1:0", "--own-node", "--json");
        var list = await ListIdAsync(source);
        await using var node = await ApiProcess.StartAsync(_folder);
        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, "get", list, "--blocks", "--peer", await AddressAsync(source), "-o", "got");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.IdOf("got"));
    }

    [Fact]
    public async Task What_is_no_hash_list_is_refused_with_one_line()
    {
        var id = _folder.File("movie", 100_000, seed: 4);
        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "movie", "--listen", "127.0.0.1:0", "--json");
        var address = await AddressAsync(source);
        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, "get", id, "--blocks", "--peer", address, "-o", "got");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("is no hash list: get it without --blocks", Assert.Single(outcome.Error), StringComparison.Ordinal);
    }

    private static async Task<string> ListIdAsync(Cjp2pProcess source)
    {
        var line = await source.WaitForOutputAsync(text => text.Contains("(blocks)", StringComparison.Ordinal));
        using var report = JsonDocument.Parse(line);
        return report.RootElement.GetProperty("id").GetString()!;
    }

    private static async Task<string> AddressAsync(Cjp2pProcess source)
    {
        var line = await source.WaitForOutputAsync(text => text.Contains("\"udp\"", StringComparison.Ordinal));
        using var report = JsonDocument.Parse(line);
        return report.RootElement.GetProperty("udp")[0].GetString()!;
    }
}
