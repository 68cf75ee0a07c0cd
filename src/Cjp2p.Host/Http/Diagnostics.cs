using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Inspection;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Logging;

namespace Cjp2p.Host.Http;

/// <summary>Everything that helps to understand a node, as one file to keep or to send.</summary>
internal static class Diagnostics
{
    /// <summary>Lines of the log that are kept for it.</summary>
    public const int LogLines = 500;

    /// <summary>Its address.</summary>
    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        new("GET", "/api/diagnostics", "One zip file with all that can be seen: tree with states, limits, peers, downloads, unknown messages, settings, log.", WriteAsync)
        {
            Media = "application/zip",
            IsLiveOnly = true,
        },
    ];

    private static async Task WriteAsync(ApiCall call)
    {
        var node = await call.NodeAsync().ConfigureAwait(false);
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            var inspector = node.Inspector;
            Add(zip, "about.txt", About(node));
            Add(zip, "settings.conf", string.Join('\n', call.Get<EffectiveSettings>().Lines(inspector.Inside.Node.Settings)));
            Add(zip, "log.txt", string.Join('\n', call.Get<LiveLog>().Last(LogLines).Select(line =>
                string.Create(CultureInfo.InvariantCulture, $"{line.Timestamp:O} {line.Level} {LineFormatter.Message(line)} {line.Exception}"))));
            Add(zip, "audit.json", call.Get<AuditLog>().Last, HttpJson.Default.AuditEntryArray);
            Add(zip, "unknown-messages.json", NodeQueries.Unknown(inspector), HttpJson.Default.UnknownMessagesDocument);
            // What does not answer is left out: the bundle is for nodes in trouble too.
            await TryAsync(async () => Add(
                zip, "status.json", StatusDocument.From(await node.StatusAsync(call.Aborted).ConfigureAwait(false)), HttpJson.Default.StatusDocument)).ConfigureAwait(false);
            await TryAsync(async () => Add(
                zip, "tree.json", await inspector.TreeAsync(new InspectionProtocol.GetTree(WithStates: true), call.Aborted).ConfigureAwait(false), HttpJson.Default.ActorTree)).ConfigureAwait(false);
            Add(zip, "limits.json", [.. inspector.Limits()], HttpJson.Default.TableSizeArray);
            await TryAsync(async () => Add(
                zip, "peers.json", await inspector.PeersAsync(new PeerQuery(Most: NodeInspector.PageMax), call.Aborted).ConfigureAwait(false), HttpJson.Default.PeerPage)).ConfigureAwait(false);
            await TryAsync(async () => Add(
                zip, "downloads.json",
                DownloadsDocument.Of(await inspector.DownloadsAsync(cancellationToken: call.Aborted).ConfigureAwait(false), call.Get<DownloadJobs>().Ended),
                HttpJson.Default.DownloadsDocument)).ConfigureAwait(false);
        }

        var response = call.Context.Response;
        response.ContentType = "application/zip";
        response.Headers.ContentDisposition = "attachment; filename=cjp2p-diagnostics.zip";
        bytes.Position = 0;
        await bytes.CopyToAsync(response.Body, call.Aborted).ConfigureAwait(false);
    }

    private static string About(Cjp2pNode node)
    {
        var memory = GC.GetGCMemoryInfo();
        return $"""
            cjp2p {ProgramVersion.Text}
            {RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription} ({RuntimeInformation.ProcessArchitecture})
            processors: {Environment.ProcessorCount}
            heap: {Amounts.Bytes(memory.HeapSizeBytes)}, process: {Amounts.Bytes(Environment.WorkingSet)}
            listens on: {string.Join(", ", node.Addresses)}
            taken at: {node.Inspector.Inside.Node.Clock.UtcNow:O}
            """;
    }

    private static async Task TryAsync(Func<Task> add)
    {
        try
        {
            await add().ConfigureAwait(false);
        }
        catch (NodeException)
        {
        }
    }

    private static void Add<T>(ZipArchive zip, string name, T value, JsonTypeInfo<T> type) =>
        Add(zip, name, JsonSerializer.SerializeToUtf8Bytes(value, type));

    private static void Add(ZipArchive zip, string name, string text) => Add(zip, name, Encoding.UTF8.GetBytes(text));

    private static void Add(ZipArchive zip, string name, byte[] content)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        entry.Write(content);
    }
}
