using System.Globalization;
using System.Net;
using System.Text.Json;
using Cjp2p.TestPeers;
using Microsoft.Data.Sqlite;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>
/// Processes that are killed (SIGKILL) at random moments, again and again: nothing that was fetched is fetched again, and
/// nothing is left behind. CJP2P_KILLS=100 kills a hundred times; a failure names the seed.
/// </summary>
public sealed class KillTests : IAsyncLifetime, IDisposable
{
    private const int SpanBytes = 256 * 1024;

    private static readonly int Kills =
        int.Parse(Environment.GetEnvironmentVariable("CJP2P_KILLS") ?? "8", CultureInfo.InvariantCulture);

    // Two spans for each kill, so that there is something left to be fetched when the last one comes.
    private static readonly long Bytes = Math.Max(24 << 20, Kills * 2L * SpanBytes);

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(Kills);
    private Cjp2pProcess _source = null!;
    private LossyRelay _relay = null!;
    private string _id = "";

    public async Task InitializeAsync()
    {
        _id = _folder.File("content", Bytes, seed: 7);
        _source = Cjp2pProcess.Start(_folder.Root, "share", "content", "--listen", "127.0.0.1:0");
        await _source.WaitForErrorAsync(line => line.StartsWith("sharing 1 file", StringComparison.Ordinal));
        _relay = new LossyRelay(await _source.ListeningAsync());
    }

    public async Task DisposeAsync()
    {
        await _relay.DisposeAsync();
        await _source.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Get_that_is_killed_at_random_moments_goes_on_where_it_was()
    {
        var before = new HashSet<int>();
        var midway = 0;
        for (var kill = 1; kill <= Kills; kill++)
        {
            _relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 4_000_000 + _random.Next(8_000_000) });
            var asked = _relay.ClientCounters.Forwarded;
            await using var get = Start();
            // Some spans further than the last time, or none.
            var target = before.Count + _random.Next(0, 2 * (int)(Bytes / SpanBytes) / (Kills + 2) + 1);
            await Until.TrueAsync(
                () => !get.IsRunning || (_relay.ClientCounters.Forwarded > asked && Marked("got").Count >= target), Cjp2pProcess.Bound);
            get.Kill();
            var killed = await get.WaitForExitAsync();
            if (File.Exists(_folder.In("got")))
                break;
            Assert.True(killed.ExitCode == 137, $"kill {kill}: it ended by itself: {killed}");
            midway++;
            var marked = Marked("got");
            Assert.True(marked.IsSupersetOf(before), $"kill {kill}: spans were lost");
            before = marked;
            Assert.Empty(Strays("got"));
        }

        Assert.InRange(midway, Kills / 2, Kills);
        Assert.NotEmpty(before);
        _relay.SetBoth(LossyRelayOptions.Clean);
        // Patient, so that a busy machine is not asked for a whole window a second time.
        var outcome = await Cjp2pProcess.RunAsync(
            _folder.Root, "get", _id, "--peer", $"{_relay.Address}", "-o", "got", "--json",
            "--set", "downloads.timeout-min=2s", "--set", "downloads.window-max=32");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(_id, _folder.IdOf("got"));
        Assert.Equal([_folder.In("content"), _folder.In("got")], Directory.EnumerateFiles(_folder.Root).Order());
        using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
        // All that was there is not fetched again; a probe and a few duplicates are.
        Assert.InRange(
            report.RootElement.GetProperty("fetchedBytes").GetInt64(), 0, Bytes - (long)before.Count * SpanBytes + SpanBytes);
    }

    [Fact]
    public async Task Node_that_is_killed_while_it_indexes_serves_and_stops_has_its_database_and_all_files_and_who_fetches_from_it_gets_them()
    {
        _folder.Folder("many");
        for (var i = 1; i < 60; i++)
            _folder.File($"many/{i}", 400_000, seed: i);
        var large = _folder.File("many/large", Bytes, seed: 0);
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Udp());
        // One that fetches from the beginning to the end, so slowly that it cannot be done before.
        await using var relay = new LossyRelay(address);
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 300_000 });
        await using var get = Cjp2pProcess.Start(_folder.Root, "get", large, "--peer", $"{relay.Address}", "-o", "large", "--json");
        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var node = StartNode(address);
            var moment = kill % 3;
            await node.ListeningAsync();
            if (moment > 0)
            {
                var served = relay.ClientCounters.ForwardedBytes;
                await node.WaitForErrorAsync(line => line.Contains("Sharing 60 files", StringComparison.Ordinal));
                await Until.TrueAsync(() => relay.ClientCounters.ForwardedBytes > served + SpanBytes / 8, Cjp2pProcess.Bound);
            }

            if (moment > 1)
                node.Terminate();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1 + _random.Next(150)));
            await timer.WaitForNextTickAsync();
            node.Kill();
            await node.WaitForExitAsync();
            Assert.Equal("ok", Ask("PRAGMA integrity_check"));
            Assert.DoesNotContain(node.Error, line => line.Contains("set aside", StringComparison.Ordinal));
            Assert.True(get.IsRunning, $"kill {kill}: {get}");
        }

        await using var last = StartNode(address);
        await last.WaitForErrorAsync(line => line.Contains("Sharing 60 files", StringComparison.Ordinal));
        relay.SetBoth(LossyRelayOptions.Clean);
        var outcome = await get.WaitForExitAsync();
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(large, _folder.IdOf("large"));
        last.Terminate();
        Assert.Equal(0, (await last.WaitForExitAsync()).ExitCode);
        Assert.Equal("60", Ask("SELECT COUNT(*) FROM file"));
        Assert.Equal(
            ["node.db", "node.lock"],
            Directory.EnumerateFiles(_folder.In("data")).Select(Path.GetFileName).Where(name => !name!.Contains("node.db-", StringComparison.Ordinal)).Order());
    }

    private Cjp2pProcess StartNode(IPEndPoint address) => Cjp2pProcess.Start(
        _folder.Root, "run", "--listen", $"{address}", "--no-http", "--share", "many", "--data", "data", "--plain",
        "--set", "storage.write-after=5ms");

    private Cjp2pProcess Start() =>
        Cjp2pProcess.Start(_folder.Root, "get", _id, "--peer", $"{_relay.Address}", "-o", "got");

    // Spans that have a mark: docs/operating.md, 16 bytes each behind a header of 64.
    private HashSet<int> Marked(string name)
    {
        var path = _folder.In($"{name}.cjp2p-part.cjp2p-map");
        if (!File.Exists(path))
            return [];
        var marks = File.ReadAllBytes(path);
        return
        [
            .. Enumerable.Range(0, Math.Max(0, (marks.Length - 64) / 16))
                .Where(span => marks.AsSpan(64 + span * 16, 16).ContainsAnyExcept((byte)0)),
        ];
    }

    private IEnumerable<string?> Strays(string name) => Directory.EnumerateFiles(_folder.Root).Select(Path.GetFileName)
        .Where(file => file != "content" && file != $"{name}.cjp2p-part" && file != $"{name}.cjp2p-part.cjp2p-map");

    private string? Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.In("data", "node.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }
}
