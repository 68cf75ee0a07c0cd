using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A node that runs until it is told to stop.</summary>
public sealed class RunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_says_where_it_listens_and_stops_in_order_on_a_signal(bool withCtrlC)
    {
        await using var run = Cjp2pProcess.Start(_folder.Root, "run", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0");
        Assert.Matches("^listening on udp 127\\.0\\.0\\.1:[1-9][0-9]*$", await run.WaitForOutputAsync(_ => true));
        Assert.Matches(
            "^listening on http 127\\.0\\.0\\.1:[1-9][0-9]*$",
            await run.WaitForOutputAsync(line => line.Contains("http", StringComparison.Ordinal)));

        var start = TimeProvider.System.GetTimestamp();
        if (withCtrlC)
            run.Interrupt();
        else
            run.Terminate();
        var outcome = await run.WaitForExitAsync();

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        // The bound of an orderly stop, cjp2p.shutdown-timeout, and what the process itself needs on a busy machine.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(8 + 10));
        Assert.True(outcome.Output.Length == 2, outcome.ToString());
        Assert.True(Directory.Exists(_folder.In("shared")) && Directory.Exists(_folder.In("data")));
    }

    [Fact]
    public async Task Without_peers_it_listens_on_loopback_only_and_sends_nothing()
    {
        var (run, node) = await Cjp2pProcess.StartNodeAsync(_folder.Root, "--set", "peers.discovery-min=10ms");
        await using var _ = run;

        // Many rounds of discovery have passed by then.
        var status = await Until.AnswerAsync(
            () => StatusClient.StatusAsync(node), now => now.GetProperty("uptimeSeconds").GetDouble() > 1, Cjp2pProcess.Bound);

        Assert.All(
            status.GetProperty("endpoints").EnumerateArray(),
            endpoint =>
            {
                Assert.True(IPAddress.IsLoopback(IPEndPoint.Parse(endpoint.GetProperty("address").GetString()!).Address));
                Assert.Equal(0, endpoint.GetProperty("datagramsOut").GetInt64());
            });
        if (OperatingSystem.IsLinux())
            Assert.All(AddressesOfSockets(run.Id), address => Assert.True(IPAddress.IsLoopback(address), address.ToString()));
    }

    [Fact]
    public async Task Its_defaults_are_loopback_a_shared_folder_and_one_for_data()
    {
        var (run, node) = await Cjp2pProcess.StartNodeAsync(_folder.Root);
        await using var _ = run;
        _folder.Text("shared/new", "hello\n");

        await StatusClient.SharesAsync(node, 1);
    }

    [Fact]
    public async Task A_UDP_port_in_use_is_one_line()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;

        foreach (var command in new[] { "run", "share" })
        {
            string[] what = command == "run" ? ["--no-http"] : [_folder.Root];
            var outcome = await Cjp2pProcess.RunAsync(_folder.Root, [command, .. what, "--listen", $"127.0.0.1:{port}"]);

            Assert.Equal(1, outcome.ExitCode);
            Assert.Equal($"cjp2p {command}: UDP port {port} on 127.0.0.1 is already in use", Assert.Single(outcome.Error));
            Assert.Empty(outcome.Output);
        }
    }

    [Fact]
    public async Task A_TCP_port_in_use_is_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, "run", "--listen", "127.0.0.1:0", "--http", $"127.0.0.1:{port}");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(
            $"cjp2p run: TCP port {port} on 127.0.0.1 is already in use (--http takes another one, --no-http none)",
            Assert.Single(outcome.Error));
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_shared_is_one_line()
    {
        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, "run", "--share", "nowhere");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(
            $"cjp2p run: the folder {_folder.In("nowhere")} cannot be shared: there is no such file or folder",
            Assert.Single(outcome.Error));
    }

    [Fact]
    public async Task A_folder_for_data_that_cannot_be_written_is_one_line()
    {
        _folder.Text("file", "");

        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, "run", "--data", "file/data");

        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith(
            $"cjp2p run: the folder {_folder.In("file/data")} for the node's own files cannot be written: ",
            Assert.Single(outcome.Error),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_HTTP_API_tells_how_the_node_is_and_answers_loopback_names_only()
    {
        _folder.Folder("shared");
        var (run, node) = await Cjp2pProcess.StartNodeAsync(_folder.Root);
        await using var _ = run;

        Assert.Equal((200, """{"status":"live","reasons":[]}"""), await StatusClient.GetAsync(node, "/health/live"));
        Assert.Equal((200, """{"status":"ready","reasons":[]}"""), await StatusClient.GetAsync(node, "/health/ready"));
        Assert.Equal(404, (await StatusClient.GetAsync(node, "/nothing")).Code);
        var status = await StatusClient.StatusAsync(node);
        Assert.Equal("cjp2p", status.GetProperty("name").GetString());
        Assert.Equal(4, status.GetProperty("partsAnswered").GetInt32());
        Assert.Equal(node.Udp, status.GetProperty("endpoints")[0].GetProperty("address").GetString());
        foreach (var host in new[] { "localhost", "127.0.0.1", "[::1]", "localhost:80" })
            Assert.Equal(200, (await StatusClient.GetAsync(node, "/api/status", host)).Code);
        foreach (var host in new[] { "evil.example", "127.0.0.1.evil.example", "192.168.1.1", "localhost.evil" })
            Assert.Equal(403, (await StatusClient.GetAsync(node, "/api/status", host)).Code);
    }

    [Fact]
    public async Task Log_lines_for_machines_keep_actor_and_properties()
    {
        await using var run = Cjp2pProcess.Start(
            _folder.Root, "run", "--listen", "127.0.0.1:0", "--no-http", "--log", "json");

        var line = await run.WaitForErrorAsync(text => text.Contains("\"Address\"", StringComparison.Ordinal));

        using var logged = JsonDocument.Parse(line);
        Assert.Equal("Listening on {Address}", logged.RootElement.GetProperty("@mt").GetString());
        Assert.Equal("akka://cjp2p/user/cjp2p", logged.RootElement.GetProperty("ActorPath").GetString());
        Assert.StartsWith("127.0.0.1:", logged.RootElement.GetProperty("Address").GetString(), StringComparison.Ordinal);
        Assert.All(run.Error, text => JsonDocument.Parse(text).Dispose());
    }

    [Fact]
    public async Task Log_lines_for_people_are_few_and_verbose_tells_more()
    {
        await using var quiet = Cjp2pProcess.Start(_folder.Root, "run", "--listen", "127.0.0.1:0", "--no-http");
        Assert.Matches(
            "^[0-9:]{8} INF Listening on 127\\.0\\.0\\.1:[0-9]+$",
            await quiet.WaitForErrorAsync(text => text.Contains("Listening", StringComparison.Ordinal)));
        await quiet.WaitForErrorAsync(text => text.Contains("INF Sharing 0 files", StringComparison.Ordinal));
        Assert.DoesNotContain(quiet.Error, text => text.Contains(" DBG ", StringComparison.Ordinal));
        await using var verbose = Cjp2pProcess.Start(_folder.Root, "run", "--listen", "127.0.0.1:0", "--no-http", "--verbose");
        await verbose.WaitForErrorAsync(text => text.Contains(" DBG ", StringComparison.Ordinal));
    }

    // The sockets of a process: /proc/<id>/fd has their numbers, /proc/<id>/net/* their local addresses, in the bytes'
    // order of the machine.
    private static List<IPAddress> AddressesOfSockets(int process)
    {
        var sockets = Directory.GetFiles($"/proc/{process}/fd")
            .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name ?? "")
            .Where(name => name.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(name => name[8..^1])
            .ToHashSet();
        var addresses = new List<IPAddress>();
        foreach (var table in new[] { "udp", "udp6", "tcp", "tcp6" })
        {
            foreach (var line in File.ReadLines($"/proc/{process}/net/{table}").Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (!sockets.Contains(fields[9]))
                    continue;
                var hex = fields[1].Split(':')[0];
                var bytes = Enumerable.Range(0, hex.Length / 8)
                    .SelectMany(i => BitConverter.GetBytes(uint.Parse(hex.AsSpan(i * 8, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
                addresses.Add(new IPAddress([.. bytes]));
            }
        }

        Assert.NotEmpty(addresses);
        return addresses;
    }
}
