using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>Downloads from several processes, some of which come and go.</summary>
public sealed class SourcesTests : IDisposable
{
    private const long SizeBytes = 64 * 1024 * 1024;
    private const long MidwayBytes = 1024 * 1024;

    private readonly TestFolder _folder = new();
    private int _nodes;

    // A small flight, so that the transfer lasts long enough for what happens to it.
    private static readonly string[] Slowly = ["--set", "downloads.flight-max=4"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Four_sources_of_which_one_is_killed_and_one_comes_late()
    {
        _folder.Folder("shared");
        var id = _folder.File("shared/content", SizeBytes);
        var late = FreePort();
        var (killed, killedNode) = await SourceAsync();
        await using var _ = killed;
        var (second, secondNode) = await SourceAsync();
        await using var __ = second;
        var (third, thirdNode) = await SourceAsync();
        await using var ___ = third;
        await using var get = Cjp2pProcess.Start(
            _folder.Path,
            [
                "get", id, "-o", "got", "--json", "--peer", killedNode.Udp, "--peer", secondNode.Udp, "--peer", thirdNode.Udp,
                "--peer", $"127.0.0.1:{late}", .. Slowly,
            ]);

        // Midway the first one dies, and the next two stand still until the late one has done its share.
        await Eventually.ThatAsync(() => StatusClient.BytesOutAsync(killedNode), bytes => bytes > MidwayBytes);
        killed.Kill();
        await Eventually.ThatAsync(() => StatusClient.BytesOutAsync(secondNode), bytes => bytes > 0);
        await Eventually.ThatAsync(() => StatusClient.BytesOutAsync(thirdNode), bytes => bytes > 0);
        second.Freeze();
        third.Freeze();
        await using var fourth = Cjp2pProcess.Start(
            _folder.Path, "run", "--listen", $"127.0.0.1:{late}", "--http", "127.0.0.1:0", "--json", "--data", "data-late");
        var fourthNode = await NodeOfAsync(fourth);
        await Eventually.ThatAsync(() => StatusClient.BytesOutAsync(fourthNode), bytes => bytes > MidwayBytes);
        Assert.True(get.IsRunning, get.ToString());
        second.Thaw();
        third.Thaw();
        var outcome = await get.WaitForExitAsync();

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.HashOf("got"));
        using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
        var sources = report.RootElement.GetProperty("sources").EnumerateArray().Select(one => one.GetString()!).ToArray();
        Assert.Superset(
            new HashSet<string> { killedNode.Udp, secondNode.Udp, thirdNode.Udp, fourthNode.Udp }, sources.ToHashSet());
    }

    [Fact]
    public async Task A_third_node_is_found_by_MaybeTheyHaveSome_alone()
    {
        _folder.Folder("shared");
        _folder.Folder("empty");
        var id = _folder.File("shared/content", MidwayBytes);
        var (origin, originNode) = await SourceAsync();
        await using var _ = origin;
        var (middle, middleNode) = await Cjp2pProcess.StartNodeAsync(_folder.Path, "--share", "empty", "--data", "data-middle");
        await using var __ = middle;
        // Somebody at this port asks the one in the middle too, which so learns that the content may be there later.
        var port = FreePort();
        var first = await Cjp2pProcess.RunAsync(
            _folder.Path, "get", id, "--listen", $"127.0.0.1:{port}", "--peer", originNode.Udp, "--peer", middleNode.Udp);
        Assert.True(first.ExitCode == 0, first.ToString());
        origin.Kill();
        await using var third = Cjp2pProcess.Start(
            _folder.Path, "share", id, "--listen", $"127.0.0.1:{port}");
        await third.WaitForErrorAsync(line => line.StartsWith("sharing 1 file", StringComparison.Ordinal));

        // Without hearsay no address out of a list of peers is ever tried.
        var outcome = await Cjp2pProcess.RunAsync(
            _folder.Path, "get", id, "--peer", middleNode.Udp, "-o", "got", "--json", "--set", "peers.hearsay-max=0");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.HashOf("got"));
        using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
        Assert.Equal(
            [$"127.0.0.1:{port}"], report.RootElement.GetProperty("sources").EnumerateArray().Select(one => one.GetString()));
    }

    private async Task<(Cjp2pProcess Process, RunningNode Node)> SourceAsync()
    {
        var (process, node) = await Cjp2pProcess.StartNodeAsync(_folder.Path, "--data", $"data{++_nodes}");
        await StatusClient.SharesAsync(node, 1);
        return (process, node);
    }

    private static async Task<RunningNode> NodeOfAsync(Cjp2pProcess process)
    {
        using var listening = JsonDocument.Parse(await process.WaitForOutputAsync(text => text.StartsWith('{')));
        return new RunningNode(
            listening.RootElement.GetProperty("udp")[0].GetString()!,
            new Uri("http://" + listening.RootElement.GetProperty("http").GetString()));
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
