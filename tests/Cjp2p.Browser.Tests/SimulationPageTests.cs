using Cjp2p.Host.Tests.Processes;
using Microsoft.Playwright;

namespace Cjp2p.Browser.Tests;

/// <summary>The page on a paused world, in a real browser.</summary>
public sealed class SimulationPageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const string Street = """
        peers = 5
        duration = 5m
        liveness = 5m
        contents { film { size = 4MiB } }
        groups {
          seeder { count = 1, link = data-centre, shares = [film] }
          home { link = home, fetches = [film], fetch-at = 1s }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [BrowserFact]
    public async Task One_looks_at_any_actor_of_any_node_of_a_paused_world_steps_runs_on_and_lets_a_fault_happen()
    {
        _folder.Text("street.conf", Street);
        await using var simulate = Cjp2pProcess.Start(
            _folder.Root, "simulate", "--scenario", "street.conf", "--seed", "7", "--pause-at", "1500ms", "--dashboard", "--http", "127.0.0.1:0");
        var line = await simulate.WaitForOutputAsync(line => line.StartsWith("open ", StringComparison.Ordinal));
        var login = new Uri(line["open ".Length..]);
        var address = new Uri(login.GetLeftPart(UriPartial.Authority));

        // Who did not come with the token looks, and changes nothing.
        await using (var stranger = await browser.OpenAsync(address, "overview"))
        {
            await stranger.TextAsync(".cj-world", "open the address with the token");
            Assert.Equal(5, await stranger[".cj-world [role=group] button:disabled"].CountAsync());
            stranger.IsClean();
        }

        await using var page = await browser.OpenAsync(address, "actors", token: login.Query["?token=".Length..]);
        await page.TextAsync(".cj-state b", "paused");
        await page.TextAsync("[data-test=now]", "0:01.500000");
        await page.TextAsync(".cj-head h1", "n0");

        // Another node, and one of its actors.
        await page[".cj-node input"].ClickAsync();
        await page[".mud-list-item"].Filter(new LocatorFilterOptions { HasText = "n3 · home" }).ClickAsync();
        await page.TextAsync(".cj-head h1", "n3");
        await page[".cj-actor .cj-pick"].Filter(new LocatorFilterOptions { HasText = "DownloadActor" }).ClickAsync();
        await page.TextAsync(".cj-detail .cj-facts", "DownloadActor");
        await page.TextAsync("[data-field=targetPath] .cj-value", "film");

        // A step, and some time.
        var steps = await StepsAsync(page);
        await ClickAsync(page, "Step");
        await page.TextAsync("[data-test=steps]", $"{steps + 1:#,0}");
        await page["select[aria-label='Time to go forward']"].SelectOptionAsync("100");
        var before = await page["[data-test=now]"].InnerTextAsync();
        await ClickAsync(page, "Forward");
        await page.Page.WaitForFunctionAsync("before => document.querySelector('[data-test=now]').innerText !== before && document.querySelector('.cj-state b').innerText === 'paused'", before);

        await page["select[aria-label='Fault for this node']"].SelectOptionAsync("Crash");
        await page["select[aria-label='How long the fault lasts']"].SelectOptionAsync("1");
        await ClickAsync(page, "Let it happen");
        await page.TextAsync(".cj-world", "Crash met n3");
        await page.TextAsync(".cj", "n3 does not run now");

        await ClickAsync(page, "Run on");
        await page.TextAsync(".cj-state b", "it is over");
        await page.TextAsync(".cj-state", "4 of 4 fetches done");
        Assert.Equal(0, await page["[data-test=trouble]"].CountAsync());
        page.IsClean();

        simulate.Interrupt();
        Assert.Equal(0, (await simulate.WaitForExitAsync()).ExitCode);
    }

    [BrowserFact]
    public async Task A_link_leads_to_an_actor_of_a_node_and_the_wire_of_a_node_that_crashed_is_that_of_the_node_that_is_back()
    {
        // Long enough to be under way all the time.
        _folder.Text("street.conf", Street.Replace("4MiB", "64MiB", StringComparison.Ordinal));
        await using var simulate = Cjp2pProcess.Start(
            _folder.Root, "simulate", "--scenario", "street.conf", "--seed", "7", "--pause-at", "1500ms", "--dashboard", "--http", "127.0.0.1:0");
        var login = new Uri((await simulate.WaitForOutputAsync(line => line.StartsWith("open ", StringComparison.Ordinal)))["open ".Length..]);
        var address = new Uri(login.GetLeftPart(UriPartial.Authority));
        await using var page = await browser.OpenAsync(address, "node-3/actors/peers", token: login.Query["?token=".Length..]);
        await page.TextAsync(".cj-head h1", "n3");
        await page.TextAsync(".cj-detail .cj-facts", "PeerRegistryActor");
        // Another one, and the address follows.
        await page.Page.EvaluateAsync("() => { location.hash = 'node-2/downloads'; }");
        await page.TextAsync(".cj-head h1", "n2");
        await page.TextAsync(".cj-download", "film");
        await page[".mud-tab"].Filter(new LocatorFilterOptions { HasText = "Wire" }).ClickAsync();
        await page.Page.WaitForFunctionAsync("() => location.hash === '#node-2/wire'");
        await page["select[aria-label='Time to go forward']"].SelectOptionAsync("1000");
        // The view has its tap as soon as it counts.
        await page.TextAsync(".cj-wirehead", "0 seen");
        await ForwardAsync(page);
        await page.TextAsync(".cj-wirehead", "seen, 0 not shown");
        await page[".cj-datagram"].First.WaitForAsync();

        await page["select[aria-label='How long the fault lasts']"].SelectOptionAsync("1");
        await ClickAsync(page, "Let it happen");
        await page.TextAsync(".cj", "n2 does not run now");
        await ForwardAsync(page);
        await ForwardAsync(page);
        await page.Page.WaitForFunctionAsync("() => !document.body.innerText.includes('n2 does not run now')");
        // What was seen before time stood still may come to the page after the first click.
        await page.Page.WaitForFunctionAsync(
            "() => { if (document.querySelectorAll('.cj-datagram').length === 0) return true; document.querySelector('button[aria-label=Clear]').click(); return false; }",
            null,
            new PageWaitForFunctionOptions { PollingInterval = 500 });
        await ForwardAsync(page);
        await page[".cj-datagram"].First.WaitForAsync();

        // No such node: it says so.
        await page.Page.EvaluateAsync("() => { location.hash = 'node-77/actors/peers'; }");
        await page.TextAsync(".cj", "there is no such node");
        page.IsClean();
    }

    private static async Task ForwardAsync(WatchedPage page)
    {
        var before = await page["[data-test=now]"].InnerTextAsync();
        await ClickAsync(page, "Forward");
        await page.Page.WaitForFunctionAsync("before => document.querySelector('[data-test=now]').innerText !== before && document.querySelector('.cj-state b').innerText === 'paused'", before);
    }

    private static Task ClickAsync(WatchedPage page, string button) =>
        page[".cj-world button"].Filter(new LocatorFilterOptions { HasTextRegex = new System.Text.RegularExpressions.Regex($"^\\s*{button}\\s*$") }).ClickAsync();

    private static async Task<long> StepsAsync(WatchedPage page) =>
        long.Parse(await page["[data-test=steps]"].InnerTextAsync(), System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
}
