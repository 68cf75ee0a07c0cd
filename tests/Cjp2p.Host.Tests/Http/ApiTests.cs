using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cjp2p.Host.Http;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests.Http;

/// <summary>The API of a real node: looking, acting, and being refused.</summary>
public sealed class ApiTests : IDisposable
{
    private const string Hostile = "<img src=x onerror=alert(1)>";
    private static readonly string[] Nowhere = ["0.0.0.0:1"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_that_can_be_asked_is_answered_and_the_description_is_served()
    {
        _folder.Folder("shared");
        _folder.Text("shared/hello.txt", "hello\n");
        await using var node = await ApiProcess.StartAsync(_folder);
        await StatusClient.SharesAsync(node.Node, 1);
        var description = await node.GetAsync("/openapi.json");
        Assert.Equal("3.1.0", description.GetProperty("openapi").GetString());
        foreach (var endpoint in HttpApi.Endpoints.Where(endpoint => endpoint is { IsAction: false, Answer: not null } && !endpoint.Path.Contains('{', StringComparison.Ordinal)))
            await node.GetAsync(endpoint.Path);

        var tree = await node.GetAsync("/api/tree?states=true");
        Assert.Equal($"{tree.GetProperty("total")} of {tree.GetProperty("total")} answered", tree.GetProperty("answers").GetString());
        Assert.Equal(SmallNode.Id, (await node.GetAsync("/api/content")).GetProperty("page")[0].GetProperty("id").GetString());
        Assert.Equal("hello", Encoding.UTF8.GetString(await node.BytesAsync("/metrics")) is var metrics
            && metrics.Contains("cjp2p_content_shared{", StringComparison.Ordinal) && metrics.Contains("cjp2p_io_bytes_total{", StringComparison.Ordinal) ? "hello" : metrics);
        var reference = await node.GetAsync("/status.json");
        Assert.Equal(
            ["version", "public_key", "total_peers", "unique_ips", "active_peer_count", "fast_peer_count", "active_peers", "free_disk_bytes"],
            reference.EnumerateObject().Select(property => property.Name));
        Assert.True(reference.GetProperty("free_disk_bytes").GetInt64() > 0);
        Assert.Equal(404, (await StatusClient.GetAsync(node.Node, "/api/actors/nobody")).Code);
        Assert.Equal(404, (await StatusClient.GetAsync(node.Node, "/api/watch?path=/peers&field=nothing")).Code);
        Assert.Equal(400, (await StatusClient.GetAsync(node.Node, "/api/peers?most=1001")).Code);
        Assert.Equal(200, (await StatusClient.GetAsync(node.Node, "/api/peers?most=1000")).Code);
        Assert.Equal(400, (await StatusClient.GetAsync(node.Node, "/api/peers?order=7")).Code);
    }

    [Fact]
    public async Task No_action_is_done_without_the_token_and_each_try_is_written_down()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        var actions = HttpApi.Endpoints.Where(endpoint => endpoint.IsAction).ToArray();
        Assert.True(actions.Length >= 12);
        foreach (var action in actions)
        {
            var path = action.Path.Replace("{id}", SmallNode.Id, StringComparison.Ordinal).Replace("{address}", "127.0.0.9:9", StringComparison.Ordinal)
                .Replace("{name}", "x", StringComparison.Ordinal);
            Assert.Equal(401, (await node.SendAsync(action.Method, path, new { }, null)).Code);
            Assert.Equal(401, (await node.SendAsync(action.Method, path, new { }, new string('0', 64))).Code);
            // With the token it gets further: what it says then is about what was asked.
            Assert.NotEqual(401, (await node.SendAsync(action.Method, path, new { }, node.Token)).Code);
        }

        var lines = await File.ReadAllLinesAsync(_folder.In("data", "audit.jsonl"));
        Assert.Equal(actions.Length * 3, lines.Length);
        Assert.Equal(actions.Length * 2, lines.Count(line => line.Contains("refused: ", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains(node.Token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task What_a_form_of_any_page_could_send_is_no_action_even_with_the_token(string mediaType)
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        using var client = new HttpClient { BaseAddress = node.Node.Http, DefaultRequestHeaders = { { "Authorization", "Bearer " + node.Token } } };
        using var body = new StringContent("""{"address":"127.0.0.9"}""", Encoding.UTF8, mediaType);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await client.PostAsync("/api/bans", body)).StatusCode);
        Assert.Empty((await node.GetAsync("/api/bans")).EnumerateArray());
    }

    [Fact]
    public async Task The_file_with_the_token_is_for_its_user_alone_and_goes_with_the_node()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        var path = _folder.In("data", "node.json");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        node.Process.Terminate();
        await node.Process.WaitForExitAsync();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_part_that_is_made_to_fail_shows_its_restart_and_the_reason()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        Assert.Equal(204, (await node.ActAsync("POST", "/api/restart", new { path = "/downloads" })).Code);
        var actor = await Until.AnswerAsync(
            () => node.GetAsync("/api/actors/downloads"), now => now.GetProperty("facts").GetProperty("restarts").GetInt32() == 1, Cjp2pProcess.Bound);
        var failure = actor.GetProperty("facts").GetProperty("lastFailure");
        Assert.Equal(("ActorKilledException", "Restart"), (failure.GetProperty("error").GetString(), failure.GetProperty("decision").GetString()));
        Assert.Equal(404, (await node.ActAsync("POST", "/api/restart", new { path = "/" })).Code);
        Assert.Equal(404, (await node.ActAsync("POST", "/api/restart", new { path = "/nobody" })).Code);
    }

    [Fact]
    public async Task A_download_is_started_seen_and_ended()
    {
        using var other = new TemporaryFolder();
        other.Folder("shared");
        var id = other.File("shared/content", 3_000_000, seed: 9);
        await using var source = await ApiProcess.StartAsync(other);
        await StatusClient.SharesAsync(source.Node, 1);
        // Patient, so that on a busy machine nothing is asked for twice.
        await using var node = await ApiProcess.StartAsync(_folder, "--set", "downloads.timeout-min=500ms");

        var target = _folder.In("got");
        var (code, body) = await node.ActAsync("POST", "/api/downloads", new { id, path = target, peers = new[] { source.Node.Udp } });
        Assert.True(code == 202, body);
        var ended = await Until.AnswerAsync(
            () => node.GetAsync($"/api/downloads/{id}?waitMs=1000"), now => now.TryGetProperty("ended", out _), Cjp2pProcess.Bound);
        Assert.True(ended.GetProperty("ended").GetProperty("isFinished").GetBoolean());
        Assert.Equal(source.Node.Udp, ended.GetProperty("ended").GetProperty("sources")[0].GetString());
        Assert.Equal(id, _folder.IdOf("got"));
        // Both know how much content that was.
        var from = Assert.Single((await node.GetAsync("/api/peers")).GetProperty("peers").EnumerateArray());
        Assert.InRange(from.GetProperty("contentInBytes").GetInt64(), 3_000_000, 3_500_000);
        Assert.Equal(0, from.GetProperty("contentOutBytes").GetInt64());
        var to = Assert.Single((await source.GetAsync("/api/peers")).GetProperty("peers").EnumerateArray());
        Assert.InRange(to.GetProperty("contentOutBytes").GetInt64(), 3_000_000, 3_500_000);

        // One that nobody has: it runs, and is dropped.
        var nothing = new string('1', 64);
        Assert.Equal(202, (await node.ActAsync("POST", "/api/downloads", new { id = nothing, path = _folder.In("never"), peers = new[] { source.Node.Udp } })).Code);
        var running = await Until.AnswerAsync(
            () => node.GetAsync("/api/downloads"), now => now.GetProperty("running").GetArrayLength() == 1, Cjp2pProcess.Bound);
        Assert.Equal(nothing, running.GetProperty("running")[0].GetProperty("id").GetString());
        Assert.Equal("Searching", running.GetProperty("running")[0].GetProperty("phase").GetString());
        Assert.Equal(0, running.GetProperty("running")[0].GetProperty("bytesPerSecond").GetDouble());
        Assert.False(running.GetProperty("running")[0].TryGetProperty("leftSeconds", out _));
        // Pages, up to a thousand.
        Assert.Equal(202, (await node.ActAsync("POST", "/api/downloads", new { id = new string('2', 64), path = _folder.In("never-2"), peers = new[] { source.Node.Udp } })).Code);
        await Until.AnswerAsync(() => node.GetAsync("/api/downloads?most=1000"), now => now.GetProperty("running").GetArrayLength() == 2, Cjp2pProcess.Bound);
        var second = await node.GetAsync("/api/downloads?skip=1&most=1");
        Assert.Equal((2, 1, new string('2', 64)), (second.GetProperty("total").GetInt32(), second.GetProperty("skip").GetInt32(), Assert.Single(second.GetProperty("running").EnumerateArray()).GetProperty("id").GetString()));
        Assert.Empty((await node.GetAsync("/api/downloads?skip=2")).GetProperty("running").EnumerateArray());
        Assert.Equal(400, (await node.ActAsync("GET", "/api/downloads?most=1001")).Code);
        Assert.Equal(204, (await node.ActAsync("DELETE", $"/api/downloads/{nothing}?drop=true")).Code);
        var dropped = await Until.AnswerAsync(
            () => node.GetAsync($"/api/downloads/{nothing}?waitMs=1000"), now => now.TryGetProperty("ended", out _), Cjp2pProcess.Bound);
        Assert.Contains("dropped", dropped.GetProperty("ended").GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(404, (await node.ActAsync("DELETE", $"/api/downloads/{nothing}")).Code);
        Assert.Equal(400, (await node.ActAsync("POST", "/api/downloads", new { id, path = "relative" })).Code);
        Assert.Equal(400, (await node.ActAsync("POST", "/api/downloads", new { id = "x", path = target })).Code);
    }

    [Fact]
    public async Task Files_are_shared_and_checked_again()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        _folder.Folder("more");
        _folder.Text("more/hello.txt", "hello\n");
        var (code, body) = await node.ActAsync("POST", "/api/share", new { path = _folder.In("more") });
        Assert.True(code == 200, body);
        Assert.Equal(SmallNode.Id, JsonDocument.Parse(body).RootElement.GetProperty("files")[0].GetProperty("id").GetString());
        Assert.Equal(204, (await node.ActAsync("POST", $"/api/content/{SmallNode.Id}/recheck")).Code);
        Assert.Equal(404, (await node.ActAsync("POST", $"/api/content/{new string('1', 64)}/recheck")).Code);
        await StatusClient.SharesAsync(node.Node, 1);
        Assert.Equal(404, (await node.ActAsync("POST", "/api/share", new { path = _folder.In("nowhere") })).Code);
    }

    [Fact]
    public async Task Peers_are_banned_and_unbanned_and_limits_and_levels_changed()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        Assert.Equal(204, (await node.ActAsync("POST", "/api/bans", new { address = "127.0.0.9", seconds = 2_592_000, reason = Hostile })).Code);
        Assert.Equal(400, (await node.ActAsync("POST", "/api/bans", new { address = "127.0.0.9", seconds = 2_592_001 })).Code);
        Assert.Equal(400, (await node.ActAsync("POST", "/api/bans", new { address = "nowhere" })).Code);
        var ban = Assert.Single((await node.GetAsync("/api/bans")).EnumerateArray());
        Assert.Equal(("127.0.0.9:0", Hostile), (ban.GetProperty("address").GetString(), ban.GetProperty("reason").GetString()));
        Assert.Equal(204, (await node.ActAsync("DELETE", "/api/bans/127.0.0.9")).Code);
        Assert.Equal(404, (await node.ActAsync("DELETE", "/api/bans/127.0.0.9")).Code);

        Assert.Equal(200, (await node.ActAsync("POST", "/api/rate-limits", new { sourcePerSecond = 7 })).Code);
        var rates = await node.GetAsync("/api/rate-limits");
        Assert.Equal((7, 4000), (rates.GetProperty("sourcePerSecond").GetInt32(), rates.GetProperty("sourceBurst").GetInt32()));
        Assert.Equal(400, (await node.ActAsync("POST", "/api/rate-limits", new { sourcePerSecond = 0 })).Code);

        Assert.Equal(204, (await node.ActAsync("POST", "/api/log-levels", new { path = "/peers", level = "debug" })).Code);
        Assert.Equal(400, (await node.ActAsync("POST", "/api/log-levels", new { path = "/peers", level = "loud" })).Code);
        await Cjp2pProcess.RunAsync(_folder.Root, "ping", node.Node.Udp, "-c", "2");
        await node.Process.WaitForErrorAsync(line => line.Contains(" DBG New peer ", StringComparison.Ordinal));
        Assert.Equal(204, (await node.ActAsync("DELETE", "/api/log-levels?path=/peers")).Code);
        Assert.Empty((await node.GetAsync("/api/log-levels")).EnumerateArray());
    }

