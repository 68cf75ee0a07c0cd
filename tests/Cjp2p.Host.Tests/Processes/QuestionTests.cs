using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>The commands that ask one question: ping, peers, send, id.</summary>
public sealed class QuestionTests(SmallNode node) : IClassFixture<SmallNode>
{
    [Fact]
    public async Task Ping_measures_and_tells_what_the_peer_supports()
    {
        var outcome = await RunAsync("ping", node.Node.Udp, "-c", "2", "-i", "1");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(4, outcome.Output.Length);
        Assert.Matches($"^{node.Node.Udp}: [0-9.]+ ms$", outcome.Output[0]);
        Assert.Matches(
            @"^2 sent, 2 answered, 0 % lost; min [0-9.]+ ms, avg [0-9.]+ ms, max [0-9.]+ ms$", outcome.Output[2]);
        Assert.StartsWith("supports PleaseSendPeers, Peers, ", outcome.Output[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ping_for_scripts_is_one_object()
    {
        var report = await JsonAsync("ping", node.Node.Udp, "-c", "1", "--json");

        Assert.Equal(1, report.GetProperty("answered").GetInt32());
        Assert.InRange(report.GetProperty("minMs").GetDouble(), 0, report.GetProperty("maxMs").GetDouble());
        Assert.Contains("PleaseSendContent", report.GetProperty("supports").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task Ping_to_nobody_says_so_and_fails()
    {
        var outcome = await RunAsync("ping", "127.0.0.1:9", "-c", "1");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(["127.0.0.1:9: refused: nothing listens there", "1 sent, 0 answered, 100 % lost"], outcome.Output);
    }

    [Fact]
    public async Task Peers_returns_the_cookie_and_prints_whom_the_node_knows()
    {
        using var folder = new TemporaryFolder();
        folder.Folder("shared");
        var (other, otherNode) = await Cjp2pProcess.StartNodeAsync(folder.Root, "--peer", node.Node.Udp);
        await using var _ = other;
        await Until.AnswerAsync(
            () => StatusClient.StatusAsync(node.Node),
            status => status.GetProperty("peers").GetProperty("some").EnumerateArray()
                .Any(peer => peer.GetProperty("address").GetString() == otherNode.Udp),
            Cjp2pProcess.Bound);

        // What is told to others is drawn anew in each round of discovery.
        var told = await Until.AnswerAsync(
            () => RunAsync("peers", "--peer", node.Node.Udp), outcome => outcome.Output.Contains(otherNode.Udp), Cjp2pProcess.Bound);
        var report = await JsonAsync("peers", "--peer", node.Node.Udp, "--json");

        Assert.Equal(0, told.ExitCode);
        Assert.Equal(node.Node.Udp, report.GetProperty("peer").GetString());
        Assert.Contains(otherNode.Udp, report.GetProperty("peers").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task Peers_of_nobody_fails_with_one_line()
    {
        var outcome = await RunAsync("peers", "--peer", "127.0.0.1:9");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("cjp2p peers: 127.0.0.1:9 does not answer: nothing listens there", Assert.Single(outcome.Error));
    }

    [Fact]
    public async Task Send_prints_each_reply_as_JSON_that_is_easy_to_read()
    {
        var outcome = await RunAsync("send", node.Node.Udp, """[{"PleaseReturnThisMessage":{"cookie":"abc"}}]""", "--wait", "2000");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var text = string.Join('\n', outcome.Output);
        using var reply = JsonDocument.Parse(text);
        Assert.Equal(
            "abc",
            reply.RootElement.EnumerateArray().Single(element => element.TryGetProperty("ReturnedMessage", out _))
                .GetProperty("ReturnedMessage").GetProperty("cookie").GetString());
        Assert.Contains("\n    \"ReturnedMessage\": {\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_says_when_what_it_sends_is_no_datagram_of_the_protocol_and_sends_it()
    {
        using var peer = new FakePeer(_ => "[]"u8.ToArray());

        var outcome = await RunAsync("send", peer.Address, "hello", "--wait", "2000");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("[]", Assert.Single(outcome.Output));
        Assert.Equal(
            "not a JSON array of messages (NotJson): a node will not answer; sent as it is", Assert.Single(outcome.Error));
        Assert.Equal("hello", Assert.Single(peer.Received));
    }

    [Theory]
    [InlineData("[\"\\u001b[2J\\u202e\",\"\u001b]0;owned\u0007\"]", false)]
    [InlineData("no json \u001b[31m\u0007\r\u009b31m", false)]
    [InlineData("[\"\\u001b[2J\"]", true)]
    [InlineData("no json \u001b[31m", true)]
    public async Task Replies_of_strangers_cannot_move_the_cursor(string reply, bool json)
    {
        using var peer = new FakePeer(_ => Encoding.UTF8.GetBytes(reply));

        var outcome = await RunAsync(["send", peer.Address, "[]", "--wait", "2000", .. json ? ["--json"] : Array.Empty<string>()]);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Contains(@"\u001b", string.Concat(outcome.Output), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(string.Concat(outcome.Output), c => char.IsControl(c) || c is '\u202e');
    }

    [Fact]
    public async Task Send_for_scripts_is_one_object_for_each_reply()
    {
        using var peer = new FakePeer(_ => """[ {"Peers":{"peers":[]}} ]"""u8.ToArray());

        var report = await JsonAsync("send", peer.Address, "[]", "--wait", "2000", "--json");

        Assert.Equal(26, report.GetProperty("bytes").GetInt32());
        Assert.Equal(0, report.GetProperty("json")[0].GetProperty("Peers").GetProperty("peers").GetArrayLength());
    }

    [Fact]
    public async Task Send_without_waiting_is_done_when_it_is_sent()
    {
        using var peer = new FakePeer(_ => null);

        var outcome = await RunAsync("send", peer.Address, "[]", "--wait", "0");

        Assert.Equal(0, outcome.ExitCode);
        await Until.TrueAsync(() => peer.Received.Count == 1, Cjp2pProcess.Bound);
    }

    [Fact]
    public async Task Send_fails_when_nobody_answers()
    {
        using var peer = new FakePeer(_ => null);

        var outcome = await RunAsync("send", peer.Address, "[]", "--wait", "50");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal($"cjp2p send: {peer.Address} does not answer within 50 ms", Assert.Single(outcome.Error));
    }

    [Theory]
    [InlineData("id nowhere --json", "nowhere: there is no such file or folder")]
    [InlineData("peers --peer 127.0.0.1:9 --json", "127.0.0.1:9 does not answer: nothing listens there")]
    [InlineData("send 127.0.0.1:9 [] --json", "127.0.0.1:9 does not answer: nothing listens there")]
    [InlineData("share nowhere --json", "nowhere: there is no such file or folder")]
    public async Task For_scripts_a_failure_is_an_object_besides_the_line(string arguments, string why)
    {
        var outcome = await RunAsync(arguments.Split(' '));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal($$"""{"error":"{{why}}"}""", Assert.Single(outcome.Output));
        Assert.Equal($"cjp2p {arguments.Split(' ')[0]}: {why}", Assert.Single(outcome.Error));
    }

    [Fact]
    public async Task Id_is_the_SHA256()
    {
        Assert.Equal([SmallNode.Id], (await RunAsync("id", "shared/deep/hello.txt")).Output);
        var report = await JsonAsync("id", "shared/deep/hello.txt", "--json");
        Assert.Equal(
            (SmallNode.Id, 6, "shared/deep/hello.txt"),
            (report.GetProperty("id").GetString(), report.GetProperty("lengthBytes").GetInt32(), report.GetProperty("path").GetString()));
    }

    private Task<Outcome> RunAsync(params string[] arguments) => Cjp2pProcess.RunAsync(node.Folder.Root, arguments);

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var outcome = await RunAsync(arguments);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
        return report.RootElement.Clone();
    }

    /// <summary>Answers each datagram with what it is told to.</summary>
    private sealed class FakePeer : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly LineBuffer _received = new();

        public FakePeer(Func<string, byte[]?> answer)
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Address = _socket.LocalEndPoint!.ToString()!;
            _ = ServeAsync(answer);
        }

        public string Address { get; }

        public IReadOnlyList<string> Received => _received.Lines;

        public void Dispose() => _socket.Dispose();

        private async Task ServeAsync(Func<string, byte[]?> answer)
        {
            var buffer = new byte[65536];
            try
            {
                while (true)
                {
                    var datagram = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    var text = Encoding.UTF8.GetString(buffer.AsSpan(0, datagram.ReceivedBytes));
                    _received.Add(text);
                    if (answer(text) is { } reply)
                        await _socket.SendToAsync(reply, datagram.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
