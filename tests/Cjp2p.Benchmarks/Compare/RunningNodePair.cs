using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>
/// <c>cjp2p share</c> as the source, and <c>cjp2p run</c>, which is asked by its HTTP API to fetch: from the request inside
/// the running node until the verified file is in place, by the node's own clock. Linux only.
/// </summary>
internal sealed class RunningNodePair : ITransferPair
{
    private readonly Process _source;
    private readonly Process _node;
    private readonly HttpClient _http;
    private readonly string _address;
    private readonly TestFile _file;
    private bool _wasUsed;

    private RunningNodePair(Process source, Process node, HttpClient http, string address, TestFile file)
    {
        _source = source;
        _node = node;
        _http = http;
        _address = address;
        _file = file;
    }

    /// <summary>Other sources of the same file.</summary>
    private string[] MoreSources { get; init; } = [];

    /// <summary>Starts both nodes and waits until they serve.</summary>
    /// <param name="program">Path of cjp2p.dll, or of the executable beside it.</param>
    /// <param name="file">What is shared.</param>
    /// <param name="cancel">Ends waiting.</param>
    /// <param name="at">Where the source is; null: on loopback.</param>
    /// <param name="nodeAt">Where the node is; null: on loopback.</param>
    /// <param name="moreSources">Other sources of the same file.</param>
    public static async Task<RunningNodePair> StartAsync(
        string program, TestFile file, CancellationToken cancel, Place? at = null, Place? nodeAt = null, params string[] moreSources)
    {
        var (source, address) = await ProgramPair.StartSourceAsync(program, file, [], cancel, at);
        nodeAt ??= Place.Loopback;
        Process? node = null;
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(file.Folder, "node-" + source.Id)).FullName;
            var data = Path.Combine(folder, "data");
            node = MeasuredProcess.StartServer(nodeAt.Wrap(ProgramPair.Command(
                program,
                [
                    "run", "--json", "--listen", nodeAt.Host + ":0", "--http", "127.0.0.1:0", "--data", data, "--share",
                    Directory.CreateDirectory(Path.Combine(folder, "shared")).FullName, "--set", "http.token=" + Token,
                ])));
            using var listening = JsonDocument.Parse(await MeasuredProcess.ReadLineAsync(node, cancel));
            // What it logs is not looked at, but has to go somewhere.
            _ = node.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var http = nodeAt.NewHttpClient(listening.RootElement.GetProperty("http").GetString()!, Token);
            return new RunningNodePair(source, node, http, address, file) { MoreSources = moreSources };
        }
        catch
        {
            await MeasuredProcess.EndAsync(source);
            if (node is not null)
                await MeasuredProcess.EndAsync(node);
            throw;
        }
    }

    // Of a node that lives for seconds, on loopback, and shares nothing.
    private const string Token = "only-for-this-measurement";

    /// <inheritdoc/>
    public async Task<TransferRun> FetchAsync(string target, CancellationToken cancel)
    {
        var isCold = !_wasUsed;
        _wasUsed = true;
        var sourceBefore = MeasuredProcess.UsageOf(_source);
        var nodeBefore = MeasuredProcess.UsageOf(_node);
        using var started = await _http.PostAsJsonAsync(
            "/api/downloads", new { id = _file.Sha256, path = target, peers = (string[])[_address, .. MoreSources] }, cancel);
        if (!started.IsSuccessStatusCode)
            throw new TransferException("The node refuses: " + await started.Content.ReadAsStringAsync(cancel));
        while (true)
        {
            using var answer = JsonDocument.Parse(
                await _http.GetByteArrayAsync($"/api/downloads/{_file.Sha256}?waitMs=30000", cancel));
            if (!answer.RootElement.TryGetProperty("ended", out var ended) || ended.ValueKind != JsonValueKind.Object)
                continue;
            if (!ended.GetProperty("isFinished").GetBoolean())
                throw new TransferException("The node gave up: " + ended.GetProperty("reason").GetString());
            var source = MeasuredProcess.UsageOf(_source);
            var node = MeasuredProcess.UsageOf(_node);
            return new TransferRun(
                isCold, _file.LengthBytes, source.Processor - sourceBefore.Processor, node.Processor - nodeBefore.Processor,
                source.PeakBytes, node.PeakBytes)
            {
                Wall = TimeSpan.FromSeconds(ended.GetProperty("seconds").GetDouble()),
                FetchedBytes = ended.GetProperty("fetchedBytes").GetInt64(),
            };
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await MeasuredProcess.EndAsync(_node);
        await MeasuredProcess.EndAsync(_source);
    }
}