    [Fact]
    public async Task Peers_are_named_and_forgotten_and_folders_looked_through_and_all_of_it_is_in_the_audit()
    {
        using var other = new TemporaryFolder();
        await using var friend = await ApiProcess.StartAsync(other);
        _folder.Folder("shared");
        await using var node = await ApiProcess.StartAsync(_folder, "--share", "shared");
        Assert.Equal(204, (await node.ActAsync("POST", "/api/peers", new { addresses = new[] { friend.Node.Udp } })).Code);
        var peers = await Until.AnswerAsync(
            () => node.GetAsync("/api/peers"), now => now.GetProperty("total").GetInt32() == 1, Cjp2pProcess.Bound);
        Assert.Equal(friend.Node.Udp, peers.GetProperty("peers")[0].GetProperty("address").GetString());
        Assert.Equal(400, (await node.ActAsync("POST", "/api/peers", new { addresses = Nowhere })).Code);
        Assert.Equal(204, (await node.ActAsync("POST", "/api/peers", new { addresses = Enumerable.Repeat(friend.Node.Udp, 64) })).Code);
        Assert.Equal(400, (await node.ActAsync("POST", "/api/peers", new { addresses = Enumerable.Repeat(friend.Node.Udp, 65) })).Code);
        // It goes, with the reason, and may come back.
        friend.Process.Terminate();
        await friend.Process.WaitForExitAsync();
        Assert.Equal(204, (await node.ActAsync("DELETE", $"/api/peers/{friend.Node.Udp}")).Code);
        var registry = await Until.AnswerAsync(
            () => node.GetAsync("/api/actors/peers"), now => now.GetProperty("state").GetProperty("dropped").GetArrayLength() == 1, Cjp2pProcess.Bound);
        Assert.Equal("the user did not want it any more", registry.GetProperty("state").GetProperty("dropped")[0].GetProperty("why").GetString());
        _folder.Text("shared/hello.txt", "hello\n");
        Assert.Equal(204, (await node.ActAsync("POST", "/api/recheck")).Code);
        await StatusClient.SharesAsync(node.Node, 1);
        Assert.Contains(
            (await node.GetAsync("/api/limits")).EnumerateArray(),
            table => table.GetProperty("key").GetString() == "cjp2p.content.files-max" && table.GetProperty("size").GetInt64() == 1 && table.GetProperty("cap").GetInt64() > 1);

        var audit = (await node.GetAsync("/api/audit")).EnumerateArray()
            .Select(entry => $"{entry.GetProperty("action").GetString()}|{entry.GetProperty("of").GetString()}|{entry.GetProperty("outcome").GetString()}").ToArray();
        Assert.Equal(
            [
                $"POST /api/peers|{friend.Node.Udp}|done",
                "POST /api/peers||a peer is ip:port or [ipv6]:port",
                $"POST /api/peers|{string.Join(", ", Enumerable.Repeat(friend.Node.Udp, 64))}|done"[..200],
                "POST /api/peers||64 addresses at the most",
                $"DELETE /api/peers/{{address}}|{friend.Node.Udp}|done",
                "POST /api/recheck|1 folders|done",
            ],
            audit.Select(entry => entry.Length > 200 ? entry[..200] : entry));
        Assert.Equal(audit.Length, (await File.ReadAllLinesAsync(_folder.In("data", "audit.jsonl"))).Length);
    }

