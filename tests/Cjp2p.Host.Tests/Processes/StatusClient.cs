using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>Asks nodes for their status over HTTP.</summary>
internal static class StatusClient
{
    private static readonly HttpClient Http = new() { Timeout = Cjp2pProcess.Bound };

    /// <summary>GET with a body, whatever the status code.</summary>
    public static async Task<(int Code, string Body)> GetAsync(RunningNode node, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.Http, path));
        if (host is not null)
            request.Headers.Host = host;
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The status of a node.</summary>
    public static async Task<JsonElement> StatusAsync(RunningNode node)
    {
        var (code, body) = await GetAsync(node, "/api/status");
        Assert.Equal(200, code);
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    /// <summary>Waits until a node has hashed and serves that many files.</summary>
    public static Task SharesAsync(RunningNode node, int files) => Until.AnswerAsync(
        () => StatusAsync(node),
        status => status.GetProperty("shared").GetProperty("files").GetInt32() >= files,
        Cjp2pProcess.Bound);
}
