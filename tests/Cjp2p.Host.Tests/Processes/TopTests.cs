using System.Net;
using System.Net.Sockets;
using System.Text;
using Cjp2p.Host.Tests.Http;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>The full-screen view in a terminal, with a node behind it.</summary>
public sealed class TopTests : IDisposable
{
    private const int Width = 100;
    private const int Height = 30;
    private static readonly string[] Nobody = ["127.0.0.1:9"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TmuxFact]
    public async Task It_shows_the_node_and_lets_the_user_drill_down_and_leave()
    {
        _folder.Folder("shared");
        _folder.Text("shared/hello.txt", "hello\n");
        await using var node = await ApiProcess.StartAsync(_folder);
        await StatusClient.SharesAsync(node.Node, 1);
        // Nobody is there yet and nothing is fetched: each page says so.
        await using var screen = await TmuxScreen.StartAsync(_folder.Root, Width, Height, "top");
        await screen.UntilAsync(text => text.Contains("Downloads (0)", StringComparison.Ordinal) && text.Contains("0 peers, 0 hearsay", StringComparison.Ordinal));
        await screen.PressAsync("2");
        await screen.UntilAsync("nothing is being downloaded");
        await screen.PressAsync("Enter", "4");
        await screen.UntilAsync("no peer is known");
        await screen.PressAsync("1");
        await Cjp2pProcess.RunAsync(_folder.Root, "ping", node.Node.Udp, "-c", "2");
        // One that nobody has, to be seen among the downloads.
        var id = new string('a', 64);
        await node.ActAsync("POST", "/api/downloads", new { id, path = _folder.In("never"), peers = Nobody });

        var overview = await screen.UntilAsync("aaaaaaaaaaa");
        Assert.Contains("answered", overview, StringComparison.Ordinal);
        Assert.Contains("1 peer,", overview, StringComparison.Ordinal);
        Assert.Contains("sharing 1 file, 6 B", overview, StringComparison.Ordinal);
        Assert.Contains("Busiest actors", overview, StringComparison.Ordinal);
        Assert.Contains("Slowest peers", overview, StringComparison.Ordinal);
        Assert.All(overview.Split('\n'), line => Assert.InRange(line.Length, 0, Width));

        await screen.PressAsync("4");
        await screen.UntilAsync(text => text.Contains("1 peers, the slowest first", StringComparison.Ordinal) && text.Contains("heard", StringComparison.Ordinal));
        await screen.PressAsync("3");
        await screen.UntilAsync("actors, the busiest first");
        await screen.PressAsync("2");
        await screen.UntilAsync("1 downloads, by id");
        await screen.PressAsync("Enter");
        var download = await screen.UntilAsync("targetPath: ");
        Assert.Contains("DownloadActor", download, StringComparison.Ordinal);
        Assert.Contains("phase: Searching", download, StringComparison.Ordinal);
        await screen.PressAsync("Escape");
        await screen.UntilAsync("1 downloads, by id");
        // Tab to the actors and the last of them, into it, down and back, and on to the peers and into one of those.
        await screen.PressAsync("Tab");
        await screen.UntilAsync("actors, the busiest first");
        await screen.PressAsync("End", "Enter");
        var actor = await screen.UntilAsync("state:");
        await screen.PressAsync("PageDown");
        await screen.UntilAsync(text => text != actor && !text.Contains("actors, the busiest first", StringComparison.Ordinal));
        await screen.PressAsync("Left");
        await screen.UntilAsync("actors, the busiest first");
        await screen.PressAsync("Tab", "Right");
        await screen.UntilAsync(text => text.Contains("PeerActor", StringComparison.Ordinal) || text.Contains("has no actor", StringComparison.Ordinal));
        await screen.PressAsync("q");
        await screen.UntilAsync("ended with 0");
    }

    [TmuxFact]
    public async Task What_strangers_say_moves_no_cursor_in_a_live_tap()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        await using var screen = await TmuxScreen.StartAsync(_folder.Root, Width, Height, "tap", "--direction", "in");
        var hostile = Encoding.UTF8.GetBytes("[\"\u001b[2J\u001b[31m\u202e<img>\"]");
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var seen = await Until.AnswerAsync(
            async () =>
            {
                await socket.SendAsync(hostile, node.Node.EndPoint);
                return await screen.ReadAsync();
            },
            text => text.Split('\n').Count(line => line.Contains("<img", StringComparison.Ordinal)) >= 2,
            Cjp2pProcess.Bound);
        // The screen was not cleared in between: both lines are there, with the codes as text.
        Assert.Contains("\\u001b[2J\\u001b[31m\\u202e<img>", seen, StringComparison.Ordinal);
    }

    [TmuxFact]
    public async Task Where_no_node_runs_it_says_so()
    {
        await using var screen = await TmuxScreen.StartAsync(_folder.Root, Width, Height, "top");
        var end = await screen.UntilAsync("ended with 1");
        Assert.Contains("cjp2p top: no node runs here", end, StringComparison.Ordinal);
    }
}
