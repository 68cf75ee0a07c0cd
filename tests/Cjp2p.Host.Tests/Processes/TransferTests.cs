using System.Text.Json;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>The main job on real input: separate processes, real sockets, real files, verified.</summary>
public sealed class TransferTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly TemporaryFolder _folder = new();
    private int _nodes;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_of_all_sizes_arrive_verified()
    {
        List<long> sizes = [0, 1, 4095, 4096, 4097, 65_537];
        var most = Environment.GetEnvironmentVariable("CJP2P_LARGE_TESTS") == "1" ? 1024 : 256;
        for (long mebibytes = 1; mebibytes <= most; mebibytes *= 2)
            sizes.Add(mebibytes << 20);
        _folder.Folder("shared");
        var ids = sizes.ToDictionary(size => size, size => _folder.File($"shared/{size}", size, seed: (int)(size % 1000)));
        await using var source = await ServeAsync("shared");
        var address = (await source.ListeningAsync()).ToString();

        foreach (var size in sizes)
        {
            var (exitCode, output, errors) = await Cjp2pProcess.RunAsync(
                _folder.Root, "get", ids[size], "--peer", address, "-o", $"got-{size}", "--timeout", "100");
            Assert.True(exitCode == 0, $"{size} bytes: {output}{errors}");
            Assert.Equal(ids[size], _folder.IdOf($"got-{size}"));
            File.Delete(_folder.In($"got-{size}"));
        }

        Assert.Empty(Directory.EnumerateFiles(_folder.Root));
    }

    [Fact]
    public async Task Content_of_four_sources_arrives_though_one_is_killed_and_one_comes_late()
    {
        _folder.Folder("shared");
        var id = _folder.File("shared/content", 24 << 20, seed: 4);
        var slow = new LossyRelayOptions { BytesPerSecond = 3_000_000 };
        await using var first = await ServeAsync("shared");
        await using var second = await ServeAsync("shared");
        await using var killed = await ServeAsync("shared");
        await using var viaFirst = Relay(await first.ListeningAsync(), slow);
        await using var viaSecond = Relay(await second.ListeningAsync(), slow);
        await using var viaKilled = Relay(await killed.ListeningAsync(), slow);
        // Its port is known before it runs.
        var lateAddress = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, FreePort());
        await using var viaLate = Relay(lateAddress, slow);

        await using var get = Cjp2pProcess.Start(
            _folder.Root, "get", id, "-o", "got", "--timeout", "100", "--json",
            "--peer", $"{viaFirst.Address}", "--peer", $"{viaSecond.Address}",
            "--peer", $"{viaKilled.Address}", "--peer", $"{viaLate.Address}");
        await Until.TrueAsync(() => viaKilled.ClientCounters.Forwarded > 200, Patience);
        killed.Kill();
        await using var late = await ServeAsync("shared", $"{lateAddress}");
        await Until.TrueAsync(() => viaLate.ClientCounters.Forwarded > 100 || get.HasExited, Patience);

        Assert.True(await get.ExitAsync() == 0, get.Output + get.Errors);
        Assert.Equal(id, _folder.IdOf("got"));
        Assert.True(viaLate.ClientCounters.Forwarded > 100, "the late source gave nothing");
    }

    [Fact]
    public async Task Node_that_knows_only_a_fetcher_learns_from_it_who_has_the_content()
    {
        _folder.Folder("shared");
        var id = _folder.File("shared/content", 8 << 20, seed: 5);
        await using var third = await ServeAsync("shared");
        await using var relay = Relay(await third.ListeningAsync(), new LossyRelayOptions { BytesPerSecond = 1_000_000 });
        var port = FreePort();
        await using var fetcher = Cjp2pProcess.Start(
            _folder.Root, "get", id, "-o", "first", "--peer", $"{relay.Address}", "--listen", $"127.0.0.1:{port}");
        await Until.TrueAsync(() => relay.ClientCounters.Forwarded > 50, Patience);
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 2_000_000 });

        var (exitCode, output, errors) = await Cjp2pProcess.RunAsync(
            _folder.Root, "get", id, "-o", "second", "--peer", $"127.0.0.1:{port}", "--timeout", "100", "--json");

        Assert.True(exitCode == 0, output + errors);
        Assert.Equal(id, _folder.IdOf("second"));
        Assert.Contains($"{relay.Address}", output, StringComparison.Ordinal);
        Assert.Equal(0, await fetcher.ExitAsync());
    }

    [Fact]
    public async Task Content_arrives_through_a_network_that_loses_doubles_and_reorders()
    {
        _folder.Folder("shared");
        var id = _folder.File("shared/content", 16 << 20, seed: 6);
        await using var source = await ServeAsync("shared");
        await using var relay = Relay(
            await source.ListeningAsync(), new LossyRelayOptions { Loss = 0.05, Duplication = 0.02, Reordering = 0.05 });

        var (exitCode, output, errors) = await Cjp2pProcess.RunAsync(
            _folder.Root, "get", id, "-o", "got", "--peer", $"{relay.Address}", "--timeout", "100");

        Assert.True(exitCode == 0, output + errors);
        Assert.Equal(id, _folder.IdOf("got"));
        Assert.True(relay.ClientCounters.Dropped > 0 && relay.ClientCounters.Duplicated > 0 && relay.ClientCounters.Reordered > 0);
    }

    [Fact]
    public async Task Fetch_that_was_killed_goes_on_where_it_was()
    {
        _folder.Folder("shared");
        const long Bytes = 16 << 20;
        var id = _folder.File("shared/content", Bytes, seed: 7);
        await using var source = await ServeAsync("shared");
        await using var relay = Relay(await source.ListeningAsync(), new LossyRelayOptions { BytesPerSecond = 6_000_000 });
        string[] get =
        [
            "get", id, "-o", "got", "--peer", $"{relay.Address}", "--timeout", "100", "--json", "--set", "downloads.save-every=100ms",
        ];
        await using (var killed = Cjp2pProcess.Start(_folder.Root, get))
        {
            await Until.TrueAsync(() => relay.ClientCounters.Forwarded > 1500, Patience);
            killed.Kill();
            await killed.ExitAsync();
        }

        Assert.False(File.Exists(_folder.In("got")));
        relay.SetBoth(LossyRelayOptions.Clean);
        var (exitCode, output, errors) = await Cjp2pProcess.RunAsync(_folder.Root, get);

        Assert.True(exitCode == 0, output + errors);
        Assert.Equal(id, _folder.IdOf("got"));
        var fetched = JsonDocument.Parse(output).RootElement.GetProperty("fetchedBytes").GetInt64();
        Assert.InRange(fetched, 1, Bytes * 9 / 10);
        Assert.Equal([_folder.In("got")], Directory.EnumerateFiles(_folder.Root));
    }

    private static LossyRelay Relay(System.Net.IPEndPoint upstream, LossyRelayOptions options)
    {
        var relay = new LossyRelay(upstream);
        relay.SetBoth(options);
        return relay;
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }

    private async Task<Cjp2pProcess> ServeAsync(string folder, string listen = "127.0.0.1:0")
    {
        var data = _folder.Folder($"data/{++_nodes}");
        var process = Cjp2pProcess.Start(
            _folder.Root, "run", "--listen", listen, "--share", folder, "--data", data, "--no-http");
        await process.PrintedAsync("Sharing ");
        return process;
    }
}
