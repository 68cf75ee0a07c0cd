using System.Text.Json;
using Cjp2p.Host.Tests.Http;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>Commands that use the node that runs here, and commands that look into it.</summary>
public sealed class RunningNodeTests(SmallNode source) : IClassFixture<SmallNode>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Get_share_and_peers_are_done_by_the_node_that_runs_here()
    {
        await using var node = await ApiProcess.StartAsync(_folder, "--peer", source.Node.Udp);
        await Until.AnswerAsync(
            () => node.GetAsync("/api/peers"), now => now.GetProperty("total").GetInt32() == 1, Cjp2pProcess.Bound);

        // No peer is named: the node knows one.
        var get = await RunAsync("get", SmallNode.Id, "-o", "got", "--timeout", "60");
        Assert.True(get.ExitCode == 0, get.ToString());
        Assert.Matches($"^got  6 B in .* from {source.Node.Udp}, verified$", Assert.Single(get.Output));
        Assert.Equal(SmallNode.Id, _folder.IdOf("got"));
        var ended = Assert.Single((await node.GetAsync("/api/downloads")).GetProperty("ended").EnumerateArray());
        Assert.Equal(_folder.In("got"), ended.GetProperty("path").GetString());

        _folder.Folder("more");
        _folder.Text("more/a.txt", "a");
        var share = await RunAsync("share", "more");
        Assert.True(share.ExitCode == 0, share.ToString());
        Assert.EndsWith("  1  more/a.txt", Assert.Single(share.Output), StringComparison.Ordinal);
        Assert.Contains("the node at ", Assert.Single(share.Error), StringComparison.Ordinal);

        var peers = await RunAsync("peers");
        Assert.True(peers.ExitCode == 0, peers.ToString());
        Assert.StartsWith(source.Node.Udp, Assert.Single(peers.Output), StringComparison.Ordinal);

        // An option about a node of one's own means one, and so does --own-node.
        var own = await RunAsync("get", SmallNode.Id, "-o", "own", "--own-node", "--peer", source.Node.Udp, "--timeout", "60");
        Assert.True(own.ExitCode == 0, own.ToString());
        Assert.Single((await node.GetAsync("/api/downloads")).GetProperty("ended").EnumerateArray());
    }

    [Fact]
    public async Task Recheck_has_the_folders_looked_through_or_one_content_hashed_again()
    {
        _folder.Folder("shared");
        _folder.Text("shared/hello.txt", "hello\n");
        await using var node = await ApiProcess.StartAsync(_folder);
        await StatusClient.SharesAsync(node.Node, 1);

        // Same length and time, other bytes: nobody notices until somebody asks.
        var written = File.GetLastWriteTimeUtc(_folder.In("shared", "hello.txt"));
        await using (var file = File.OpenWrite(_folder.In("shared", "hello.txt")))
        {
            file.Write("jello\n"u8);
            file.Flush();
            File.SetLastWriteTimeUtc(file.SafeFileHandle, written);
        }

        var all = await RunAsync("recheck");
        Assert.True(all.ExitCode == 0, all.ToString());
        Assert.Equal("the shared folders are being looked through", Assert.Single(all.Output));
        var one = await RunAsync("recheck", SmallNode.Id);
        Assert.True(one.ExitCode == 0, one.ToString());
        Assert.Equal($"{SmallNode.Id} is being hashed", Assert.Single(one.Output));
        await Until.AnswerAsync(
            () => node.GetAsync("/api/content"),
            now => now.GetProperty("page").EnumerateArray().Any(item => item.GetProperty("id").GetString() == _folder.IdOf("shared/hello.txt")),
            Cjp2pProcess.Bound);
        var none = await RunAsync("recheck", SmallNode.Id, "--json");
        Assert.Equal(1, none.ExitCode);
        Assert.StartsWith("{\"error\":\"", Assert.Single(none.Output), StringComparison.Ordinal);
        Assert.Equal("""{"folders":true,"ids":[]}""", Assert.Single((await RunAsync("recheck", "--json")).Output));
        Assert.Equal(2, (await RunAsync("recheck", "hello")).ExitCode);
    }

    [Fact]
    public async Task Rates_that_are_changed_by_the_API_are_those_of_the_next_start_too()
    {
        var rates = new
        {
            upload = 3_000_000,
            download = 2_000_000,
            peerUpload = 1_000_000,
            strangersPerSecond = 99,
            quietHours = "22:30-06:00",
            quietUpload = 1_000,
            quietDownload = 2_000,
        };
        await using (var node = await ApiProcess.StartAsync(_folder))
        {
            Assert.Equal(200, (await node.ActAsync("POST", "/api/rate-limits", rates)).Code);
            Assert.Equal(400, (await node.ActAsync("POST", "/api/rate-limits", new { upload = -1 })).Code);
            Assert.Equal(400, (await node.ActAsync("POST", "/api/rate-limits", new { quietHours = "22" })).Code);
            // A name that is no rate is not passed over in silence.
            Assert.Equal(400, (await node.ActAsync("POST", "/api/rate-limits", new { uplaod = 5 })).Code);
            node.Process.Terminate();
            await node.Process.WaitForExitAsync();
        }

        await using var again = await ApiProcess.StartAsync(_folder);
        var now = await again.GetAsync("/api/rate-limits");
        Assert.Equal(
            (3_000_000, 2_000_000, 1_000_000, 99, 2000),
            (now.GetProperty("upload").GetInt64(), now.GetProperty("download").GetInt64(), now.GetProperty("peerUpload").GetInt64(),
                now.GetProperty("strangersPerSecond").GetInt64(), now.GetProperty("sourcePerSecond").GetInt64()));
        Assert.Equal(
            ("22:30-06:00", 1_000, 2_000),
            (now.GetProperty("quietHours").GetString(), now.GetProperty("quietUpload").GetInt64(), now.GetProperty("quietDownload").GetInt64()));
    }

    [Fact]
    public async Task Get_of_what_the_node_shares_itself_is_a_copy()
    {
        _folder.Folder("shared");
        var id = _folder.File("shared/file", 600_000, seed: 3);
        await using var node = await ApiProcess.StartAsync(_folder);
        await Until.AnswerAsync(
            () => node.GetAsync("/api/content"), now => now.GetProperty("files").GetInt32() == 1, Cjp2pProcess.Bound);

        // Its own address as a peer, as somebody would write who takes get for a node of its own.
        var get = await RunAsync("get", id, "-o", "copy", "--peer", node.Node.Udp, "--timeout", "60");
        Assert.True(get.ExitCode == 0, get.ToString());
        Assert.EndsWith(", a copy of what the node shares, verified", Assert.Single(get.Output), StringComparison.Ordinal);
        Assert.Equal(id, _folder.IdOf("copy"));
    }

    [Fact]
    public async Task Get_that_is_not_done_in_time_stops_the_download_at_the_node()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        var get = await RunAsync("get", new string('1', 64), "-o", "never", "--peer", source.Node.Udp, "--timeout", "2");
        Assert.Equal(1, get.ExitCode);
        Assert.Contains("not complete after 2 s", get.Error[^1], StringComparison.Ordinal);
        await Until.AnswerAsync(
            () => node.GetAsync("/api/downloads"), now => now.GetProperty("running").GetArrayLength() == 0, Cjp2pProcess.Bound);
    }

    [Fact]
    public async Task Two_that_want_the_same_content_in_two_places_both_have_it()
    {
        var (sharing, relay, id) = await SlowSourceAsync();
        await using var large = sharing;
        await using var slow = relay;
        await using var node = await ApiProcess.StartAsync(_folder, "--peer", $"{relay.Address}");
        var one = RunAsync("get", id, "-o", "one", "--timeout", "120");
        await Until.TrueAsync(() => File.Exists(_folder.In("one.cjp2p-part")), Cjp2pProcess.Bound);
        var two = await RunAsync("get", id, "-o", "two", "--timeout", "120", "--json");
        Assert.True(two.ExitCode == 0, two.ToString());
        Assert.Equal(id, _folder.IdOf("two"));
        Assert.True((await one).ExitCode == 0, (await one).ToString());
        Assert.Equal(id, _folder.IdOf("one"));
        Assert.Equal(400, (await node.ActAsync("POST", "/api/downloads", new { id, path = _folder.Root })).Code);
    }

    [Fact]
    public async Task Who_joined_a_download_and_gives_up_does_not_stop_it_for_the_other()
    {
        var (sharing, relay, id) = await SlowSourceAsync();
        await using var large = sharing;
        await using var slow = relay;
        await using var node = await ApiProcess.StartAsync(_folder, "--peer", $"{relay.Address}");
        var one = RunAsync("get", id, "-o", "one", "--timeout", "120");
        await Until.TrueAsync(() => File.Exists(_folder.In("one.cjp2p-part")), Cjp2pProcess.Bound);
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 50_000 });
        var impatient = await RunAsync("get", id, "-o", "one", "--timeout", "1");
        Assert.Equal(1, impatient.ExitCode);
        relay.SetBoth(LossyRelayOptions.Clean);
        Assert.True((await one).ExitCode == 0, (await one).ToString());
        Assert.Equal(id, _folder.IdOf("one"));
    }

    [Fact]
    public async Task A_file_of_a_node_that_is_gone_does_not_stand_in_the_way()
    {
        _folder.Folder("data");
        _folder.Text("data/node.json", """{"http":"127.0.0.1:9","token":"0123456789abcdef","process":1}""");
        var get = await RunAsync("get", SmallNode.Id, "-o", "got", "--peer", source.Node.Udp, "--timeout", "60");
        Assert.True(get.ExitCode == 0, get.ToString());
        var inspect = await RunAsync("inspect");
        Assert.Equal(1, inspect.ExitCode);
        Assert.Contains("no node runs here", Assert.Single(inspect.Error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_prints_the_tree_an_actor_or_a_field()
    {
        var folder = source.Folder.In("data");
        var tree = await RunAsync("inspect", "--node", folder);
        Assert.True(tree.ExitCode == 0, tree.ToString());
        Assert.Matches("^cjp2p: ([0-9]+) of \\1 answered at [0-9:.]+$", tree.Output[0]);
        Assert.Contains(tree.Output, line => line.TrimStart().StartsWith("socket ", StringComparison.Ordinal));

        var actor = await RunAsync("inspect", "/socket", "--node", folder);
        Assert.Contains("  endpoints: 1", actor.Output);
        var json = await RunAsync("inspect", "socket", "--json", "--node", source.Node.Http.Authority);
        Assert.Equal("SocketActor", JsonDocument.Parse(Assert.Single(json.Output)).RootElement.GetProperty("facts").GetProperty("type").GetString());
        var field = await RunAsync("inspect", "/store", "--field", "folders", "--node", folder);
        Assert.Equal("1", Assert.Single(field.Output));

        var nobody = await RunAsync("inspect", "/nobody", "--node", folder);
        Assert.Equal("cjp2p inspect: there is no actor /nobody, and none is remembered", Assert.Single(nobody.Error));
        Assert.Equal(1, nobody.ExitCode);
        Assert.Equal(2, (await RunAsync("inspect", "--node", "nowhere")).ExitCode);
    }

    [Fact]
    public async Task A_watched_field_is_printed_whenever_it_changes()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        await using var watch = Cjp2pProcess.Start(_folder.Root, "inspect", "/peers", "--watch", "--field", "verified");
        await watch.WaitForOutputAsync(line => line.EndsWith("  0", StringComparison.Ordinal));
        await Cjp2pProcess.RunAsync(_folder.Root, "ping", node.Node.Udp, "-c", "2");
        await watch.WaitForOutputAsync(line => line.EndsWith("  1", StringComparison.Ordinal));
        watch.Interrupt();
        Assert.Equal(0, (await watch.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_tap_writes_a_capture_that_can_be_read_again()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        await using var tap = Cjp2pProcess.Start(_folder.Root, "tap", "--message", "PleaseReturnThisMessage", "--direction", "in", "-w", "got.jsonl");
        await Until.AnswerAsync(
            async () =>
            {
                await Cjp2pProcess.RunAsync(_folder.Root, "ping", node.Node.Udp, "-c", "1");
                return File.Exists(_folder.In("got.jsonl")) ? new FileInfo(_folder.In("got.jsonl")).Length : 0;
            },
            length => length > 0,
            Cjp2pProcess.Bound);
        tap.Interrupt();
        var outcome = await tap.WaitForExitAsync();
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var line = JsonDocument.Parse((await File.ReadAllLinesAsync(_folder.In("got.jsonl")))[0]).RootElement;
        Assert.Equal(("cjp2p", node.Node.Udp), (line.GetProperty("to").GetString(), line.GetProperty("to_addr").GetString()));
        Assert.Contains("PleaseReturnThisMessage", line.GetProperty("payload").GetString(), StringComparison.Ordinal);
    }

    // Slow enough to be caught in the midst of it.
    private async Task<(Cjp2pProcess Source, LossyRelay Relay, string Id)> SlowSourceAsync()
    {
        var id = _folder.File("large", 3_000_000, seed: 9);
        var sharing = Cjp2pProcess.Start(_folder.Root, "share", "large", "--listen", "127.0.0.1:0");
        await sharing.WaitForErrorAsync(line => line.StartsWith("sharing 1 file", StringComparison.Ordinal));
        var relay = new LossyRelay(await sharing.ListeningAsync());
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 400_000 });
        return (sharing, relay, id);
    }

    private Task<Outcome> RunAsync(params string[] arguments) => Cjp2pProcess.RunAsync(_folder.Root, arguments);
}
