using System.Text.Json;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Commands;
using Cjp2p.Host.Http;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Remote;

/// <summary>Has a running node fetch a content, and tells how it goes as a node of one's own would.</summary>
internal static class RemoteGet
{
    private const int WaitMs = 250;

    /// <summary>
    /// Fetches. Cancelling stops the download at the node, unless it was being fetched before: it is not ours to stop then. What was
    /// fetched stays.
    /// </summary>
    /// <exception cref="UserException">The node refuses, or is gone.</exception>
    /// <exception cref="Actors.Hosting.NodeException">It could not be had; the message says why.</exception>
    public static async Task<DownloadProtocol.Finished> RunAsync(
        NodeClient client, ContentId id, string target, IEnumerable<PeerAddress> peers, GetProgress progress, CancellationToken cancelled)
    {
        var path = Path.GetFullPath(target);
        var body = new StartDownloadBody(id.ToString(), path, [.. peers.Select(peer => peer.ToString())]);
        var isJoined = await IsRunningAsync(client, id, cancelled).ConfigureAwait(false);
        var answer = await client.PostAsync("/api/downloads", body, HttpJson.Default.StartDownloadBody, cancelled).ConfigureAwait(false);
        try
        {
            while (true)
            {
                if (answer is { } now && now.TryGetProperty("ended", out var ended) && ended.ValueKind == JsonValueKind.Object)
                    return Finished(ended);
                if (answer is { } going && going.TryGetProperty("running", out var running) && running.ValueKind == JsonValueKind.Object)
                    progress.Report(Progress(id, running));
                answer = await client.GetAsync($"/api/downloads/{id}?waitMs={WaitMs}&path={Uri.EscapeDataString(path)}", cancelled).ConfigureAwait(false)
                    ?? throw UserException.Failed("the node does not know of the download any more");
            }
        }
        catch (OperationCanceledException)
        {
            if (!isJoined)
                await client.DeleteAsync($"/api/downloads/{id}", CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<bool> IsRunningAsync(NodeClient client, ContentId id, CancellationToken cancelled) =>
        await client.GetAsync($"/api/downloads/{id}", cancelled).ConfigureAwait(false) is { } known
        && known.TryGetProperty("running", out var running) && running.ValueKind == JsonValueKind.Object;

    private static DownloadProtocol.Finished Finished(JsonElement ended)
    {
        var download = ended.Deserialize(HttpJson.Default.EndedDownload)!;
        return download.IsFinished
            ? new DownloadProtocol.Finished(download.Id, download.Path, download.LengthBytes, download.FetchedBytes, download.Sources)
            : throw new Actors.Hosting.NodeException(download.Reason ?? "it failed");
    }

    private static DownloadProtocol.Progress Progress(ContentId id, JsonElement running) => new(
        id,
        Field.Of(running, "targetPath"),
        Enum.TryParse<DownloadPhase>(Field.Of(running, "phase"), out var phase) ? phase : DownloadPhase.Searching,
        (long)Field.Number(running, "lengthBytes"),
        (long)Field.Number(running, "doneBytes"),
        (long)Field.Number(running, "fetchedBytes"),
        Field.List(running, "sources").Count(source => Field.Of(source, "standing") == "Active"),
        Field.List(running, "sources").Count(),
        Field.Of(running, "why"),
        (int)Field.Number(running, "answered"),
        (int)Field.Number(running, "unreachable"));
}
