using System.Globalization;
using System.Text.Json;
using Cjp2p.Host.Simulation;
using Cjp2p.Host.Tests.Simulation;
using Xunit.Abstractions;

namespace Cjp2p.Host.Tests.Processes;

/// <summary><c>cjp2p simulate</c> as a user has it.</summary>
public sealed class SimulateTests(ITestOutputHelper output) : IDisposable
{
    private const string Fails = """
        # Power goes while they write: some seeds lose a sector, which this expects not to happen.
        peers = 8
        duration = 20s
        liveness = 1m
        contents { film { size = 600KiB }, song { size = 64KiB } }
        groups {
          seeder { count = 1, link = data-centre, shares = [film, song] }
          idle { count = 2, link = home }
          crowd { link = home, fetches = [film, song], fetch-within = 2s }
        }
        faults {
          noise { kind = loss, at = 1s, for = 1s, chance = 20% }
          cut { kind = power-cut, at = 1s, for = 2s, within = 1s, groups = [crowd], count = 2 }
        }
        expect { sectors-lost-max = 0 }
        """;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Every scenario, as small as it goes, from a fixed seed and from a fresh one that the output names.</summary>
    public static TheoryData<string, string[]> Scenarios
    {
        get
        {
            var data = new TheoryData<string, string[]>();
            foreach (var name in ScenarioCatalog.Names)
                data.Add(name, name == "churn-day" ? ["--duration", "3h"] : []);
            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Every_scenario_holds_and_does_the_same_in_two_processes(string name, string[] options)
    {
        // The machine that tests at night has more time: CJP2P_SIMULATE_PEERS=1000.
        var peers = Environment.GetEnvironmentVariable("CJP2P_SIMULATE_PEERS") ?? "16";
        var outcome = await RunAsync(["-s", name, "-n", peers, "--seed", "7", "--check-determinism", "--json", .. options]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
    }

    [Theory]
    [InlineData("flash-crowd")]
    [InlineData("disk-full")]
    [InlineData("partition-heal")]
    [InlineData("spoofed-flood")]
    public async Task A_few_scenarios_hold_from_a_fresh_seed(string name)
    {
        // No --seed: the program takes another one each time and names it.
        var outcome = await RunAsync("-s", name, "-n", "16", "--json");
        output.WriteLine(outcome.Output[0]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
    }

    [Fact]
    public async Task Json_is_one_object_with_exactly_these_keys()
    {
        var outcome = await RunAsync("--peers", "6", "--seed", "5", "--loss", "2%", "--json");
        using var json = JsonDocument.Parse(Assert.Single(outcome.Output));
        var root = json.RootElement;
        Assert.Equal(
            ["scenario", "seed", "peers", "traceHash", "virtualSeconds", "wallSeconds", "delivered", "dropped", "bytesPerNode", "completed", "violations"],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("flash-crowd", 5, 6, 5), (root.GetProperty("scenario").GetString(), root.GetProperty("seed").GetInt32(), root.GetProperty("peers").GetInt32(), root.GetProperty("completed").GetInt32()));
        Assert.Equal(0, root.GetProperty("violations").GetArrayLength());
        Assert.InRange(root.GetProperty("delivered").GetInt64(), 1000, 1_000_000);
        Assert.InRange(root.GetProperty("dropped").GetInt64(), 1, 100_000);
        Assert.InRange(root.GetProperty("virtualSeconds").GetDouble(), 1, 300);
        Assert.InRange(root.GetProperty("bytesPerNode").GetInt64(), 1 << 20, 100 << 20);
        Assert.Matches("^[0-9a-f]{16}$", root.GetProperty("traceHash").GetString());
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public async Task Text_names_the_seed_and_all_options_and_ends_with_the_verdict()
    {
        var outcome = await RunAsync("--peers", "6", "--seed", "5", "--loss", "2%", "--duration", "90");
        Assert.Equal("flash-crowd: everybody wants at once what one peer has", outcome.Output[0]);
        Assert.Equal("seed 5, 6 peers, loss 2%, faults for 90s at the most, then 10m to complete, film of 1 MiB", outcome.Output[1]);
        Assert.Equal("groups: 1 seeder, 5 crowd", outcome.Output[2]);
        Assert.Contains(outcome.Output, line => line.StartsWith("fetched       5 of 5", StringComparison.Ordinal));
        Assert.Contains(outcome.Output, line => line.StartsWith("violations    none: every invariant held", StringComparison.Ordinal));
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public async Task Files_that_were_asked_for_are_written()
    {
        var outcome = await RunAsync(
            "--peers", "4", "--seed", "5", "--json", "--report", "out.html", "--trace", "out.json", "--pcap", "out.pcap");
        Assert.Equal(0, outcome.ExitCode);
        using var json = JsonDocument.Parse(outcome.Output[0]);
        var packets = PcapFileTests.Read(await File.ReadAllBytesAsync(_folder.In("out.pcap"))).ToArray();
        Assert.Equal(json.RootElement.GetProperty("delivered").GetInt64(), packets.Length);
        Assert.Equal(packets.OrderBy(packet => packet.At).Select(packet => packet.At), packets.Select(packet => packet.At));
        Assert.EndsWith("</html>\n", await File.ReadAllTextAsync(_folder.In("out.html")), StringComparison.Ordinal);
        using var trace = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.In("out.json")));
        Assert.True(trace.RootElement.GetProperty("traceEvents").GetArrayLength() > packets.Length);
    }

    [Fact]
    public async Task It_stops_at_a_step_and_shows_every_node_there()
    {
        var outcome = await RunAsync("--peers", "4", "--seed", "5", "--stop-at-step", "600");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(outcome.Output, line => line.StartsWith("stopped at step 600, ", StringComparison.Ordinal));
        foreach (var node in (string[])["n0", "n1", "n2", "n3"])
            Assert.Contains(outcome.Output, line => line.StartsWith(node + " ", StringComparison.Ordinal) && line.Contains("5.0.0.", StringComparison.Ordinal));
        Assert.Equal(20, outcome.Output.Count(line => line.Contains(" -> ", StringComparison.Ordinal) && line.Contains('#', StringComparison.Ordinal)) - 1);
    }

    [Fact]
    public async Task A_search_finds_the_seed_that_fails_and_a_smaller_scenario_that_fails_too()
    {
        _folder.Text("fails.conf", Fails);
        var outcome = await RunAsync("--scenario", "fails.conf", "--seeds", "1..50", "--shrunk", "small.conf");
        output.WriteLine(outcome.ToString());
        Assert.Equal(1, outcome.ExitCode);
        Assert.Matches("^cjp2p simulate: seed [0-9]+ fails \\(expectation\\); the same again: cjp2p simulate --scenario fails.conf --peers 8 --seed [0-9]+ --duration 20s --stop-at-step [0-9]+$", outcome.Error.First(line => line.Contains("the same again", StringComparison.Ordinal)));

        var small = ScenarioFile.Read(await File.ReadAllTextAsync(_folder.In("small.conf")), "small.conf", "small");
        Assert.InRange(small.Peers, 2, 6);
        Assert.Equal("cut", Assert.Single(small.Faults).Name);
        Assert.Single(small.Contents);

        // The line that names the smaller one can be pasted as it is.
        var command = outcome.Error[^1].Split("play it with: cjp2p simulate ")[1].Split(' ');
        var again = await RunAsync(command);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("SectorsLost", string.Join(' ', again.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_that_finds_nothing_says_so_for_each_seed()
    {
        var outcome = await RunAsync("--peers", "3", "--seeds", "3..5");
        Assert.Equal(0, outcome.ExitCode);
        foreach (var seed in (int[])[3, 4, 5])
            Assert.Contains(outcome.Output, line => line.StartsWith(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: 2 of 2 fetched, every invariant held, trace "), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_scenario_can_be_printed_changed_and_played()
    {
        var printed = await RunAsync("-s", "lossy-mobile", "-n", "5", "--print");
        Assert.Equal(0, printed.ExitCode);
        Assert.Contains("peers = 5", printed.Output);
        _folder.Text("mine.conf", string.Join('\n', printed.Output));
        var again = await RunAsync("-s", "mine.conf", "--print");
        Assert.Equal(printed.Output, again.Output);
    }

    [Fact]
    public async Task All_scenarios_are_listed_with_what_they_are_about()
    {
        var outcome = await RunAsync("--list");
        Assert.Equal(ScenarioCatalog.Names, outcome.Output.Select(line => line.Split(' ')[0]));
        Assert.All(outcome.Output, line => Assert.True(line.Length > 40, line));
    }

    [Fact]
    public async Task A_scenario_file_with_a_mistake_is_one_line_with_its_place()
    {
        _folder.Text("bad.conf", "peers = 5\ngroups {\n  crowd { fetchs = [film] }\n}\n");
        var outcome = await RunAsync("-s", "bad.conf");
        Assert.Equal(
            ["cjp2p simulate: bad.conf, line 3: groups.crowd.fetchs: there is no such key: did you mean groups.crowd.fetches?"], outcome.Error);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Empty(outcome.Output);
    }

    private Task<Outcome> RunAsync(params string[] arguments) => Cjp2pProcess.RunAsync(_folder.Root, ["simulate", .. arguments]);
}
