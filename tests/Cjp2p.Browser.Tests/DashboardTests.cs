using System.Net;
using System.Net.Sockets;
using System.Text;
using Cjp2p.Host.Tests.Http;
using Cjp2p.Host.Tests.Processes;
using Cjp2p.TestPeers;
using Microsoft.Playwright;

namespace Cjp2p.Browser.Tests;

/// <summary>The page of a node, in a real browser.</summary>
public sealed class DashboardTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
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
    public async Task The_tail_of_the_wire_shows_what_fits_its_filters_and_nothing_else()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        await using var page = await browser.OpenAsync(node.Node.Http, "wire");
        using var one = Stranger(node);
        using var other = Stranger(node);
        await page["[data-test=filter-message] input, input[data-test=filter-message]"].First.FillAsync("Weather");
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

    private async Task<Cjp2pProcess> SourceAsync()
    {
        _folder.Folder("source");
        var process = Cjp2pProcess.Start(
            _folder.Root, "run", "--listen", "127.0.0.1:0", "--share", "source", "--data", _folder.Folder("source-data"), "--no-http");
        await process.WaitForErrorAsync(line => line.Contains("Sharing ", StringComparison.Ordinal));
        return process;
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
