using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests.Http;

/// <summary>A running node and a client of its API that knows the token.</summary>
internal sealed class ApiProcess : IAsyncDisposable
{
    private readonly Cjp2pProcess _process;
    private readonly HttpClient _client;

    private ApiProcess(Cjp2pProcess process, RunningNode node, string token)
    {
        _process = process;
        Node = node;
        Token = token;
        _client = new HttpClient { BaseAddress = node.Http, Timeout = Cjp2pProcess.Bound };
    }

    public RunningNode Node { get; }

    public string Token { get; }

    public Cjp2pProcess Process => _process;

    public static async Task<ApiProcess> StartAsync(TemporaryFolder folder, params string[] arguments)
    {
        var (process, node) = await Cjp2pProcess.StartNodeAsync(folder.Root, arguments);
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(folder.In("data", "node.json")));
        Assert.Equal(node.Http.Authority, file.RootElement.GetProperty("http").GetString());
        return new ApiProcess(process, node, file.RootElement.GetProperty("token").GetString()!);
    }

    /// <summary>Asks; the answer has to be JSON and 200.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _client.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    public Task<byte[]> BytesAsync(string path) => _client.GetByteArrayAsync(path);

    /// <summary>Lines of a stream of events, without their prefix, from when it has begun.</summary>
    public async Task<IAsyncEnumerable<JsonElement>> StreamAsync(string path, CancellationToken cancelled)
    {
        var response = await _client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancelled);
        response.EnsureSuccessStatusCode();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return Read(response, cancelled);

        static async IAsyncEnumerable<JsonElement> Read(
            HttpResponseMessage response, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancelled)
        {
            using (response)
            using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancelled)))
            {
                while (await reader.ReadLineAsync(cancelled) is { } line)
                {
                    if (line.StartsWith("data: ", StringComparison.Ordinal))
                        yield return JsonDocument.Parse(line[6..]).RootElement;
                }
            }
        }
    }

    /// <summary>Acts with the token.</summary>
    public Task<(int Code, string Body)> ActAsync(string method, string path, object? body = null) => SendAsync(method, path, body, Token);

    public async Task<(int Code, string Body)> SendAsync(string method, string path, object? body, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var response = await _client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }
}
