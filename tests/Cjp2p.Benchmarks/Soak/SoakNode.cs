using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Soak;

/// <summary><c>cjp2p run</c> as a process of its own in a folder of its own, and a client of its HTTP API.</summary>
internal sealed class SoakNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _program;
    private readonly string[] _set;
    private readonly int _udpPort;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(90) };
    private Uri _address = new("http://127.0.0.1");
    private Process? _process;
    private string _token = "";
    private int _fetched;

    /// <param name="program">Path of cjp2p.dll, or of the executable.</param>
    /// <param name="folder">Its own folder; made when it is not there.</param>
    /// <param name="set">Settings besides the defaults.</param>
    public SoakNode(string program, string folder, string[] set)
    {
        (_program, Folder, _set) = (program, folder, set);
        Directory.CreateDirectory(SharedFolder);
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        Directory.CreateDirectory(Path.Combine(folder, "got"));
        // A free one, that stays the same over restarts.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _udpPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>What it shares.</summary>
    public string SharedFolder => Path.Combine(Folder, "shared");

    /// <summary>Where it listens.</summary>
    public IPEndPoint Udp => new(IPAddress.Loopback, _udpPort);

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync(CancellationToken cancel, params IPEndPoint[] peers)
    {
        var isAssembly = Path.GetExtension(_program) == ".dll";
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : _program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        string[] arguments =
        [
            "run", "--json", "--listen", Udp.ToString(), "--http", "127.0.0.1:0", "--share", SharedFolder, "--data", Path.Combine(Folder, "data"),
            .. peers.SelectMany(peer => (string[])["--peer", peer.ToString()]), .. _set.SelectMany(setting => (string[])["--set", setting]),
        ];
        if (isAssembly)
            start.ArgumentList.Add(_program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        var log = Path.Combine(Folder, "log.txt");
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
                File.AppendAllText(log, text + "\n");
        };
        _process.BeginErrorReadLine();
        var line = await _process.StandardOutput.ReadLineAsync(cancel).AsTask().WaitAsync(Patience, cancel)
            ?? throw new TransferException($"{Path.GetFileName(Folder)} does not start; see {log}.");
        using var listening = JsonDocument.Parse(line);
        _address = new Uri($"http://{listening.RootElement.GetProperty("http").GetString()}");
        // Its file is written a moment before or after that line.
        var file = Path.Combine(Folder, "data", "node.json");
        for (var i = 0; i < 100; i++)
        {
            if (File.Exists(file))
            {
                using var node = JsonDocument.Parse(await File.ReadAllTextAsync(file, cancel));
                if (node.RootElement.GetProperty("http").GetString() == _address.Authority)
                {
                    _token = node.RootElement.GetProperty("token").GetString()!;
                    return;
                }
            }

            await Pause.ForAsync(TimeSpan.FromMilliseconds(100), cancel);
        }

        throw new TransferException("The node does not write node.json.");
    }

    /// <summary>Ends it in good order; true when it ended by itself.</summary>
    public async Task<bool> StopAsync()
    {
        if (_process is not { } process)
            return true;
        Signals.Terminate(process);
        var isOrderly = true;
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            isOrderly = false;
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        _process = null;
        return isOrderly;
    }

    /// <summary>Ends it without a chance to save anything.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }

    /// <summary>Fetches a content, checks its hash without the node's help, and removes it.</summary>
    /// <returns>Bytes that arrived for it (-1: it failed) and how long it took, as the node says.</returns>
    public async Task<(long Bytes, double Seconds)> FetchAsync(string id, IReadOnlyList<IPEndPoint> peers, CancellationToken cancel)
    {
        var target = Path.Combine(Folder, "got", $"{++_fetched:000000}");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, "/api/downloads"))
        {
            Content = JsonContent.Create(new { id, path = target, peers = peers.Select(peer => peer.ToString()) }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        using var answer = await _client.SendAsync(request, cancel);
        answer.EnsureSuccessStatusCode();
        while (true)
        {
            using var document = await GetAsync($"/api/downloads/{id}?waitMs=10000", cancel);
            if (!document.RootElement.TryGetProperty("ended", out var ended) || ended.ValueKind != JsonValueKind.Object)
                continue;
            if (!ended.GetProperty("isFinished").GetBoolean())
                return (-1, 0);
            using (var file = File.OpenRead(target))
            {
                if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel)) != id)
                    throw new TransferException($"WRONG: {target} is not {id}.");
            }

            File.Delete(target);
            return (ended.GetProperty("fetchedBytes").GetInt64(), ended.GetProperty("seconds").GetDouble());
        }
    }

    /// <summary>Whether it says of itself that it works.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancel)
    {
        using var answer = await _client.GetAsync(new Uri(_address, "/health/ready"), cancel);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>What it uses now: memory of the process, and each table and counter that the node tells of.</summary>
    public async Task<SoakSample> SampleAsync(double minute, CancellationToken cancel)
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines($"/proc/{_process!.Id}/status"))
        {
            var parts = line.Split([':', '\t', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (parts is [("VmRSS" or "VmHWM"), var kibibytes, ..])
                values[parts[0] == "VmRSS" ? SoakSample.Resident : SoakSample.Peak] = double.Parse(kibibytes, CultureInfo.InvariantCulture) / 1024;
            else if (parts is ["Threads", var threads])
                values["process: threads"] = double.Parse(threads, CultureInfo.InvariantCulture);
        }

        values["process: open files"] = Directory.EnumerateFileSystemEntries($"/proc/{_process.Id}/fd").Count();
        values["disk: database MiB"] = Directory.EnumerateFiles(Path.Combine(Folder, "data"), "node.db*").Sum(file => new FileInfo(file).Length) / 1048576.0;
        using (var limits = await GetAsync("/api/limits", cancel))
        {
            foreach (var table in limits.RootElement.EnumerateArray())
                values["table: " + table.GetProperty("key").GetString()] = table.GetProperty("size").GetDouble();
        }

        var metrics = await _client.GetStringAsync(new Uri(_address, "/metrics"), cancel);
        foreach (var line in metrics.Split('\n'))
        {
            var (name, value) = (line.Split('{', ' ')[0], line.LastIndexOf(' '));
            var key = name switch
            {
                "cjp2p_actors" => SoakSample.Actors,
                "cjp2p_actor_restarts_total" => SoakSample.Restarts,
                "cjp2p_actor_failures_total" => SoakSample.Failures,
                "cjp2p_actor_mailbox_messages" => "actors: messages that wait",
                _ => null,
            };
            // A line may end with a time stamp; the value is what follows the braces.
            if (key is null || value < 0)
                continue;
            var text = line[(line.IndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            values[key] = values.GetValueOrDefault(key) + double.Parse(text, CultureInfo.InvariantCulture);
        }

        return new SoakSample(minute, values);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _client.Dispose();
    }

    private async Task<JsonDocument> GetAsync(string path, CancellationToken cancel)
    {
        using var answer = await _client.GetAsync(new Uri(_address, path), cancel);
        answer.EnsureSuccessStatusCode();
        return await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancel), default, cancel);
    }
}
