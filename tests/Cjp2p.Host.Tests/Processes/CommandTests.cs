using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>The commands as a user meets them: what they print, and their exit codes.</summary>
public sealed class CommandTests : IDisposable
{
    private const string NobodyHas = "00000000000000000000000000000000000000000000000000000000000000aa";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("get")]
    [InlineData("get", "no-id", "--peer", "127.0.0.1:1")]
    [InlineData("get", NobodyHas, "--peer", "127.0.0.1")]
    [InlineData("get", NobodyHas, "--timeout", "soon")]
    [InlineData("run", "--listen", "here")]
    [InlineData("run", "--nonsense")]
    [InlineData("share")]
    [InlineData("id")]
    [InlineData("peers", "--peer", "localhost:99999")]
    [InlineData("ping", "127.0.0.1:1", "-c", "-3")]
    [InlineData("send", "127.0.0.1:1")]
    [InlineData("fetch")]
    public async Task Wrong_arguments_get_a_clear_line_and_exit_code_2(params string[] arguments)
    {
        var (exitCode, output, errors) = await Cjp2pProcess.RunAsync(_folder.Root, arguments);

        Assert.True(exitCode == 2, $"exit code {exitCode}: {output}{errors}");
        Assert.Equal("", output);
        Assert.InRange(errors.Trim().Split('\n').Length, 1, 2);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("get")]
    [InlineData("share")]
    [InlineData("id")]
    [InlineData("peers")]
    [InlineData("ping")]
    [InlineData("send")]
    public async Task Help_of_each_command_has_an_example(string command)
    {
        var (exitCode, output, _) = await Cjp2pProcess.RunAsync(_folder.Root, command, "--help");

        Assert.Equal(0, exitCode);
        Assert.Contains($"cjp2p {command}", output, StringComparison.Ordinal);
        Assert.Contains("Example", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_that_nobody_has_ends_with_exit_code_1_and_the_reason()
    {
        var (exitCode, _, errors) = await Cjp2pProcess.RunAsync(
            _folder.Root, "get", NobodyHas, "--peer", "127.0.0.1:9", "--timeout", "5");

        Assert.Equal(1, exitCode);
        Assert.Contains("not complete after 5 s", errors, StringComparison.Ordinal);
        Assert.Contains("answer", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_in_use_is_one_clear_line()
    {
        await using var first = Cjp2pProcess.Start(
            _folder.Root, "run", "--listen", "127.0.0.1:0", "--share", _folder.Folder("a"), "--data", _folder.In("d1"), "--no-http");
        var address = $"{await first.ListeningAsync()}";

        var (exitCode, _, errors) = await Cjp2pProcess.RunAsync(
            _folder.Root, "run", "--listen", address, "--share", _folder.In("a"), "--data", _folder.In("d2"), "--no-http");

        Assert.Equal(1, exitCode);
        Assert.Contains("in use", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task Unknown_setting_is_one_line_that_names_the_nearest()
    {
        File.WriteAllText(_folder.In("my.conf"), "cjp2p.peers.peer-max = 5\n");

        var (exitCode, _, errors) = await Cjp2pProcess.RunAsync(
            _folder.Root, "run", "--listen", "127.0.0.1:0", "--config", "my.conf", "--no-http");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("cjp2p.peers.peers-max", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task Id_prints_the_hash_of_a_file()
    {
        var id = _folder.File("some", 10_000, seed: 1);

        var (exitCode, output, _) = await Cjp2pProcess.RunAsync(_folder.Root, "id", "some");

        Assert.Equal(0, exitCode);
        Assert.StartsWith(id, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Running_node_answers_ping_peers_send_and_http_and_stops_on_sigterm()
    {
        _folder.Folder("shared");
        var id = _folder.File("shared/some", 10_000, seed: 1);
        await using var node = Cjp2pProcess.Start(
            _folder.Root, "run", "--listen", "127.0.0.1:0", "--share", "shared", "--data", "data", "--http", "127.0.0.1:0");
        var address = $"{await node.ListeningAsync()}";
        await node.PrintedAsync("Sharing ");

        var ping = await Cjp2pProcess.RunAsync(_folder.Root, "ping", address, "-c", "2");
        Assert.True(ping.ExitCode == 0, ping.Output + ping.Errors);
        Assert.Contains("PleaseSendContent", ping.Output, StringComparison.Ordinal);

        var peers = await Cjp2pProcess.RunAsync(_folder.Root, "peers", "--peer", address);
        Assert.True(peers.ExitCode == 0, peers.Output + peers.Errors);

        var send = await Cjp2pProcess.RunAsync(
            _folder.Root, "send", address, $$$"""[{"PleaseSendContent":{"id":"{{{id}}}","length":4096,"offset":0}},{"PleaseReturnThisMessage":{"cookie":"x"}}]""");
        Assert.True(send.ExitCode == 0, send.Output + send.Errors);
        Assert.Contains("ReturnedMessage", send.Output, StringComparison.Ordinal);

        const string Prefix = "listening on http ";
        var said = node.Output.Split('\n').Single(line => line.StartsWith(Prefix, StringComparison.Ordinal))[Prefix.Length..].Trim();
        var url = said.StartsWith("http://", StringComparison.Ordinal) ? said.TrimEnd('/') : $"http://{said}";
        using var http = new HttpClient();
        var status = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{url}/api/status"))).RootElement;
        Assert.Equal(JsonValueKind.Object, status.ValueKind);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, $"{url}/api/status") { Headers = { Host = "evil.example" } };
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await http.SendAsync(foreign)).StatusCode);

        node.Terminate();
        Assert.Equal(0, await node.ExitAsync());
    }

    [Fact]
    public async Task Share_prints_id_length_and_name_of_each_file()
    {
        _folder.Folder("things");
        var one = _folder.File("things/one", 10, seed: 1);
        var two = _folder.File("things/two", 5000, seed: 2);
        await using var share = Cjp2pProcess.Start(_folder.Root, "share", "things", "--listen", "127.0.0.1:0");

        await share.PrintedAsync(one);
        await share.PrintedAsync(two);
        Assert.Contains($"{one}  10  ", share.Output, StringComparison.Ordinal);
        Assert.Contains($"{two}  5000  ", share.Output, StringComparison.Ordinal);
    }
}
