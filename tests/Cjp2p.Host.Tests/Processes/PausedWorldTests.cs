using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>The API on a paused world, and the commands that look into a node through it.</summary>
public sealed class PausedWorldTests : IDisposable
{
    private const string Street = """
        peers = 5
        duration = 5m
        liveness = 5m
        contents { film { size = 16MiB } }
        groups {
          seeder { count = 1, link = data-centre, shares = [film] }
          home { link = home, fetches = [film], fetch-at = 1s }
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new() { Timeout = Cjp2pProcess.Bound };

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Inspect_and_tap_look_into_a_node_of_a_paused_world_as_into_a_live_one_and_it_is_stepped()
    {
        await using var simulate = await StartAsync();
        var node = $"{_client.BaseAddress!.Authority}/node-3";
        if (OperatingSystem.IsLinux())
            Assert.Contains("DOTNET_gcServer=1", (await File.ReadAllTextAsync($"/proc/{simulate.Id}/environ")).Split('\0'));

        // The tree, an actor of it, and a field of that: of the node that was named.
        var tree = await InspectAsync(node);
        Assert.Equal("n3", tree.GetProperty("node").GetString());
        Assert.Equal(tree.GetProperty("total").GetInt32(), tree.GetProperty("answered").GetInt32());
        var path = tree.GetProperty("actors").EnumerateArray().Select(actor => actor.GetProperty("facts"))
            .Single(facts => facts.GetProperty("type").GetString()!.EndsWith("DownloadActor", StringComparison.Ordinal)).GetProperty("path").GetString()!;
        var before = (await InspectAsync(node, path)).GetProperty("state").GetProperty("fetchedBytes").GetInt64();
        Assert.InRange(before, 1, (16 << 20) - 1);
        Assert.Equal($"{before}", Assert.Single((await RunAsync("inspect", path, "--field", "fetchedBytes", "--node", node)).Output));
        Assert.Equal("n0", (await InspectAsync(_client.BaseAddress.Authority)).GetProperty("node").GetString());

        // A tap, and the changes of a field: nothing comes as long as time stands still.
        await using var tap = Cjp2pProcess.Start(_folder.Root, "tap", "--json", "--direction", "in", "--node", node);
        await using var watch = Cjp2pProcess.Start(_folder.Root, "inspect", path, "--field", "fetchedBytes", "--watch", "--json", "--node", node);
        await watch.WaitForOutputAsync(line => Json(line).GetProperty("value").GetString() == $"{before}");
        await TappedAsync();
        var stood = await GetAsync("/api/world");
        Assert.Equal((1.5, false), (stood.GetProperty("nowSeconds").GetDouble(), stood.GetProperty("isRunning").GetBoolean()));
        Assert.Empty(tap.Output);

        // A step is one step; some time brings datagrams, with the time of the world.
        await GoAsync(new { steps = 1 });
        Assert.Equal(stood.GetProperty("steps").GetInt64() + 1, (await GetAsync("/api/world")).GetProperty("steps").GetInt64());
        await GoAsync(new { seconds = 0.3 });
        var seen = Json(await tap.WaitForOutputAsync(_ => true));
        Assert.Equal(("datagram", "in"), (seen.GetProperty("kind").GetString(), seen.GetProperty("direction").GetString()));
        Assert.InRange(seen.GetProperty("clockSeconds").GetDouble(), 1.5, 1.8);
        Assert.StartsWith("5.0.0.", seen.GetProperty("remote").GetString(), StringComparison.Ordinal);
        await watch.WaitForOutputAsync(line => long.Parse(Json(line).GetProperty("value").GetString()!, CultureInfo.InvariantCulture) > before);

        // It is over when it is over.
        await GoAsync(new { to = "end" });
        var end = await GetAsync("/api/world");
        Assert.Equal(("it is over", 4, 0), (end.GetProperty("ended").GetString(), end.GetProperty("completed").GetInt32(), end.GetProperty("troubles").GetArrayLength()));
        simulate.Interrupt();
        Assert.Equal(0, (await simulate.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task What_makes_no_sense_in_a_paused_world_is_refused_in_one_line_and_what_does_is_done()
    {
        await using var simulate = await StartAsync();
        var node = $"{_client.BaseAddress!.Authority}/node-3";
        const string Simulated = """{"error":"this is a simulated node: only a live one has that"}""";
        foreach (var (method, path) in new[] { ("GET", "/api/diagnostics"), ("GET", "/api/captures"), ("GET", "/status.json"), ("POST", "/api/downloads"), ("POST", "/api/share"), ("POST", "/api/log-levels") })
            Assert.Equal((HttpStatusCode.Conflict, Simulated), await SendAsync(method, path, new { }));

        // To act takes the token, as on a live node; what can be done to a node is done to the one that was named.
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("POST", "/api/world/go", new { steps = 1 }, withToken: false)).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync("POST", "/api/restart?node=3", new { path = "/store" })).Code);
        var store = await InspectAsync(node, "/store");
        Assert.Equal(1, store.GetProperty("facts").GetProperty("restarts").GetInt32());
        Assert.Equal(0, (await InspectAsync($"{_client.BaseAddress.Authority}/node-2", "/store")).GetProperty("facts").GetProperty("restarts").GetInt32());
        Assert.Equal("POST /api/restart", (await GetAsync("/api/audit")).EnumerateArray().Last().GetProperty("action").GetString());

        foreach (var body in new object[] { new { }, new { steps = 0 }, new { seconds = -1 }, new { steps = 1, seconds = 1 }, new { to = "lunch" } })
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("POST", "/api/world/go", body)).Code);
        Assert.Equal((HttpStatusCode.NotFound, """{"error":"there is no such node"}"""), await SendAsync("POST", "/api/world/faults", new { node = 77, kind = "Crash" }));
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("POST", "/api/world/faults", new { node = 3, kind = "Rain" })).Code);

        // A node that a fault took away says so, and its tap ends.
        Assert.Equal("n3", Assert.Single((await GetAsync("/api/world/nodes?find=n3")).EnumerateArray()).GetProperty("name").GetString());
        await using var tap = Cjp2pProcess.Start(_folder.Root, "tap", "--node", node);
        await TappedAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync("POST", "/api/world/faults", new { node = 3, kind = "Crash", seconds = 1 })).Code);
        var gone = await RunAsync("inspect", "--node", node);
        Assert.Equal((1, "cjp2p inspect: n3 does not run now"), (gone.ExitCode, Assert.Single(gone.Error)));
        var none = await RunAsync("inspect", "--node", $"{_client.BaseAddress.Authority}/node-77");
        Assert.Equal((1, "cjp2p inspect: there is no such node"), (none.ExitCode, Assert.Single(none.Error)));
        Assert.Equal(0, (await tap.WaitForExitAsync()).ExitCode);
    }

    [TmuxFact]
    public async Task Top_shows_a_node_of_a_paused_world_with_speeds_by_its_own_clock()
    {
        await using var simulate = await StartAsync();
        await using var screen = await TmuxScreen.StartAsync(_folder.Root, 120, 30, "top", "--node", $"{_client.BaseAddress!.Authority}/node-3");
        // One look, however often it looks, is no speed.
        Assert.Contains("in 0 B/s", await screen.UntilAsync(text => text.StartsWith("n3  up ", StringComparison.Ordinal) && text.Contains("Fetching", StringComparison.Ordinal)), StringComparison.Ordinal);
        await GoAsync(new { seconds = 0.3 });
        await screen.UntilAsync(text => text.StartsWith("n3  up ", StringComparison.Ordinal) && !text.Contains("in 0 B/s", StringComparison.Ordinal));
        await screen.PressAsync("2", "Enter");
        await screen.UntilAsync("targetPath: ");
        await screen.PressAsync("q");
        await screen.UntilAsync("ended with 0");
    }

    private async Task<Cjp2pProcess> StartAsync()
    {
        _folder.Text("street.conf", Street);
        var simulate = Cjp2pProcess.Start(
            _folder.Root, "simulate", "--scenario", "street.conf", "--seed", "7", "--pause-at", "1500ms", "--dashboard", "--http", "127.0.0.1:0");
        try
        {
            var login = new Uri((await simulate.WaitForOutputAsync(line => line.StartsWith("open ", StringComparison.Ordinal)))["open ".Length..]);
            _client.BaseAddress = new Uri(login.GetLeftPart(UriPartial.Authority));
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.Query["?token=".Length..]);
            await PausedAsync();
            return simulate;
        }
        catch
        {
            await simulate.DisposeAsync();
            throw;
        }
    }

    private async Task GoAsync(object body)
    {
        var (code, answer) = await SendAsync("POST", "/api/world/go", body);
        Assert.True(code == HttpStatusCode.OK, answer);
        await PausedAsync();
    }

    private async Task PausedAsync() => await Until.AnswerAsync(
        () => GetAsync("/api/world"), world => !world.GetProperty("isRunning").GetBoolean() && world.GetProperty("steps").GetInt64() > 0, Cjp2pProcess.Bound);

    private async Task TappedAsync() => await Until.AnswerAsync(
        async () => (await GetAsync("/api/limits?node=3")).EnumerateArray().Single(table => table.GetProperty("key").GetString() == "cjp2p.inspection.taps-max").GetProperty("size").GetInt32(),
        taps => taps == 1,
        Cjp2pProcess.Bound);

    private async Task<JsonElement> GetAsync(string path) => Json(await _client.GetStringAsync(path));

    private async Task<(HttpStatusCode Code, string Body)> SendAsync(string method, string path, object body, bool withToken = true)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_client.BaseAddress!, path));
        if (method != "GET")
            request.Content = JsonContent.Create(body);
        using var stranger = new HttpClient();
        using var response = await (withToken ? _client : stranger).SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<JsonElement> InspectAsync(string node, params string[] path) =>
        Json(Assert.Single((await RunAsync(["inspect", .. path, "--json", "--node", node])).Output));

    private Task<Outcome> RunAsync(params string[] arguments) => Cjp2pProcess.RunAsync(_folder.Root, arguments);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
