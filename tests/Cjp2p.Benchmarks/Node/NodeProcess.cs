using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Cjp2p.Actors.Protocol;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Node;

/// <summary><c>cjp2p run</c> on loopback, in a folder of its own that goes with it. Linux only.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    // Of a node that lives for seconds and that nobody else reaches.
    private const string Token = "only-for-this-measurement";
    private readonly string _folder;

    private NodeProcess(Process process, string folder, PeerAddress address, HttpClient? http)
    {
        Process = process;
        _folder = folder;
        Address = address;
        Http = http;
    }

    /// <summary>The process.</summary>
    public Process Process { get; }

    /// <summary>Where it listens.</summary>
    public PeerAddress Address { get; }

    /// <summary>Talks to its API; null: it has none.</summary>
    public HttpClient? Http { get; }

    /// <summary>Memory that it has in use now.</summary>
    public long MemoryBytes
    {
        get
        {
            const string Key = "VmRSS:";
            var line = File.ReadLines($"/proc/{Process.Id}/status").First(line => line.StartsWith(Key, StringComparison.Ordinal));
            return long.Parse(line.AsSpan(Key.Length).TrimEnd("kB "), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="program">Path of the executable.</param>
    /// <param name="parent">Where its folder is made.</param>
    /// <param name="withHttp">Whether it has an API.</param>
    /// <param name="core">The only processor that it may run on; null: all.</param>
    /// <param name="arguments">More arguments of <c>run</c>.</param>
    /// <param name="cancel">Ends waiting.</param>
    public static async Task<NodeProcess> StartAsync(
        string program, string parent, bool withHttp, int? core, string[] arguments, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("cjp2p-bench-").FullName;
        if (parent != Path.GetTempPath())
        {
            Directory.Delete(folder);
            folder = Directory.CreateDirectory(Path.Combine(parent, Path.GetFileName(folder))).FullName;
        }

        string[] all =
        [
            "run", "--json", "--listen", "127.0.0.1:0", "--data", Path.Combine(folder, "data"),
            .. withHttp ? (string[])["--http", "127.0.0.1:0", "--set", "http.token=" + Token] : ["--no-http"],
            .. arguments.Contains("--share") ? (string[])[] : ["--share", Directory.CreateDirectory(Path.Combine(folder, "shared")).FullName],
            .. arguments,
        ];
        var process = MeasuredProcess.StartServer(core is { } only
            ? MeasuredProcess.Command("taskset", ["--cpu-list", only.ToString(CultureInfo.InvariantCulture), program, .. all])
            : MeasuredProcess.Command(program, all));
        try
        {
            using var listening = JsonDocument.Parse(await MeasuredProcess.ReadLineAsync(process, cancel));
            // What else it prints is not looked at, but has to go somewhere.
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            if (!PeerAddress.TryParse(listening.RootElement.GetProperty("udp")[0].GetString()!, out var address))
                throw new TransferException("The node does not say where it listens.");
            return new NodeProcess(
                process, folder, address,
                withHttp ? Client(listening.RootElement.GetProperty("http").GetString()!) : null);
        }
        catch
        {
            await MeasuredProcess.EndAsync(process);
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await MeasuredProcess.EndAsync(Process);
        Directory.Delete(_folder, recursive: true);
    }

    private static HttpClient Client(string address)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 8 })
        {
            BaseAddress = new Uri("http://" + address),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return http;
    }
}
