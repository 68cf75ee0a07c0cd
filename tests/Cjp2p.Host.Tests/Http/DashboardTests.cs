using System.Net.WebSockets;
using System.Text.RegularExpressions;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests.Http;

/// <summary>Who gets the page and its connection; how it looks is for the tests with a browser.</summary>
public sealed partial class DashboardTests(SmallNode node) : IClassFixture<SmallNode>
{
    [Fact]
    public async Task The_page_and_all_its_files_come_from_the_node()
    {
        var (code, page) = await StatusClient.GetAsync(node.Node, "/");
        Assert.Equal(200, code);
        var files = Reference().Matches(page).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(6, files.Length);
        foreach (var file in files)
        {
            Assert.StartsWith("dashboard/", file, StringComparison.Ordinal);
            Assert.Equal(200, (await StatusClient.GetAsync(node.Node, "/" + file)).Code);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/dashboard/dashboard.js")]
    [InlineData("/_blazor")]
    public async Task A_name_that_was_made_to_point_here_gets_nothing(string path) =>
        Assert.Equal(403, (await StatusClient.GetAsync(node.Node, path, "evil.example")).Code);

    [Fact]
    public async Task Its_connection_opens_for_its_own_origin()
    {
        using var socket = await ConnectAsync(node.Node.Http.GetLeftPart(UriPartial.Authority));
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("http://localhost:1")]
    [InlineData("null")]
    public async Task Its_connection_is_refused_to_pages_of_other_sites(string origin)
    {
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(origin));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    private async Task<ClientWebSocket> ConnectAsync(string origin)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{node.Node.Http.Authority}/_blazor"), CancellationToken.None).WaitAsync(Cjp2pProcess.Bound);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [GeneratedRegex("""<(?:script|link)[^>]* (?:src|href)="([^"]+)""")]
    private static partial Regex Reference();
}
