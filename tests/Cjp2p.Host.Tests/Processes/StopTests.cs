using System.Net.Sockets;
using Cjp2p.Host.Tests.Http;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A node that is stopped in the midst of much.</summary>
public sealed class StopTests : IDisposable
{
    // What docs/operating.md promises, whatever goes on.
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task With_many_downloads_running_and_a_folder_being_hashed_it_ends_in_order_and_goes_on_later()
    {
        var id = _folder.File("content", 24 << 20, seed: 1);
        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "content", "--listen", "127.0.0.1:0");
        await source.WaitForErrorAsync(line => line.StartsWith("sharing 1 file", StringComparison.Ordinal));
        await using var relay = new LossyRelay(await source.ListeningAsync());
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 2_000_000 });
        _folder.Folder("shared");
        for (var i = 0; i < 20; i++)
            _folder.File($"shared/{i}", 8 << 20, seed: i);
        await using (var node = await ApiProcess.StartAsync(_folder, "--peer", $"{relay.Address}"))
        {
            await FetchAsync(node, id, "got");
            for (var i = 0; i < 60; i++)
                await FetchAsync(node, $"{i:x64}", $"never-{i}");
            await Until.TrueAsync(
                () => File.Exists(_folder.In("got.cjp2p-part")) && new FileInfo(_folder.In("got.cjp2p-part")).Length > 1 << 20, Cjp2pProcess.Bound);
            node.Process.Terminate();
            var outcome = await node.Process.WaitForExitAsync(StopMax);
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
            Assert.DoesNotContain(outcome.Error, line => line.Contains("do not stop", StringComparison.Ordinal));
        }

        relay.SetBoth(LossyRelayOptions.Clean);
        await using var again = await ApiProcess.StartAsync(_folder, "--peer", $"{relay.Address}");
        await Until.TrueAsync(() => File.Exists(_folder.In("got")), Cjp2pProcess.Bound);
        Assert.Equal(id, _folder.IdOf("got"));
        var downloads = await again.GetAsync("/api/downloads");
        Assert.Equal(60, downloads.GetProperty("running").GetArrayLength());
    }

    // Who reads a stream, and who has sent half a request, are no reason to end out of order.
    [Fact]
    public async Task With_open_streams_and_half_a_request_it_ends_in_order()
    {
        var id = _folder.File("content", 8 << 20, seed: 1);
        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "content", "--listen", "127.0.0.1:0");
        await source.WaitForErrorAsync(line => line.StartsWith("sharing 1 file", StringComparison.Ordinal));
        await using var relay = new LossyRelay(await source.ListeningAsync());
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 1_000_000 });
        await using var node = await ApiProcess.StartAsync(_folder, "--peer", $"{relay.Address}");
        await FetchAsync(node, id, "got");
        await Until.TrueAsync(() => File.Exists(_folder.In("got.cjp2p-part")), Cjp2pProcess.Bound);
        using var end = new CancellationTokenSource();
        var tap = (await node.StreamAsync("/api/tap?actors=true", end.Token)).GetAsyncEnumerator();
        Assert.True(await tap.MoveNextAsync());
        var watch = await node.StreamAsync("/api/watch?path=/downloads&field=started", end.Token);
        using var half = new TcpClient();
        await half.ConnectAsync(System.Net.IPEndPoint.Parse(node.Node.Http.Authority));
        await half.GetStream().WriteAsync("GET /api/status HTTP/1.1\r\nHost: 127"u8.ToArray());
        node.Process.Terminate();
        var outcome = await node.Process.WaitForExitAsync(StopMax);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.DoesNotContain(outcome.Error, line => line.Contains("does not end in order", StringComparison.Ordinal));
        // What an orderly end leaves: the state is in one file.
        Assert.False(File.Exists(_folder.In("data", "node.db-wal")));
        GC.KeepAlive(watch);
    }

    private async Task FetchAsync(ApiProcess node, string id, string path)
    {
        var (code, body) = await node.ActAsync("POST", "/api/downloads", new { id, path = _folder.In(path) });
        Assert.True(code == 202, body);
    }
}
