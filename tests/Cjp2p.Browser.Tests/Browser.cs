using Microsoft.Playwright;

namespace Cjp2p.Browser.Tests;

/// <summary>One headless Chromium for all tests of a class.</summary>
public sealed class Browser : IAsyncLifetime
{
    public const string Path = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (!File.Exists(Path))
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path, Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    internal async Task<WatchedPage> OpenAsync(Uri node, string view, int width = 1600, ColorScheme scheme = ColorScheme.Light, string? token = null)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 1000 },
            ColorScheme = scheme,
        });
        var page = new WatchedPage(context, await context.NewPageAsync(), node);
        if (token is not null)
            await page.Page.GotoAsync(new Uri(node, "/login?token=" + token).ToString());
        await page.GoAsync(view);
        return page;
    }
}