    [Fact]
    public async Task A_tap_and_a_capture_see_what_a_stranger_sends_and_show_it_as_text()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        using var bound = new CancellationTokenSource(Cjp2pProcess.Bound);
        var tap = await node.StreamAsync($"/api/tap?direction=in&message={Uri.EscapeDataString(Hostile)}", bound.Token);
        var (code, body) = await node.ActAsync("POST", "/api/captures", new { direction = "in", seconds = 60 });
        Assert.True(code == 201, body);
        var name = JsonDocument.Parse(body).RootElement.GetProperty("name").GetString()!;

        var sent = $"[{{\"{Hostile}\":\"\\u001b[2J\"}}]";
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await socket.SendAsync(Encoding.UTF8.GetBytes(sent), node.Node.EndPoint, bound.Token);
        await socket.SendAsync(new byte[] { 0xFF, 0 }, node.Node.EndPoint, bound.Token);
        await foreach (var seen in tap)
        {
            Assert.Equal(Hostile, seen.GetProperty("messages")[0].GetString());
            Assert.Equal(sent, seen.GetProperty("text").GetString());
            Assert.Equal(socket.Client.LocalEndPoint!.ToString(), seen.GetProperty("remote").GetString());
            break;
        }

        await Until.AnswerAsync(
            () => node.GetAsync("/api/captures"), now => now[0].GetProperty("datagrams").GetInt64() == 2, Cjp2pProcess.Bound);
        Assert.Equal(204, (await node.ActAsync("DELETE", $"/api/captures/{name}")).Code);
        var lines = Encoding.UTF8.GetString(await node.BytesAsync($"/api/captures/{name}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        var first = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(("cjp2p", sent, 0.0), (first.GetProperty("to").GetString(), first.GetProperty("payload").GetString(), first.GetProperty("t").GetDouble()));
        Assert.Equal("base64", JsonDocument.Parse(lines[1]).RootElement.GetProperty("encoding").GetString());
        var unknown = (await node.GetAsync("/api/unknown-messages")).GetProperty("names")[0];
        Assert.Equal(Hostile, unknown.GetProperty("name").GetString());
        // No markup leaves the node as such, whoever puts it into a page.
        Assert.DoesNotContain("<img", Encoding.UTF8.GetString(await node.BytesAsync("/api/unknown-messages")), StringComparison.Ordinal);
        // That it has ended, and asked for again, it is gone.
        Assert.Equal(204, (await node.ActAsync("DELETE", $"/api/captures/{name}")).Code);
        Assert.Empty((await node.GetAsync("/api/captures")).EnumerateArray());
        Assert.Equal(404, (await node.ActAsync("DELETE", $"/api/captures/{name}")).Code);
        Assert.Equal(404, (await node.ActAsync("DELETE", "/api/captures/..%2Fnode.json")).Code);
        Assert.Equal(404, (await StatusClient.GetAsync(node.Node, "/api/captures/..%2Fnode.json")).Code);
    }

    [Fact]
    public async Task A_capture_ends_at_its_longest_length()
    {
        await using var node = await ApiProcess.StartAsync(_folder, "--set", "http.capture-bytes-max=4096");
        Assert.Equal(201, (await node.ActAsync("POST", "/api/captures", new { })).Code);
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var datagram = Encoding.UTF8.GetBytes($"[\"{new string('x', 1000)}\"]");
        await Until.AnswerAsync(
            async () =>
            {
                await socket.SendAsync(datagram, node.Node.EndPoint);
                return await node.GetAsync("/api/captures");
            },
            now => !now[0].GetProperty("isRunning").GetBoolean(),
            Cjp2pProcess.Bound);
        Assert.InRange((await node.GetAsync("/api/captures"))[0].GetProperty("bytes").GetInt64(), 3000, 4096);
        Assert.Equal(400, (await node.ActAsync("POST", "/api/captures", new { seconds = 3601 })).Code);
    }

    [Fact]
    public async Task A_watched_field_is_streamed()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        using var bound = new CancellationTokenSource(Cjp2pProcess.Bound);
        var changes = await node.StreamAsync("/api/watch?path=/peers&field=verified&intervalMs=50", bound.Token);
        var values = new List<string>();
        await foreach (var change in changes)
        {
            values.Add(change.GetProperty("value").GetString()!);
            if (values.Count == 2)
                break;
            await Cjp2pProcess.RunAsync(_folder.Root, "ping", node.Node.Udp, "-c", "2");
        }

        Assert.Equal(["0", "1"], values);
    }

