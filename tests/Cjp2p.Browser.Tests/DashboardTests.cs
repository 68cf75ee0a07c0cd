using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cjp2p.Host.Tests.Http;
using Cjp2p.Host.Tests.Processes;
using Cjp2p.TestPeers;
using Microsoft.Playwright;

namespace Cjp2p.Browser.Tests;

/// <summary>The page of a node, in a real browser.</summary>
public sealed class DashboardTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const string FindControls = """
        () => document.documentElement.outerHTML.match(/.{0,60}[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069].{0,20}/)?.[0] ?? ""
        """;

    private static readonly string[] Views = ["overview", "downloads", "peers", "actors", "wire", "unknown", "limits"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [BrowserFact]
    public async Task The_piece_map_of_a_download_fills_while_one_watches()
    {
        _folder.Folder("source");
        var id = _folder.File("source/content", 48 << 20, seed: 5);
        await using var source = await SourceAsync();
        await using var relay = new LossyRelay(await source.ListeningAsync());
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 4_000_000 });
        await using var node = await ApiProcess.StartAsync(_folder, "--peer", $"{relay.Address}");
        await using var page = await browser.OpenAsync(node.Node.Http, "downloads");
        // What the browser was told, each time when it was told something else.
        await page.Page.EvaluateAsync("""
            () => {
              window.seen = [];
              const look = () => {
                const runs = [...(document.querySelector("cj-pieces")?.getAttribute("pieces") ?? "").matchAll(/(.)(\d+)/g)];
                const total = runs.reduce((sum, run) => sum + +run[2], 0);
                const here = runs.filter(run => "+wv".includes(run[1])).reduce((sum, run) => sum + +run[2], 0);
                if (total && window.seen.at(-1) !== here) window.seen.push(here);
              };
              new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
            }
            """);

        Assert.Equal(202, (await node.ActAsync("POST", "/api/downloads", new { id, path = _folder.In("got") })).Code);
        await page.Page.WaitForFunctionAsync("() => window.seen.at(-1) > 0");
        // Nothing arrives any more: the map stands where it is, not at its end.
        relay.SetBoth(new LossyRelayOptions { Loss = 1 });
        var halfway = await page.Page.EvaluateAsync<int>("() => window.seen.at(-1)");
        Assert.InRange(halfway, 1, 191);
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 8_000_000 });
        await page.TextAsync("tr", "verified");

        var seen = await page.Page.EvaluateAsync<int[]>("() => window.seen");
        Assert.True(seen.Length >= 3, $"it jumped: {string.Join(", ", seen)}");
        Assert.True(seen[^1] > halfway, $"it stood still: {string.Join(", ", seen)}");
        Assert.Equal(id, _folder.IdOf("got"));
        page.IsClean();
    }

    [BrowserFact]
    public async Task One_drills_down_from_the_tree_to_a_field_of_the_state_of_a_peer()
    {
        await using var source = await SourceAsync();
        var peer = $"{await source.ListeningAsync()}";
        await using var node = await ApiProcess.StartAsync(_folder, "--peer", peer);
        await using var page = await browser.OpenAsync(node.Node.Http, "peers");

        await page[".cj-table .cj-link"].GetByText(peer).ClickAsync();
        await page.TextAsync(".cj-detail .cj-facts", "PeerActor");
        await page.TextAsync("[data-field=address] .cj-value", peer);
        await page.TextAsync("[data-field=hasCookie] .cj-value", "yes");
        // A number that is clicked is watched, and its line grows.
        await page["[data-field=heardAgoSeconds] button"].ClickAsync();
        await page.Page.WaitForFunctionAsync("() => (document.querySelector('cj-spark')?.getAttribute('values') ?? '').split(',').length >= 3");

        // The same by keyboard, from the tree.
        await page[".cj-crumbs button"].First.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.TextAsync(".cj-detail .cj-facts", "NodeActor");
        page.IsClean();
    }

    [BrowserFact]
    public async Task An_actor_that_was_killed_is_shown_with_its_restart_and_the_reason()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        await using var page = await browser.OpenAsync(node.Node.Http, "actors/peers");
        await page.TextAsync(".cj-facts", "0 restarts");

        Assert.Equal(200, (await node.ActAsync("POST", "/api/restart", new { path = "/peers" })).Code / 100 * 100);

        await page.TextAsync(".cj-facts", "1 restart");
        await page.TextAsync(".cj-failure", "ActorKilledException");
        await page.TextAsync(".cj-actor.on .cj-badge", "1 ↻");
        page.IsClean();
    }

    [BrowserFact]
    public async Task Every_kind_of_actor_that_is_killed_in_a_download_shows_on_its_page_what_became_of_it_and_why()
    {
        _folder.Folder("source");
        _folder.Folder("shared");
        _folder.Text("shared/hello.txt", "hello\n");
        var id = _folder.File("source/content", 8 << 20, seed: 5);
        await using var source = await SourceAsync();
        await using var relay = new LossyRelay(await source.ListeningAsync());
        // Slow enough to go on as long as this takes.
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 30_000 });
        await using var node = await ApiProcess.StartAsync(_folder, "--peer", $"{relay.Address}", "--share", "shared", "--set", "peers.actor-after=1");
        Assert.Equal(202, (await node.ActAsync("POST", "/api/downloads", new { id, path = _folder.In("got") })).Code);
        await using var page = await browser.OpenAsync(node.Node.Http, "actors");
        // From the leaves up: whoever falls takes with it what is below.
        var kinds = new[]
        {
            ("ChunkRequestActor", true), ("DownloadFileActor", true), ("DownloadActor", true), ("DownloadManagerActor", false), ("PeerActor", true),
            ("FolderIndexerActor", false), ("ContentStoreActor", false), ("ContentServerActor", false), ("StorageActor", false), ("PeerRegistryActor", false), ("SocketActor", false),
        };
        // Whatever has a page there, but the node itself, with which all of it would stop.
        await Until.AnswerAsync(
            async () => (await node.GetAsync("/api/tree")).GetProperty("actors").EnumerateArray().Select(actor => actor.GetProperty("facts").GetProperty("type").GetString()!).Distinct().ToArray(),
            types => types.Order(StringComparer.Ordinal).SequenceEqual(kinds.Select(kind => kind.Item1).Append("NodeActor").Order(StringComparer.Ordinal)),
            Cjp2pProcess.Bound);
        foreach (var (type, ends) in kinds)
        {
            if (type is "DownloadFileActor" or "DownloadActor" or "DownloadManagerActor")
                await node.ActAsync("POST", "/api/downloads", new { id, path = _folder.In("got") });
            // What fetches a span may be done with it before it is killed: then the next one is.
            var code = await Until.AnswerAsync(
                async () =>
                {
                    var path = await Until.AnswerAsync(() => PathAsync(node, type), found => found.Length > 0, Cjp2pProcess.Bound);
                    await page.Page.EvaluateAsync("path => { location.hash = 'actors' + path; }", path);
                    await page.TextAsync(".cj-detail .cj-facts", type);
                    return (await node.ActAsync("POST", "/api/restart", new { path })).Code;
                },
                code => code == 204 || type != "ChunkRequestActor",
                Cjp2pProcess.Bound);
            Assert.Equal(204, code);
            await page.TextAsync(".cj-detail .cj-failure", "ActorKilledException");
            await page.TextAsync(".cj-detail .cj-facts", ends ? "stopped" : "1 restart");
            await page.TextAsync(".cj-detail .cj-failure", ends ? "then: Stop" : "then: Restart");
        }

        page.IsClean();
    }

    [BrowserFact]
    public async Task The_tail_of_the_wire_shows_what_fits_its_filters_and_nothing_else()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        await using var page = await browser.OpenAsync(node.Node.Http, "wire");
        using var one = Stranger(node);
        using var other = Stranger(node);
        await SendUntilAsync(page, one, """[{"Tide":{}}]""", "Tide");
        await page["[data-test=filter-message] input, input[data-test=filter-message]"].First.FillAsync("Weather");
        await page.Page.WaitForFunctionAsync("() => document.querySelectorAll('.cj-datagram').length === 0");
        // Until the tap stands, what is sent is not seen: the last of many is.
        await SendUntilAsync(page, one, """[{"Weather":{"n":1}},{"Tide":{}}]""", "Weather");
        Send(one, """[{"Tide":{}}]""");
        await SendUntilAsync(page, other, """[{"Weather":{"last":2}}]""", "last");
        Assert.DoesNotContain("""[{"Tide":{}}]""", await page[".cj-wire"].InnerTextAsync(), StringComparison.Ordinal);

        var address = one.Client.LocalEndPoint!.ToString()!;
        await page["[data-test=filter-peer] input, input[data-test=filter-peer]"].First.FillAsync(address);
        await page.Page.WaitForFunctionAsync("() => document.querySelectorAll('.cj-datagram').length === 0");
        for (var i = 0; i < 3; i++)
            Send(other, """[{"Weather":{"mustNotShow":1}}]""");
        await SendUntilAsync(page, one, """[{"Weather":{"mine":3}}]""", "mine");
        var shown = await page[".cj-wire"].InnerTextAsync();
        Assert.Contains(address, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("mustNotShow", shown, StringComparison.Ordinal);
        // One that is picked is shown whole.
        await page["button[aria-label='Show all of it']"].First.ClickAsync();
        await page.TextAsync(".cj-picked", """[{"Weather":{"mine":3}}]""");
        page.IsClean();
    }

    [BrowserFact]
    public async Task A_hostile_message_name_is_shown_as_text()
    {
        const string name = "<img src=x onerror=document.title='taken'>";
        await using var node = await ApiProcess.StartAsync(_folder);
        await using var page = await browser.OpenAsync(node.Node.Http, "unknown");
        using var stranger = Stranger(node);
        Send(stranger, $$$"""[{"{{{name}}}":{"text":"<script>alert(1)</script>\u0007\u202e"}}]""");

        await page.TextAsync("td.cj-name", name);
        await page.TextAsync("td.cj-sample", "<script>alert(1)</script>");
        await page.GoAsync("wire");
        await SendUntilAsync(page, stranger, $$$"""[{"{{{name}}}":{}}]""", name);
        Assert.Equal("Cjp2p", await page.Page.TitleAsync());
        Assert.Equal(0, await page["img[src=x]"].CountAsync());
        page.IsClean();
    }

    [BrowserFact]
    public async Task Names_of_files_reasons_and_paths_that_are_markup_or_turn_the_direction_are_text_in_every_view()
    {
        const string markup = "<img src=x onerror=document.title='taken'>";
        const string control = "\u202egnp\u2066\u001b[31m\u0007\u009b";
        _folder.Folder("shared");
        _folder.Text(Path.Combine("shared", $"{markup.Replace('/', '-')}{control}.txt"), "hello\n");
        await using var node = await ApiProcess.StartAsync(_folder, "--share", "shared");
        using var stranger = Stranger(node);
        Send(stranger, $$$"""[{"{{{markup}}}\u001b[2J\u202e":{"text":"{{{markup}}}\u2067"}}]""");
        await node.ActAsync("POST", "/api/bans", new { address = "127.0.0.9", reason = markup + control });
        await node.ActAsync("POST", "/api/downloads", new { id = new string('1', 64), path = _folder.In(markup + control) });
        await using var page = await browser.OpenAsync(node.Node.Http, "downloads");
        await page.TextAsync(".cj-download", markup);
        // Each view, and where it shows that text, if it does.
        foreach (var (view, selector, text) in new[]
        {
            ("overview", ".cj-card h2", "Health"), ("downloads", ".cj-download", markup), ("peers", ".cj-card h2", "Round-trip time"),
            ("wire", ".cj-card h2", "Datagrams"), ("unknown", "td.cj-name", markup), ("limits", ".cj-card h2", "What the node never exceeds"),
            ("actors/", ".cj-detail .cj-facts", "NodeActor"), ("actors/store", ".cj-detail .cj-facts", "ContentStoreActor"),
            ($"actors/downloads/{new string('1', 64)}", "[data-field=targetPath] .cj-value", markup),
            ($"actors/{Uri.EscapeDataString(markup + control)}", ".cj-crumbs", markup),
        })
        {
            await page.Page.EvaluateAsync("view => { location.hash = view; }", view);
            await page.TextAsync(selector, text);
            if (view == "actors/")
            {
                await page["[data-field='bans'] button"].ClickAsync();
                await page["[data-field='bans[0]'] button"].ClickAsync();
                await page.TextAsync("[data-field='bans[0].reason'] .cj-value", markup);
            }

            var bad = await page.Page.EvaluateAsync<string>(FindControls);
            Assert.True(bad.Length == 0, $"{view}: {Uri.EscapeDataString(bad)}");
            Assert.Equal(0, await page["img[src=x]"].CountAsync());
        }

        // What looks for it finds it where it is.
        await page.Page.EvaluateAsync("text => document.body.append(text)", control);
        Assert.NotEmpty(await page.Page.EvaluateAsync<string>(FindControls));
        Assert.Equal("Cjp2p", await page.Page.TitleAsync());
        page.IsClean();
    }

    [BrowserFact]
    public async Task Every_view_fits_a_telephone_and_a_desk_in_light_and_dark()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        foreach (var (width, scheme) in new[] { (400, ColorScheme.Light), (400, ColorScheme.Dark), (1600, ColorScheme.Light), (1600, ColorScheme.Dark) })
        {
            await using var page = await browser.OpenAsync(node.Node.Http, Views[0], width, scheme);
            Assert.Equal(1, await page[scheme == ColorScheme.Dark ? ".cj.dark" : ".cj.light"].CountAsync());
            foreach (var view in Views)
            {
                await page.Page.EvaluateAsync("view => { location.hash = view; }", view);
                await page[".cj-card h2"].First.WaitForAsync();
                var wide = await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
                Assert.True(wide <= width, $"{view} is {wide} wide at {width}");
            }

            // The switch goes the other way, and stays so.
            await page["button[aria-label$=colours]"].ClickAsync();
            await page[scheme == ColorScheme.Dark ? ".cj.light" : ".cj.dark"].WaitForAsync();
            await page.Page.ReloadAsync();
            await page[scheme == ColorScheme.Dark ? ".cj.light" : ".cj.dark"].WaitForAsync();
            page.IsClean();
        }
    }

    [BrowserFact]
    public async Task Every_view_is_reached_and_used_by_keyboard_alone_and_one_sees_where_one_is()
    {
        await using var source = await SourceAsync();
        var peer = $"{await source.ListeningAsync()}";
        await using var node = await ApiProcess.StartAsync(_folder, "--peer", peer);
        using var stranger = Stranger(node);
        Send(stranger, """[{"Tide":{}}]""");
        var id = new string('1', 64);
        await node.ActAsync("POST", "/api/downloads", new { id, path = _folder.In("never.iso") });
        await using var page = await browser.OpenAsync(node.Node.Http, "overview", scheme: ColorScheme.Dark);

        // Of each view its main control, and where Enter on it leads.
        foreach (var (view, title, control, opens) in new[]
        {
            ("downloads", "Downloads", ".cj-download .cj-link", ".cj-detail [data-field=targetPath]"), ("peers", "Peers", ".cj-table .cj-link", ".cj-detail .cj-facts"),
            ("actors", "Actors", ".cj-actor .cj-pick", ".cj-detail .cj-facts"), ("wire", "Wire", ".cj-datagram .cj-link", ".cj-picked"),
            ("unknown", "Unknown", ".cj-scroll[tabindex='0']", ""), ("limits", "Limits", "", ""), ("overview", "Overview", "", ""),
        })
        {
            // Tab leads to the tab that is open, the arrows to the others.
            await TabToAsync(page, ".mud-tab.mud-tab-active");
            await PressToAsync(page, "ArrowRight", $".mud-tab:has-text('{title}')");
            await page.Page.Keyboard.PressAsync("Enter");
            await page.Page.WaitForFunctionAsync("view => location.hash.startsWith('#' + view)", view);
            if (view == "wire")
                await SendUntilAsync(page, stranger, """[{"Tide":{}}]""", "Tide");
            if (control.Length == 0)
                continue;
            await page[control].First.WaitForAsync();
            await TabToAsync(page, control);
            if (opens.Length == 0)
                continue;
            await page.Page.Keyboard.PressAsync("Enter");
            await page[opens].First.WaitForAsync();
        }

        // The switch of the colours is a button as well.
        await TabToAsync(page, "button[aria-label$=colours]");
        await page.Page.Keyboard.PressAsync("Enter");
        await page[".cj.light"].WaitForAsync();
        page.IsClean();
    }

    private static Task TabToAsync(WatchedPage page, string selector) => PressToAsync(page, "Tab", selector);

    // As often as it takes to go once around; what has the focus then is seen to have it.
    private static async Task PressToAsync(WatchedPage page, string key, string selector)
    {
        const int PressesMax = 60;
        var way = new List<string>();
        for (var presses = 0; presses < PressesMax; presses++)
        {
            if ((presses > 0 || key == "Tab") && !await PressAsync(page, key))
                way.Add("(it stays)");
            way.Add(await page.Page.EvaluateAsync<string>("() => `${document.activeElement.tagName}.${document.activeElement.className}`"));
            var focused = page[selector].And(page[":focus"]);
            if (await focused.CountAsync() == 0)
                continue;
            Assert.True(
                await focused.First.EvaluateAsync<bool>("one => { const look = getComputedStyle(one); return look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 1; }"),
                $"{selector} has the focus, and nobody sees it");
            return;
        }

        Assert.Fail($"{PressesMax} times {key} do not lead to {selector}: {string.Join(", ", way.Distinct())}");
    }

    // Tab is the browser's; an arrow asks the node where the focus goes, and who presses again before it went there races with it.
    // False when the focus stays where it is, as at the end of a list.
    private static async Task<bool> PressAsync(WatchedPage page, string key)
    {
        await page.Page.EvaluateAsync("() => { window.before = document.activeElement; }");
        await page.Page.Keyboard.PressAsync(key);
        if (key == "Tab")
            return true;
        try
        {
            await page.Page.WaitForFunctionAsync("() => document.activeElement !== window.before");
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<Cjp2pProcess> SourceAsync()
    {
        _folder.Folder("source");
        var process = Cjp2pProcess.Start(
            _folder.Root, "run", "--listen", "127.0.0.1:0", "--share", "source", "--data", _folder.Folder("source-data"), "--no-http");
        await process.WaitForErrorAsync(line => line.Contains("Sharing ", StringComparison.Ordinal));
        return process;
    }

    private static async Task<string> PathAsync(ApiProcess node, string type)
    {
        var found = (await node.GetAsync("/api/tree")).GetProperty("actors").EnumerateArray()
            .Select(actor => actor.GetProperty("facts")).FirstOrDefault(facts => facts.GetProperty("type").GetString() == type);
        return found.ValueKind == JsonValueKind.Object ? found.GetProperty("path").GetString()! : "";
    }

    private static UdpClient Stranger(ApiProcess node)
    {
        var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Connect(node.Node.EndPoint);
        return socket;
    }

    private static void Send(UdpClient socket, string datagram) => socket.Send(Encoding.UTF8.GetBytes(datagram));

    private static async Task SendUntilAsync(WatchedPage page, UdpClient socket, string datagram, string text)
    {
        await Until.AnswerAsync(
            async () =>
            {
                Send(socket, datagram);
                return await page[".cj-wire"].InnerTextAsync();
            },
            shown => shown.Contains(text, StringComparison.Ordinal),
            Cjp2pProcess.Bound);
    }
}
