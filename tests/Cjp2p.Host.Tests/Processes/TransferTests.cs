using System.Text.Json;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>The main job on real input: separate processes, real sockets, real files, verified.</summary>
public sealed class TransferTests : IDisposable
{
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
            var outcome = await Cjp2pProcess.RunAsync(
                _folder.Root, "get", ids[size], "--peer", address, "-o", $"got-{size}", "--timeout", "80");
            Assert.True(outcome.ExitCode == 0, $"{size} bytes: {outcome}");
            Assert.Equal(ids[size], _folder.IdOf($"got-{size}"));
            File.Delete(_folder.In($"got-{size}"));
        }

        Assert.Empty(Directory.EnumerateFiles(_folder.Root));
    }

    [Fact]
    public async Task Content_of_four_sources_arrives_though_one_is_killed_and_one_comes_late()
    {
        _folder.Folder("shared");
        var id = _folder.File("shared/content", 32 << 20, seed: 4);
        var slow = new LossyRelayOptions { BytesPerSecond = 3_000_000 };
        await using var first = await ServeAsync("shared");
        await using var second = await ServeAsync("shared");
        await using var killed = await ServeAsync("shared");
        await using var viaFirst = Relay(await first.ListeningAsync(), slow);
        await using var viaSecond = Relay(await second.ListeningAsync(), slow);
        await using var viaKilled = Relay(await killed.ListeningAsync(), slow);
        // Its port is known before it runs.
        var lateAddress = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, FreePort.Udp());
        await using var viaLate = Relay(lateAddress, slow);

        await using var get = Cjp2pProcess.Start(
            _folder.Root, "get", id, "-o", "got", "--timeout", "80", "--json",
            "--peer", $"{viaFirst.Address}", "--peer", $"{viaSecond.Address}",
            "--peer", $"{viaKilled.Address}", "--peer", $"{viaLate.Address}");
        await Until.TrueAsync(() => viaKilled.ClientCounters.Forwarded > 200, Cjp2pProcess.Bound);
        killed.Kill();
        // However long a process takes to start, there is something left for it.
        viaFirst.SetBoth(new LossyRelayOptions { BytesPerSecond = 200_000 });
        viaSecond.SetBoth(new LossyRelayOptions { BytesPerSecond = 200_000 });
        await using var late = await ServeAsync("shared", $"{lateAddress}");
        await Until.TrueAsync(() => viaLate.ClientCounters.Forwarded > 100 || !get.IsRunning, Cjp2pProcess.Bound);
        viaFirst.SetBoth(slow);
        viaSecond.SetBoth(slow);

        var outcome = await get.WaitForExitAsync();
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.IdOf("got"));
        Assert.True(viaLate.ClientCounters.Forwarded > 100, "the late source gave nothing");
    }

    [Fact]
    public async Task Two_nodes_that_know_only_a_fetcher_learn_from_it_who_has_the_content()
    {
        _folder.Folder("shared");
        var id = _folder.File("shared/content", 8 << 20, seed: 5);
        await using var third = await ServeAsync("shared");
        // The fetcher, which has nothing to give before it has all, is at it until long after both have found the third.
        await using var relay = Relay(await third.ListeningAsync(), new LossyRelayOptions { BytesPerSecond = 100_000 });
        var port = FreePort.Udp();
        await using var fetcher = Cjp2pProcess.Start(
            _folder.Root, "get", id, "-o", "first", "--peer", $"{relay.Address}", "--listen", $"127.0.0.1:{port}",
            "--set", "limits.download=768KiB");
        await Until.TrueAsync(() => relay.ClientCounters.Forwarded > 10, Cjp2pProcess.Bound);

        string[] names = ["second", "third"];
        // Without hearsay no address out of a list of peers is ever tried: it is MaybeTheyHaveSome that brings it here.
        var gets = names.Select(name => Cjp2pProcess.RunAsync(
            _folder.Root, "get", id, "-o", name, "--peer", $"127.0.0.1:{port}", "--timeout", "80", "--json",
            "--set", "peers.hearsay-max=0")).ToArray();
        await Until.TrueAsync(() => relay.Clients == 3 || gets.Any(get => get.IsCompleted), Cjp2pProcess.Bound);
        relay.SetBoth(LossyRelayOptions.Clean);

        foreach (var (name, outcome) in names.Zip(await Task.WhenAll(gets)))
        {
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
            Assert.Equal(id, _folder.IdOf(name));
            // Nobody named it to this one but the fetcher.
            using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
            Assert.Contains(
                $"{relay.Address}", report.RootElement.GetProperty("sources").EnumerateArray().Select(source => source.GetString()));
        }

        Assert.Equal(0, (await fetcher.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Content_arrives_through_a_network_that_loses_doubles_and_reorders()
    {
        _folder.Folder("shared");
        var id = _folder.File("shared/content", 16 << 20, seed: 6);
        await using var source = await ServeAsync("shared");
        await using var relay = Relay(
            await source.ListeningAsync(), new LossyRelayOptions { Loss = 0.05, Duplication = 0.02, Reordering = 0.05 });

        var outcome = await Cjp2pProcess.RunAsync(
            _folder.Root, "get", id, "-o", "got", "--peer", $"{relay.Address}", "--timeout", "80");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.IdOf("got"));
        Assert.True(relay.ClientCounters.Dropped > 0 && relay.ClientCounters.Duplicated > 0 && relay.ClientCounters.Reordered > 0);
    }

    private static LossyRelay Relay(System.Net.IPEndPoint upstream, LossyRelayOptions options)
    {
        var relay = new LossyRelay(upstream);
        relay.SetBoth(options);
        return relay;
    }

    private async Task<Cjp2pProcess> ServeAsync(string folder, string listen = "127.0.0.1:0")
    {
        var data = _folder.Folder($"data/{++_nodes}");
        var process = Cjp2pProcess.Start(
            _folder.Root, "run", "--listen", listen, "--share", folder, "--data", data, "--no-http");
        await process.WaitForErrorAsync(line => line.Contains("Sharing ", StringComparison.Ordinal));
        return process;
    }
}