    [Fact]
    public async Task Taps_are_refused_beyond_their_cap()
    {
        await using var node = await ApiProcess.StartAsync(_folder, "--set", "inspection.taps-max=1");
        using var bound = new CancellationTokenSource(Cjp2pProcess.Bound);
        // A filter that is none is refused before there is a tap.
        foreach (var (query, reason) in new[]
        {
            ("peer=x", "peer is ip:port or [ipv6]:port, or an IP address for all its ports"), ("content=abc", "content is 64 hexadecimal digits, the SHA-256 of the content"),
            ("direction=up", "direction is one of In, Out"), ("oneIn=0", "oneIn is a whole number from 1 to 1000000"),
        })
            Assert.Equal((400, $$"""{"error":"{{reason}}"}"""), await node.ActAsync("GET", "/api/tap?" + query));
        await node.StreamAsync("/api/tap", bound.Token);
        Assert.Equal(409, (await StatusClient.GetAsync(node.Node, "/api/tap")).Code);
    }

    [Fact]
    public async Task The_bundle_for_diagnosis_has_everything_but_the_token()
    {
        const string Token = "a-token-of-the-user-0123456789";
        await using var node = await ApiProcess.StartAsync(_folder, "--set", "http.token=" + Token);
        Assert.Equal(Token, node.Token);
        // What was changed meanwhile is in it.
        Assert.Equal(200, (await node.ActAsync("POST", "/api/rate-limits", new { upload = 7777 })).Code);
        using var zip = new ZipArchive(new MemoryStream(await node.BytesAsync("/api/diagnostics")));
        Assert.Equal(
            ["about.txt", "audit.json", "downloads.json", "limits.json", "log.txt", "peers.json", "settings.conf", "status.json", "tree.json", "unknown-messages.json"],
            zip.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(entry.Open());
            var text = await reader.ReadToEndAsync();
            Assert.NotEmpty(text);
            if (entry.Name == "settings.conf")
                Assert.Contains("cjp2p.limits.upload = 7777\n", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Token, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Beyond_loopback_it_starts_only_with_a_token_and_answers_only_with_it()
    {
        var refused = await Cjp2pProcess.RunAsync(_folder.Root, "run", "--listen", "127.0.0.1:0", "--http", "0.0.0.0:0");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("cjp2p.http.token", Assert.Single(refused.Error), StringComparison.Ordinal);

        const string Token = "0123456789abcdef";
        await using var node = await ApiProcess.StartAsync(
            _folder, "--http", "0.0.0.0:0", "--set", "http.token=" + Token);
        var local = new RunningNode(node.Node.Udp, new Uri($"http://127.0.0.1:{node.Node.Http.Port}"));
        Assert.Equal(401, (await StatusClient.GetAsync(local, "/api/status")).Code);
        Assert.Equal(401, (await StatusClient.GetAsync(local, "/health/live")).Code);
        Assert.Equal(403, (await StatusClient.GetAsync(local, "/api/status", "rebound.evil.example")).Code);
        using var client = new HttpClient { BaseAddress = local.Http, DefaultRequestHeaders = { { "Authorization", "Bearer " + Token } } };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/status")).StatusCode);
        using var browser = new HttpClient { BaseAddress = local.Http };
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/login?token=wrong")).StatusCode);
        await browser.GetAsync("/login?token=" + Token);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/status")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.DeleteAsync("/api/bans/127.0.0.9")).StatusCode);
    }
}
