using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cjp2p.Host.Http;

namespace Cjp2p.Host.Remote;

/// <summary>Talks to the HTTP API of a running node.</summary>
internal sealed class NodeClient : IDisposable
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(3);
    private readonly HttpClient _client;
    private readonly int? _number;

    private NodeClient(HttpClient client, int? number) => (_client, _number) = (client, number);

    /// <summary>ip:port of the API.</summary>
    public string Address => _client.BaseAddress!.Authority;

    /// <summary>Reaches a node; null: none answers there.</summary>
    /// <param name="http">ip:port of its API.</param>
    /// <param name="token">Its token, if it is known.</param>
    /// <param name="cancelled">Cancels waiting.</param>
    /// <param name="number">Its number in a simulated world; null: it is a live one, or the first.</param>
    public static async Task<NodeClient?> ConnectAsync(string http, string? token, CancellationToken cancelled, int? number = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = ConnectPatience }, disposeHandler: true)
        {
            BaseAddress = new Uri("http://" + http),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        patience.CancelAfter(ConnectPatience);
        try
        {
            using var response = await client.GetAsync("/health/live", patience.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsStringAsync(patience.Token).ConfigureAwait(false);
            if (response.StatusCode == System.Net.HttpStatusCode.Unauthorized)
                throw UserException.Failed($"the node at {http} wants a token: set {RunningNodes.TokenVariable}");
            // Whatever else listens there is no node.
            if (response.IsSuccessStatusCode && body.Contains("\"live\"", StringComparison.Ordinal))
                return new NodeClient(client, number);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancelled.IsCancellationRequested)
        {
            // Nobody there.
        }

        client.Dispose();
        return null;
    }

    /// <summary>Asks; null: there is no such thing.</summary>
    /// <exception cref="UserException">The node refuses, or is gone; one line says why.</exception>
    public async Task<JsonElement?> GetAsync(string path, CancellationToken cancelled)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Of(path)), cancelled).ConfigureAwait(false);
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound)
            return null;
        return await JsonAsync(response, cancelled).ConfigureAwait(false);
    }

    /// <summary>Acts; the answer is null when there is nothing to say.</summary>
    /// <exception cref="UserException">The node refuses, or is gone; one line says why.</exception>
    public async Task<JsonElement?> PostAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancelled)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Post, Of(path)) { Content = content }, cancelled).ConfigureAwait(false);
        return await JsonAsync(response, cancelled).ConfigureAwait(false);
    }

    /// <summary>Acts; there is nothing to say and nothing to hear.</summary>
    /// <exception cref="UserException">The node refuses, or is gone; one line says why.</exception>
    public async Task PostAsync(string path, CancellationToken cancelled)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Post, Of(path)), cancelled).ConfigureAwait(false);
        await JsonAsync(response, cancelled).ConfigureAwait(false);
    }

    /// <summary>Ends something; it may have ended before.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancelled)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Delete, Of(path)), cancelled).ConfigureAwait(false);
        if (response.StatusCode != System.Net.HttpStatusCode.NotFound)
            await JsonAsync(response, cancelled).ConfigureAwait(false);
    }

    /// <summary>The objects of a stream, until it ends or the reader has enough.</summary>
    /// <exception cref="UserException">The node refuses, or is gone; one line says why.</exception>
    public async IAsyncEnumerable<JsonElement> StreamAsync(string path, [EnumeratorCancellation] CancellationToken cancelled)
    {
        const string Prefix = "data: ";
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Of(path)), cancelled).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw await RefusalAsync(response, cancelled).ConfigureAwait(false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancelled).ConfigureAwait(false), Encoding.UTF8);
        while (true)
        {
            string? line;
            try
            {
                line = await reader.ReadLineAsync(cancelled).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                throw UserException.Failed($"the node at {Address} is gone", e);
            }

            if (line is null)
                yield break;
            if (line.StartsWith(Prefix, StringComparison.Ordinal))
                yield return Parse(Encoding.UTF8.GetBytes(line[Prefix.Length..]));
        }
    }

    public void Dispose() => _client.Dispose();

    private string Of(string path) =>
        _number is { } number ? $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{ApiCall.NodeParameter}={number}" : path;

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancelled)
    {
        using (request)
        {
            try
            {
                return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancelled).ConfigureAwait(false);
            }
            catch (HttpRequestException e)
            {
                throw UserException.Failed($"the node at {Address} does not answer", e);
            }
        }
    }

    private static async Task<JsonElement?> JsonAsync(HttpResponseMessage response, CancellationToken cancelled)
    {
        // A node in trouble tells about it with status 503.
        if (!response.IsSuccessStatusCode)
            throw await RefusalAsync(response, cancelled).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancelled).ConfigureAwait(false);
        return body.Length == 0 ? null : Parse(body);
    }

    private static async Task<UserException> RefusalAsync(HttpResponseMessage response, CancellationToken cancelled)
    {
        var body = await response.Content.ReadAsStringAsync(cancelled).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.TryGetProperty("error", out var error))
                return UserException.Failed(error.GetString() ?? "");
            // A status that says why there is none.
            if (document.RootElement.TryGetProperty("reasons", out var reasons))
                return UserException.Failed(string.Join("; ", reasons.EnumerateArray().Select(reason => reason.GetString())));
        }
        catch (JsonException)
        {
            // A line of text.
        }

        return UserException.Failed(response.StatusCode == System.Net.HttpStatusCode.Unauthorized
            ? $"the node wants its token: name its data folder with --node, or set {RunningNodes.TokenVariable}"
            : $"the node refuses: {body.ReplaceLineEndings(" ").Trim()}");
    }

    private static JsonElement Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw UserException.Failed("what answers there is no node: it does not speak JSON", e);
        }
    }
}
