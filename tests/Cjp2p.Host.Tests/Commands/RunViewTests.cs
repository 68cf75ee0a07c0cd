using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;
using Cjp2p.Host.Commands;
using Cjp2p.Host.Logging;
using Serilog;
using Serilog.Events;

namespace Cjp2p.Host.Tests.Commands;

/// <summary>The live status of a node as it stands on a terminal.</summary>
public sealed class RunViewTests
{
    private const int Width = 77;

    private static readonly SocketProtocol.EndpointStatus Endpoint = new(
        PeerAddress.FromIPv4(0x7F000001, 24254), true, default, "", 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static readonly NodeProtocol.NodeStatus Status = new(
        "cjp2p",
        TimeSpan.FromSeconds(10),
        DateTimeOffset.UnixEpoch,
        4,
        new SocketProtocol.SocketStatus([Endpoint]),
        new PeerRegistryProtocol.RegistryStatus(1234, 5, 6, 0, []),
        new ContentStoreProtocol.StoreStatus(1, 20_000_000, 2),
        new DownloadProtocol.Downloads([]));

    private readonly RunView _view = new(["127.0.0.1:24254"], "127.0.0.1:24255");

    [Fact]
    public void It_shows_where_it_listens_and_how_it_is()
    {
        _view.Add(Status);
        _view.Add(Status with
        {
            Uptime = TimeSpan.FromSeconds(12),
            Socket = new SocketProtocol.SocketStatus(
                [Endpoint with { BytesIn = 2_000_000, DatagramsIn = 400, BytesOut = 1000, DatagramsOut = 2 }]),
        });

        Assert.Equal(
            [
                "cjp2p 0.1.0  udp 127.0.0.1:24254  http 127.0.0.1:24255                up 0:12",
                "network    in 1 MB/s (200/s), out 500 B/s (1/s)",
                "so far     in 1.9 MiB, out 1000 B",
                "peers      1,234 verified, 5 hearsay",
                "shared     1 file, 19.1 MiB, 2 files to be hashed",
                "downloads  none",
                "",
                "Ctrl-C stops",
            ],
            Draw([], 24));
    }

    [Fact]
    public void It_shows_downloads_and_why_one_stalls()
    {
        _view.Add(Status with
        {
            Downloads = new DownloadProtocol.Downloads(
                [
                    new DownloadProtocol.Progress(
                        ContentId.FromSha256(default), "/x/movie[1].mkv", DownloadPhase.Fetching, 1000, 500, 500, 1, 1, "nobody\u001b answers"),
                ]),
        });

        Assert.Equal(
            [
                "00000000  ━━━━━━━────────  50%      0 B/s  1 source    movie[1].mkv",
                "          nobody\\u001b answers",
            ],
            Draw([], 24)[6..8]);
    }

    [Fact]
    public void A_socket_that_is_down_is_shown()
    {
        _view.Add(Status with
        {
            Socket = new SocketProtocol.SocketStatus([Endpoint with { IsOpen = false, Reason = "gone" }]),
        });

        Assert.Contains("socket 127.0.0.1:24254 is down: gone", Draw([], 24));
    }

    [Fact]
    public void Parts_that_do_not_answer_are_shown()
    {
        _view.Add(Status with { Peers = null, Store = null, Downloads = null, Socket = null });

        Assert.Equal(3, Draw([], 24).Count(line => line.EndsWith("no answer", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(12)]
    [InlineData(24)]
    [InlineData(60)]
    public void It_never_grows_higher_than_the_terminal_with_its_log(int height)
    {
        _view.Add(Status);

        var lines = Draw([.. Enumerable.Range(0, 50).Select(i => Event($"line {i}"))], height);

        Assert.True(lines.Length <= Math.Max(height, 8), $"{lines.Length} lines");
        if (height >= 12)
            Assert.EndsWith("line 49", lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_line_that_is_too_long_is_cut_and_cannot_move_the_cursor()
    {
        _view.Add(Status);

        var lines = Draw([Event(new string('x', 500)), Event("a\u001b[2Jb\nc")], 24);

        Assert.EndsWith("a\\u001b[2Jb\\nc", lines[^2], StringComparison.Ordinal);
        Assert.True(lines.All(line => line.Length <= Width));
        Assert.Equal(10, lines.Length);
    }

    private string[] Draw(LogEvent[] log, int height) =>
        GetViewTests.Draw(_view.Render(log, Width, height, unicode: true, isStopping: false), Width);

    private static LogEvent Event(string text)
    {
        var log = new LiveLog(1);
        using var logger = new LoggerConfiguration().WriteTo.Sink(log).CreateLogger();
        logger.Information("{Text}", text);
        return Assert.Single(log.Last(1));
    }
}
