using System.Collections.Concurrent;
using System.Net;
using Cjp2p.Host.Tests.Processes;
using Microsoft.Playwright;

namespace Cjp2p.Browser.Tests;

/// <summary>A page whose console, dialogs and requests are watched.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _wrong = [];
    private readonly IBrowserContext _context;
    private readonly Uri _node;
    private int _requests;

    public WatchedPage(IBrowserContext context, IPage page, Uri node)
    {
        _context = context;
        _node = node;
        Page = page;
        page.SetDefaultTimeout((float)Cjp2pProcess.Bound.TotalMilliseconds);
        page.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning")
                _wrong.Enqueue($"console: {said.Text}");
        };
        page.PageError += (_, error) => _wrong.Enqueue($"error: {error}");
        page.Request += (_, request) => Seen(request.Url);
        page.WebSocket += (_, socket) => Seen(socket.Url);
        page.RequestFailed += (_, request) => _wrong.Enqueue($"failed: {request.Url}");
        page.Dialog += async (_, dialog) =>
        {
            _wrong.Enqueue($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    public ILocator this[string selector] => Page.Locator(selector);

    public async Task GoAsync(string view)
    {
        await Page.GotoAsync(new Uri(_node, "/#" + view).ToString());
        await this[".cj-health.good"].WaitForAsync();
    }

    /// <summary>Waits for text anywhere in an element.</summary>
    public Task TextAsync(string selector, string text) =>
        Page.Locator(selector, new PageLocatorOptions { HasTextString = text }).First.WaitForAsync();

    /// <summary>Nothing went wrong, and nothing was asked of anybody but the node.</summary>
    public void IsClean()
    {
        Assert.True(_wrong.IsEmpty, string.Join(Environment.NewLine, _wrong));
        Assert.True(_requests >= 5, $"only {_requests} requests were seen");
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Seen(string url)
    {
        Interlocked.Increment(ref _requests);
        var to = new Uri(url);
        if (to.Scheme != "data" && !(IPAddress.TryParse(to.Host, out var ip) && IPAddress.IsLoopback(ip) && to.Port == _node.Port))
            _wrong.Enqueue($"request: {url}");
    }
}
