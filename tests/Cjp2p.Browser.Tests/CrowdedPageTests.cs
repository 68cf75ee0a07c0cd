using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Cjp2p.Browser.Tests;

/// <summary>
/// The page with 10,000 peers and 1,000 downloads. What freezes a page is what it holds and what it is sent: that is counted, and
/// that it answers while it is being filled. The longest time for which the page could not answer is printed; only one that
/// anybody would call frozen fails.
/// </summary>
public sealed class CrowdedPageTests(Browser browser, ITestOutputHelper output) : IClassFixture<Browser>
{
    private const int ElementsMax = 1500;
    private const double FrozenMs = 2000;

    [BrowserTheory]
    [InlineData(400, ColorScheme.Dark)]
    [InlineData(1600, ColorScheme.Light)]
    public async Task It_holds_what_is_on_the_screen_and_answers_clicks_and_keys_while_updates_flow(int width, ColorScheme scheme)
    {
        await using var node = await CrowdedNode.StartAsync();
        await using var page = await browser.OpenAsync(node.Address, "downloads", width, scheme);

        // Downloads: all of them are there, few of them drawn, and those are drawn anew again and again.
        await page.TextAsync(".cj-count", "1000");
        await page.TextAsync(".cj-download", "download-0000.iso");
        Assert.InRange(await page[".cj-download"].CountAsync(), 2, 30);
        await page.Page.EvaluateAsync("""
            () => {
              window.longest = 0;
              new PerformanceObserver(list => list.getEntries().forEach(task => window.longest = Math.max(window.longest, task.duration)))
                .observe({ type: "longtask", buffered: true });
              window.updates = 0;
              new MutationObserver(() => window.updates++).observe(document.querySelector(".cj-list"), { subtree: true, attributes: true, attributeFilter: ["pieces"] });
            }
            """);
        await UpdatesAsync(page, 3);

        // The other end by keyboard, while updates flow.
        await page[".cj-list"].FocusAsync();
        await ScrollAsync(page, "End", "download-0999.iso");
        Assert.InRange(await page[".cj-download"].CountAsync(), 2, 30);
        await ScrollAsync(page, "Home", "download-0000.iso");
        await UpdatesAsync(page, 3);
        await FewElementsAsync(page);

        // A click goes elsewhere at once, and nobody asks for the downloads any more.
        await page[".mud-tab"].Filter(new LocatorFilterOptions { HasText = "Peers" }).ClickAsync();
        await page.TextAsync(".cj-count", "10000");
        await page.TextAsync(".cj-table", "10.0.0.0:24254");
        Assert.InRange(await page[".cj-table tbody tr"].CountAsync(), 5, 60);
        await FewElementsAsync(page);

        // Sorted by address from the other end, and one found among all.
        await page["button[aria-label='Sort by Address']"].ClickAsync();
        await page.TextAsync("button[aria-label='Sort by Address']", "↑");
        await page["button[aria-label='Sort by Address']"].FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.TextAsync(".cj-table tbody", CrowdedNode.AddressOf(CrowdedNode.Peers - 1).ToString());
        await page["input[placeholder='Find an address']"].FillAsync("10.0.39.1:");
        await page.TextAsync(".cj-table tbody", "10.0.39.1:24254");
        await page.Page.WaitForFunctionAsync("() => document.querySelectorAll('.cj-table tbody .cj-link').length === 1");

        // The tree begins with the parts of the node; the thousand open when they are asked for, and few of them are drawn.
        await page[".mud-tab"].Filter(new LocatorFilterOptions { HasText = "Actors" }).ClickAsync();
        await page.TextAsync(".cj-actor", "ContentServerActor");
        Assert.Equal(3, await page[".cj-actor"].CountAsync());
        await page["button[aria-label=Unfold]"].FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.TextAsync(".cj-actor", "DownloadActor");
        Assert.InRange(await page[".cj-actor"].CountAsync(), 5, 60);
        await FewElementsAsync(page);
        var longestMs = await page.Page.EvaluateAsync<double>("() => window.longest");
        output.WriteLine($"longest task of the page: {longestMs:0} ms");
        Assert.InRange(longestMs, 0, FrozenMs);
        page.IsClean();
    }

    [BrowserFact]
    public async Task An_actor_that_does_not_answer_is_shown_as_such_with_what_waits_for_it()
    {
        await using var node = await CrowdedNode.StartAsync();
        await using var page = await browser.OpenAsync(node.Address, "actors" + CrowdedNode.Hanging);
        await page.TextAsync(".cj-actor.on", "does not answer");
        await page.TextAsync(".cj-detail .cj-facts", "does not answer");
        await page.TextAsync(".cj-detail .cj-facts", "mailbox 7, oldest 1500 ms");
        await page.TextAsync(".cj-waiting tr", "Serve");
        Assert.Equal(["Serve\t6\t1500 ms", "Inspect\t1\t2.000 ms"], await page[".cj-waiting tbody tr"].AllInnerTextsAsync());
        page.IsClean();
    }

    // The heights of what was never drawn are an estimate: the end may have moved on when it is reached, and the key is pressed again.
    private static async Task ScrollAsync(WatchedPage page, string key, string name)
    {
        const int PressesMax = 20;
        for (var presses = 0; presses < PressesMax; presses++)
        {
            await page.Page.Keyboard.PressAsync(key);
            await UpdatesAsync(page, 2);
            if (await page[".cj-download"].Filter(new LocatorFilterOptions { HasText = name }).CountAsync() > 0)
                return;
        }

        Assert.Fail($"{PressesMax} times {key} do not lead to {name}");
    }

    private static async Task UpdatesAsync(WatchedPage page, int more)
    {
        var before = await page.Page.EvaluateAsync<int>("() => window.updates");
        await page.Page.WaitForFunctionAsync("wanted => window.updates >= wanted", before + more);
    }

    private static async Task FewElementsAsync(WatchedPage page) =>
        Assert.InRange(await page.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 100, ElementsMax);
}
