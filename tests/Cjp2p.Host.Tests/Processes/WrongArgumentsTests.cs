namespace Cjp2p.Host.Tests.Processes;

/// <summary>A wrong command line is one line on standard error, and exit code 2.</summary>
public sealed class WrongArgumentsTests : IDisposable
{
    private const string Id = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Lines => new()
    {
        { "", "cjp2p: a command is missing: run, get, share, id, peers, ping, send, recheck, backup, restore, inspect, top, tap, simulate; see 'cjp2p --help'" },
        { "fetch", "cjp2p: 'fetch' is no command: run, get, share, id, peers, ping, send, recheck, backup, restore, inspect, top, tap, simulate; see 'cjp2p --help'" },
        { "run extra", "cjp2p run: Unrecognized command or argument 'extra'; see 'cjp2p run --help'" },
        { "run --listen here", "cjp2p run: 'here': an address is ip:port, [ipv6]:port or interface:port, such as 127.0.0.1:24254 or eth0:24254; see 'cjp2p run --help'" },
        { "run --http 127.0.0.1:1 --no-http", "cjp2p run: --http and --no-http contradict each other; see 'cjp2p run --help'" },
        { "run --http 0.0.0.0:24255", "cjp2p run: --http: HTTP on 0.0.0.0:24255 is refused without cjp2p.http.token: whoever reaches it could read and do everything; see 'cjp2p run --help'" },
        { "run --log xml", "cjp2p run: --log is text or json, not 'xml'; see 'cjp2p run --help'" },
        { "run --set peers.peer-max=3", "cjp2p run: --set peers.peer-max=3: Unknown setting cjp2p.peers.peer-max: did you mean cjp2p.peers.peers-max?; see 'cjp2p run --help'" },
        { "get", "cjp2p get: <id> is missing; see 'cjp2p get --help'" },
        { "get 123", "cjp2p get: '123' is no id: an id is 64 hexadecimal digits, the SHA-256 of the content; see 'cjp2p get --help'" },
        { $"get {Id} --timeout soon", "cjp2p get: --timeout is a number of seconds above 0, not 'soon'; see 'cjp2p get --help'" },
        { $"get {Id} --peer 127.0.0.1:0", "cjp2p get: '127.0.0.1:0' is no address of a peer; see 'cjp2p get --help'" },
        { $"get {Id} -o '' --peer 127.0.0.1:9", "cjp2p get: --output is empty; see 'cjp2p get --help'" },
        { "run --listen 127.0.0.1:9 --listen 127.0.0.1:9", "cjp2p run: --listen: cjp2p.listen names 127.0.0.1:9 twice; see 'cjp2p run --help'" },
        { "run --share ''", "cjp2p run: --share is empty; see 'cjp2p run --help'" },
        { "run --data ''", "cjp2p run: --data is empty; see 'cjp2p run --help'" },
        { "run --config ''", "cjp2p run: --config is empty; see 'cjp2p run --help'" },
        { "run --set dispatchers.dsik.throughput=3", "cjp2p run: --set dispatchers.dsik.throughput=3: Unknown setting cjp2p.dispatchers.dsik.throughput: did you mean cjp2p.dispatchers.disk.throughput?; see 'cjp2p run --help'" },
        { "run --set dispatchers.disk.thruput=3", "cjp2p run: --set dispatchers.disk.thruput=3: Unknown setting cjp2p.dispatchers.disk.thruput: did you mean cjp2p.dispatchers.disk.throughput?; see 'cjp2p run --help'" },
        { "run --set dispatchers.disk.throughput=abc", "cjp2p run: --set dispatchers.disk.throughput=abc: cjp2p.dispatchers.disk.throughput is \"abc\": it has to be a whole number from 1 to 2147483647; see 'cjp2p run --help'" },
        { "share ''", "cjp2p share: <path> is empty; see 'cjp2p share --help'" },
        { "id ''", "cjp2p id: <file> is empty; see 'cjp2p id --help'" },
        { "backup ''", "cjp2p backup: <file> is empty; see 'cjp2p backup --help'" },
        { "restore ''", "cjp2p restore: <file> is empty; see 'cjp2p restore --help'" },
        { "restore x --data ''", "cjp2p restore: --data is empty; see 'cjp2p restore --help'" },
        { "tap -w ''", "cjp2p tap: --write is empty; see 'cjp2p tap --help'" },
        { "share", "cjp2p share: <path> is missing; see 'cjp2p share --help'" },
        { "id", "cjp2p id: <file> is missing; see 'cjp2p id --help'" },
        { "peers", "cjp2p peers: Option '--peer' is required; see 'cjp2p peers --help'" },
        { "ping", "cjp2p ping: <ip:port> is missing; see 'cjp2p ping --help'" },
        { "ping 127.0.0.1:1 -c 0", "cjp2p ping: --count is a whole number from 1 to 1000000, not '0'; see 'cjp2p ping --help'" },
        { "send 127.0.0.1:1", "cjp2p send: <json> is missing; see 'cjp2p send --help'" },
        { "tap --peer x", "cjp2p tap: --peer is ip:port or [ipv6]:port, or an IP address for all its ports, not 'x'; see 'cjp2p tap --help'" },
        { "tap --content abc", "cjp2p tap: --content is 64 hexadecimal digits, the SHA-256 of the content, not 'abc'; see 'cjp2p tap --help'" },
        { "tap --direction up", "cjp2p tap: --direction is in or out, not 'up'; see 'cjp2p tap --help'" },
        { "tap --path / --peer 127.0.0.1:1", "cjp2p tap: --path shows actors, and --peer, --message, --content, --direction and --write are about datagrams; see 'cjp2p tap --help'" },
        { "tap --path / --message Peers", "cjp2p tap: --path shows actors, and --peer, --message, --content, --direction and --write are about datagrams; see 'cjp2p tap --help'" },
        { "tap -w file --actors", "cjp2p tap: --write writes datagrams; --actors cannot be written; see 'cjp2p tap --help'" },
        { "simulate --peers none", "cjp2p simulate: --peers is a whole number from 1 to 1000000, not 'none'; see 'cjp2p simulate --help'" },
        { "simulate --peers 1", "cjp2p simulate: --peers: 1 are too few for these groups, which need at least 2; see 'cjp2p simulate --help'" },
        { "simulate --seed -3", "cjp2p simulate: --seed is a whole number, not '-3'; see 'cjp2p simulate --help'" },
        { "simulate --loss 100%", "cjp2p simulate: --loss is a part of less than all, such as 0.05 or 5%, not '100%'; see 'cjp2p simulate --help'" },
        { "simulate --duration long", "cjp2p simulate: --duration is a time above 0, such as 90 (seconds), 90s, 5m, 1h or 1d, not 'long'; see 'cjp2p simulate --help'" },
        { "simulate --duration 2000d", "cjp2p simulate: --duration: it has to be a time of at most a year, such as 90s, 5m or 1h; see 'cjp2p simulate --help'" },
        { "simulate --seeds 5..3", "cjp2p simulate: --seeds is two whole numbers, the smaller first, such as 1..1000, not '5..3'; see 'cjp2p simulate --help'" },
        { "simulate --seed 1 --seeds 1..2", "cjp2p simulate: --seed and --seeds contradict each other; see 'cjp2p simulate --help'" },
        { "simulate --seeds 1..2 --pcap x.pcap", "cjp2p simulate: --seeds plays many runs; the other option is for one: name it with --seed; see 'cjp2p simulate --help'" },
        { "simulate --stop-at-step 5 --check-determinism", "cjp2p simulate: --stop-at-step and --check-determinism contradict each other; see 'cjp2p simulate --help'" },
        { "simulate --stop-at-step soon", "cjp2p simulate: --stop-at-step is a whole number, not 'soon'; see 'cjp2p simulate --help'" },
        { "simulate --scenario flash-mob", "cjp2p simulate: there is no scenario flash-mob: did you mean flash-crowd? A file is named with its path; --list names them all; see 'cjp2p simulate --help'" },
        { "send 127.0.0.1:1 [] --wait long", "cjp2p send: --wait is a whole number from 0 to 86400000, not 'long'; see 'cjp2p send --help'" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task It_is_one_line_that_says_what_is_wrong(string arguments, string line)
    {
        var outcome = await Cjp2pProcess.RunAsync(
            _folder.Root, [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(argument => argument == "''" ? "" : argument)]);

        Assert.Equal([line], outcome.Error);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Empty(outcome.Output);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("id nowhere", "cjp2p id: nowhere: there is no such file or folder")]
    [InlineData("id .", "cjp2p id: . is a folder; only a file has an id")]
    [InlineData("share nowhere", "cjp2p share: nowhere: there is no such file or folder")]
    [InlineData("run --config nowhere", "cjp2p run: the configuration file nowhere cannot be read: there is no such file or folder")]
    [InlineData("run --config .", "cjp2p run: the configuration file . cannot be read: it is a folder")]
    [InlineData("simulate -s ./", "cjp2p simulate: the scenario ./ cannot be read: it is a folder")]
    [InlineData("run --listen 127.0.0.1:0 --no-http --set dispatchers.disk.type=nonsense", "cjp2p run: its part store cannot be made: Could not resolve dispatcher type nonsense for path cjp2p.dispatchers.disk")]
    [InlineData("simulate -s nowhere.conf", "cjp2p simulate: the scenario nowhere.conf cannot be read: there is no such file or folder")]
    [InlineData("simulate -n 3 --report nowhere/x.html --seed 1 --json --pcap nowhere/x.pcap", "cjp2p simulate: nowhere/x.pcap cannot be written: there is no such file or folder")]
    [InlineData("get " + Id, "cjp2p get: there is nobody to ask: name a peer with --peer ip:port")]
    public async Task What_is_right_but_cannot_be_done_is_one_line_and_exit_code_1(string arguments, string line)
    {
        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, arguments.Split(' '));

        Assert.Equal([line], outcome.Error);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public async Task A_mistake_in_a_configuration_file_is_one_line_with_its_place()
    {
        _folder.Text("node.conf", "cjp2p {\n  peers {\n    peers-mx = 5\n  }\n}\n");

        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, "run", "--config", "node.conf");

        Assert.Equal(
            ["cjp2p run: node.conf, line 3: Unknown setting cjp2p.peers.peers-mx: did you mean cjp2p.peers.peers-max?"],
            outcome.Error);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public async Task A_mistake_in_the_environment_is_one_line_with_the_name_of_the_variable()
    {
        await using var process = Cjp2pProcess.Start(
            _folder.Root, new Dictionary<string, string> { ["CJP2P__PEERS__PEERS_MAX"] = "many" }, "run");
        var outcome = await process.WaitForExitAsync();

        Assert.Equal(
            ["cjp2p run: environment variable CJP2P__PEERS__PEERS_MAX: cjp2p.peers.peers-max is \"many\": it has to be a whole number from 1 to 10000000"],
            outcome.Error);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("get")]
    [InlineData("share")]
    [InlineData("id")]
    [InlineData("peers")]
    [InlineData("ping")]
    [InlineData("send")]
    [InlineData("recheck")]
    [InlineData("backup")]
    [InlineData("restore")]
    [InlineData("inspect")]
    [InlineData("top")]
    [InlineData("tap")]
    [InlineData("simulate")]
    public async Task Help_has_an_example(string command)
    {
        var outcome = await Cjp2pProcess.RunAsync(
            _folder.Root, [.. command.Length > 0 ? [command] : Array.Empty<string>(), "--help"]);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(outcome.Output, line => line is "Example:" or "Examples:");
        Assert.StartsWith($"  cjp2p {command}", outcome.Output[^1], StringComparison.Ordinal);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public async Task Version_is_one_line() =>
        Assert.Matches(
            "^[0-9]+\\.[0-9]+\\.[0-9]+$", Assert.Single((await Cjp2pProcess.RunAsync(_folder.Root, "--version")).Output));
}
