using Cjp2p.Actors.Node;
using Cjp2p.Host.Commands;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests.Configuration;

/// <summary>Who wins when several say something about one setting, and who is blamed for a mistake.</summary>
public sealed class HostSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_reference_counts_where_nobody_says_anything()
    {
        var settings = Load();

        Assert.Equal(NodeSettings.Default.Peers.PeersMax, settings.Node.Peers.PeersMax);
        Assert.Equal("127.0.0.1:24255", settings.Http?.Listen.ToString());
    }

    [Fact]
    public void A_default_of_the_command_beats_the_reference() =>
        Assert.Equal(1, PeersMax(defaults: 1));

    [Fact]
    public void The_public_network_beats_a_default_of_the_command()
    {
        var settings = Load(isPublic: true, defaults: [new Setting("cjp2p.listen", "[\"127.0.0.1:1\"]", "run")]);

        Assert.Equal(["0.0.0.0:24254", "[::]:24254"], settings.Node.Listen.Select(address => address.ToString()));
        Assert.Equal(4, settings.Node.Peers.Bootstrap.Length);
    }

    [Fact]
    public void Nothing_but_public_loads_the_public_network() => Assert.Empty(Load().Node.Peers.Bootstrap);

    [Fact]
    public void The_file_beats_the_public_network()
    {
        var settings = Load(isPublic: true, file: "cjp2p.listen = [\"127.0.0.1:2\"]");

        Assert.Equal("127.0.0.1:2", Assert.Single(settings.Node.Listen).ToString());
        Assert.Equal(4, settings.Node.Peers.Bootstrap.Length);
    }

    [Fact]
    public void The_file_beats_a_default_of_the_command() => Assert.Equal(2, PeersMax(file: 2, defaults: 1));

    [Fact]
    public void The_environment_beats_the_file() => Assert.Equal(3, PeersMax(environment: 3, file: 2, defaults: 1));

    [Fact]
    public void The_command_line_beats_the_environment() =>
        Assert.Equal(4, PeersMax(commandLine: 4, environment: 3, file: 2, defaults: 1));

    [Fact]
    public void The_last_word_counts_within_a_file_and_on_the_command_line()
    {
        Assert.Equal(2, Load(file: "cjp2p.peers.peers-max = 1\ncjp2p { peers { peers-max = 2 } }").Node.Peers.PeersMax);
        Assert.Equal(2, Load(commandLine: ["peers.peers-max=1", "peers.peers-max=2"]).Node.Peers.PeersMax);
    }

    [Theory]
    [InlineData("127.0.0.1:1, [::1]:2")]
    [InlineData("[\"127.0.0.1:1\", \"[::1]:2\"]")]
    public void A_list_in_the_environment_has_commas_or_is_HOCON(string value) =>
        Assert.Equal(
            ["127.0.0.1:1", "[::1]:2"],
            Load(environment: new() { ["CJP2P__PEERS__BOOTSTRAP"] = value }).Node.Peers.Bootstrap.Select(one => one.ToString()));

    [Theory]
    [InlineData("akka.actor.default-dispatcher.throughput = many", "akka.actor.default-dispatcher.throughput")]
    [InlineData("akka { loglevel = 7, actor.debug.unhandled = on }", "akka.loglevel")]
    [InlineData("akka { actor.debug.unhandled = on, scheduler.tick-duration = soon }", "akka.scheduler.tick-duration")]
    [InlineData("akka.actor.provider = nobody", "akka.actor.provider")]
    public void A_value_that_Akka_does_not_take_is_one_line_that_names_its_key(string file, string key)
    {
        var refused = Assert.Throws<UserException>(() => Load(file: file));
        Assert.Contains($"the value of {key} is none that Akka takes: ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Contains("line 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_Akka_takes_is_handed_to_it() =>
        Assert.Equal(7, Load(file: "akka.actor.default-dispatcher.throughput = 7").System.GetInt("akka.actor.default-dispatcher.throughput"));

    [Fact]
    public void Paths_are_made_full()
    {
        var content = Load(file: "cjp2p.content { shared = [\"a\", \"b\", \"a\"], data = c }").Node.Content;

        Assert.Equal($"{Path.GetFullPath("a")} {Path.GetFullPath("b")}", string.Join(" ", content.Shared));
        Assert.Equal(Path.GetFullPath("c"), content.Data);
    }

    [Fact]
    public void Values_with_quotes_and_backslashes_survive() =>
        Assert.Equal(
            """C:\"quoted" \n""",
            Path.GetFileName(Load(environment: new() { ["CJP2P__CONTENT__DATA"] = """C:\"quoted" \n""" }).Node.Content.Data));

    [Fact]
    public void Settings_of_Akka_reach_the_actor_system_and_so_do_the_dispatchers()
    {
        var system = Load(file: "akka.log-dead-letters = 7\ncjp2p.dispatchers.disk.throughput = 3").System;

        Assert.Equal(7, system.GetInt("akka.log-dead-letters"));
        Assert.Equal(3, system.GetInt("cjp2p.dispatchers.disk.throughput"));
        Assert.Equal("ForkJoinDispatcher", system.GetString("cjp2p.dispatchers.disk.type"));
    }

    [Fact]
    public void A_reference_to_another_setting_is_followed() =>
        Assert.Equal(
            5, Load(file: "cjp2p.peers.floor = ${cjp2p.peers.probes-per-round}\ncjp2p.peers.probes-per-round = 5").Node.Peers.Floor);

    [Theory]
    [InlineData("", false)]
    [InlineData("[::1]:5", true)]
    public void HTTP_is_where_it_is_told_or_nowhere(string value, bool isOn) =>
        Assert.Equal(
            isOn ? value : null,
            Load(environment: new() { ["CJP2P__HTTP__LISTEN"] = value }).Http?.Listen.ToString());

    [Theory]
    [InlineData("cjp2p.http.listen = \"0.0.0.0:1\"", "line 1: HTTP on 0.0.0.0:1 is refused without cjp2p.http.token: whoever reaches it could read and do everything")]
    [InlineData("cjp2p.http.listen = here", "line 1: cjp2p.http.listen is \"here\": it has to be ip:port or [ipv6]:port, or empty for none")]
    [InlineData("\ncjp2p.peers.peers-mx = 1", "line 2: Unknown setting cjp2p.peers.peers-mx: did you mean cjp2p.peers.peers-max?")]
    [InlineData("cjp2p.peers = 1", "line 1: cjp2p.peers is a section: name one of the settings in it")]
    [InlineData("cjpp.peers.floor = 1", "line 1: Unknown setting cjpp.peers.floor: settings of the node begin with cjp2p., those of Akka with akka")]
    [InlineData("\n\ncjp2p.wire.depth-max = deep", "line 3: cjp2p.wire.depth-max is \"deep\": it has to be a whole number from 4 to 64")]
    [InlineData("cjp2p.listen = [\"nowhere\"]", "line 1: cjp2p.listen: 'nowhere': an address is ip:port, [ipv6]:port or interface:port, such as 127.0.0.1:24254 or eth0:24254")]
    [InlineData("cjp2p.listen = \"127.0.0.1:1\"", "line 1: cjp2p.listen is a list: [\"127.0.0.1:1\"]")]
    [InlineData("cjp2p.name = [a]", "line 1: cjp2p.name is one value, not a list")]
    [InlineData("cjp2p.name = \"\\q\"", "line 1: the value of cjp2p.name cannot be read: Unknown escape code: q")]
    [InlineData("cjp2p.name = ${nothing}", "line 1: Unresolved substitution: nothing")]
    [InlineData("cjp2p.name = \"a b\"", "line 1: cjp2p.name is \"a b\": it has to be a name of letters, digits, '-' and '_'")]
    public void A_mistake_in_the_file_is_laid_at_its_line(string text, string line)
    {
        var e = Assert.Throws<UserException>(() => Load(file: text));

        Assert.Equal($"{_folder.In("node.conf")}, {line}", e.Message);
        Assert.Equal(ExitCodes.Failed, e.ExitCode);
    }

    [Fact]
    public void A_mistake_in_the_environment_names_the_variable()
    {
        var e = Assert.Throws<UserException>(() => Load(environment: new() { ["CJP2P__PEERS__PEERS_MX"] = "1" }));

        Assert.Equal(
            "environment variable CJP2P__PEERS__PEERS_MX: Unknown setting cjp2p.peers.peers-mx: did you mean cjp2p.peers.peers-max?",
            e.Message);
        Assert.Equal(ExitCodes.Failed, e.ExitCode);
    }

    [Fact]
    public void A_broken_list_in_the_environment_names_the_variable() =>
        Assert.StartsWith(
            "environment variable CJP2P__LISTEN, line 1: this '[' is never closed",
            Assert.Throws<UserException>(() => Load(environment: new() { ["CJP2P__LISTEN"] = "[\"127.0.0.1:1\"" })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_mistake_on_the_command_line_is_a_wrong_argument()
    {
        var e = Assert.Throws<UserException>(() => Load(commandLine: ["peers.floor=few"]));

        Assert.Equal("--set peers.floor=few: cjp2p.peers.floor is \"few\": it has to be a whole number from 0 to 1000000", e.Message);
        Assert.Equal(ExitCodes.WrongArguments, e.ExitCode);
    }

    [Fact]
    public void Two_settings_that_contradict_each_other_are_laid_at_the_stronger_source()
    {
        var e = Assert.Throws<UserException>(() => Load(
            commandLine: ["peers.discovery-min=90s"], file: "cjp2p.peers.discovery-max = 80s"));

        Assert.Contains("cjp2p.peers.discovery-min is larger than cjp2p.peers.discovery-max", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_of_the_reference_can_be_given_in_the_environment()
    {
        // The documentation says so: each key, written the other way and back, is the same key.
        var keys = HoconFile.Parse(ReferenceText(), "reference").Select(setting => setting.Key).ToArray();
        Assert.True(keys.Length > 60);
        foreach (var key in keys)
        {
            var name = "CJP2P__" + string.Join(
                "__", key.Split('.').Skip(1).Select(part => part.ToUpperInvariant().Replace('-', '_')));
            Assert.Equal(key, Assert.Single(EnvironmentSettings.Read(new Dictionary<string, string> { [name] = "x" })).Key);
        }
    }

    [Theory]
    [InlineData("127.0.0.1:1", "127.0.0.1:0")]
    [InlineData("[::1]:1", "[::1]:0")]
    [InlineData("127.0.0.1:1 [::1]:1", "127.0.0.1:0 [::1]:0")]
    [InlineData("192.168.1.1:1", "0.0.0.0:0")]
    [InlineData("[fe80::1%2]:1", "[::]:0")]
    [InlineData("127.0.0.1:1 10.0.0.1:1", "0.0.0.0:0")]
    [InlineData("[::1]:1 10.0.0.1:1", "0.0.0.0:0 [::]:0")]
    public void Get_listens_beyond_loopback_only_when_a_peer_is_there(string peers, string listen) =>
        Assert.Equal(
            listen.Split(' '),
            GetCommand.ListenFor([.. peers.Split(' ').Select(Address)]).Select(address => address.ToString()));

    private static Cjp2p.Actors.Protocol.PeerAddress Address(string text) =>
        Cjp2p.Actors.Protocol.PeerAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    private static string ReferenceText()
    {
        using var stream = typeof(NodeSettings).Assembly.GetManifestResourceStream("cjp2p.reference.conf")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private int PeersMax(int? commandLine = null, int? environment = null, int? file = null, int? defaults = null) => Load(
        commandLine is null ? [] : [$"peers.peers-max={commandLine}"],
        environment is null ? [] : new() { ["CJP2P__PEERS__PEERS_MAX"] = $"{environment}", ["PATH"] = "/bin" },
        file is null ? null : $"cjp2p.peers.peers-max = {file}",
        defaults: defaults is null ? [] : [new Setting("cjp2p.peers.peers-max", $"{defaults}", "run")]).Node.Peers.PeersMax;

    private HostSettings Load(
        string[]? commandLine = null,
        Dictionary<string, string>? environment = null,
        string? file = null,
        bool isPublic = false,
        Setting[]? defaults = null) => HostSettings.Load(new SettingsSources(
            [.. (commandLine ?? []).Select(Options.ReadSetting)],
            environment ?? [],
            file is null ? null : _folder.Text("node.conf", file),
            isPublic,
            defaults ?? []));
}
