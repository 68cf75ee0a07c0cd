using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Simulation;

namespace Cjp2p.Host.Tests.Simulation;

public sealed class ScenarioFileTests
{
    private const string Small = """
        contents { film { size = 4KiB } }
        groups {
          seeder { count = 1, shares = [film] }
          crowd { fetches = [film] }
        }
        """;

    public static TheoryData<string> Names => [.. ScenarioCatalog.Names];

    public static TheoryData<string, string> Mistakes => new()
    {
        { "peers = many", "x.conf, line 1: peers: it is many and has to be a whole number" },
        { "peers = 0\n" + Small, "x.conf, line 1: peers: it has to be 1 to 1000000" },
        { "peers = 1\n" + Small, "x.conf, line 1: peers: 1 are too few for these groups, which need at least 2" },
        { "pears = 5\n" + Small, "x.conf, line 1: pears: there is no such key: did you mean peers?" },
        { "duration = 5\n" + Small, "x.conf, line 1: duration: it is 5 and has to be a time such as 20ms, 90s, 5m, 1h or 1d" },
        { "duration = 400d\n" + Small, "x.conf, line 1: duration: it has to be a time of at most a year, such as 90s, 5m or 1h" },
        { "loss = 100%\n" + Small, "x.conf, line 1: loss: a chance is from 0 to less than 1 (or 0% to less than 100%)" },
        { "loss = -1\n" + Small, "x.conf, line 1: loss: a chance is from 0 to less than 1 (or 0% to less than 100%)" },
        { "peers = 5", "x.conf: groups: no group is of our own nodes" },
        { "contents { film { size = big } }", "x.conf, line 1: contents.film.size: it is big and has to be a size such as 512, 64KiB or 4MiB" },
        { "contents { film { size = 2GiB } }\ngroups { a { } }", "x.conf, line 1: contents.film.size: it has to be 0 to 1GiB" },
        { "contents { film { length = 5 } }", "x.conf, line 1: contents.film.length: there is no such key: did you mean contents.film.size?" },
        { Small.Replace("shares = [film]", "shares = [movie]", StringComparison.Ordinal), "x.conf, line 3: groups.seeder.shares: there is no content movie: did you mean film?" },
        { Small.Replace("fetches", "fetchs", StringComparison.Ordinal), "x.conf, line 4: groups.crowd.fetchs: there is no such key: did you mean groups.crowd.fetches?" },
        { Small.Replace("fetches = [film]", "link = fibre", StringComparison.Ordinal), "x.conf, line 4: groups.crowd.link: there is no fibre: it is one of perfect, lan, data-centre, home, mobile" },
        { Small.Replace("fetches = [film]", "loss = 200%", StringComparison.Ordinal), "x.conf, line 4: groups.crowd: Loss is 2; a chance is 0 to 1" },
        { Small.Replace("fetches = [film]", "nat = [symmetrical]", StringComparison.Ordinal), "x.conf, line 4: groups.crowd.nat: there is no symmetrical: did you mean symmetric? (full-cone, address-restricted, port-restricted, symmetric)" },
        { Small.Replace("fetches = [film]", "up { latencey = 5ms }", StringComparison.Ordinal), "x.conf, line 4: groups.crowd.up.latencey: there is no such key: did you mean groups.crowd.up.latency?" },
        { Small.Replace("fetches = [film]", "hostile = poisoner, fetches = [film]", StringComparison.Ordinal), "x.conf, line 4: groups.crowd.hostile: hostile peers neither share nor fetch: they falsify every content there is" },
        { Small.Replace("fetches = [film]", "foreign = haskell, fetches = [film]", StringComparison.Ordinal), "x.conf, line 4: groups.crowd.fetches: Haskell fetches nothing" },
        { Small + "\nfaults { cut { at = 5s } }", "x.conf, line 6: faults.cut.at: the fault needs a kind: crash, power-cut, leave, churn, partition, partition-one-way, isolate, clog, loss, drop-fragments, slow-disk, full-disk, broken-disk, interface-down, nat-reboot, clock-jump, clock-drift" },
        { Small + "\nfaults { cut { kind = partion } }", "x.conf, line 6: faults.cut.kind: there is no partion: did you mean partition? (crash, power-cut, leave, churn, partition, partition-one-way, isolate, clog, loss, drop-fragments, slow-disk, full-disk, broken-disk, interface-down, nat-reboot, clock-jump, clock-drift)" },
        { Small + "\nfaults { cut { kind = partition, free = 5 } }", "x.conf, line 6: faults.cut.free: it means nothing to partition, only to full-disk" },
        { Small + "\nfaults { cut { kind = crash, groups = [crowds] } }", "x.conf, line 6: faults.cut.groups: there is no group crowds: did you mean crowd?" },
        { Small + "\nfaults { cut = 5 }", "x.conf, line 6: faults.cut: it has to be a section: { ... }" },
        { Small + "\nexpect { droped-min = 1 }", "x.conf, line 6: expect.droped-min: there is no such key: did you mean expect.dropped-min?" },
        { Small + "\nnode { peers.floor = no }", "x.conf, line 6: node: cjp2p.peers.floor is \"no\": it has to be a whole number from 0 to 1000000" },
        { Small + "\nnode { peers.flor = 3 }", "x.conf, line 6: node: Unknown setting cjp2p.peers.flor: did you mean cjp2p.peers.floor?" },
        { "groups {", "x.conf, line 1: this '{' is never closed" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_one_line_that_names_file_line_and_key(string text, string line) =>
        Assert.Equal(line, Assert.Throws<UserException>(() => ScenarioFile.Read(text, "x.conf", "x")).Message);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_scenario_that_comes_with_the_program_says_what_it_is_and_is_the_same_when_written_and_read(string name)
    {
        var scenario = ScenarioCatalog.Load(name);
        Assert.NotEmpty(scenario.Description);
        Assert.NotEmpty(scenario.Expectations);
        var written = ScenarioFile.Write(scenario);
        Assert.Equal(written, ScenarioFile.Write(ScenarioFile.Read(written, "again.conf", name)));
    }

    [Fact]
    public void All_scenarios_that_were_promised_come_with_the_program() => Assert.Equal(
        [
            "bootstrap-dead", "churn-day", "clock-jumps", "disk-full", "flash-crowd", "lossy-mobile", "mixed-implementations",
            "nat-mix", "no-fragments", "partition-heal", "poisoners-10", "poisoners-40", "seeder-leaves", "spoofed-flood",
        ],
        ScenarioCatalog.Names);

    [Fact]
    public void Every_key_is_read_into_its_place()
    {
        var scenario = ScenarioFile.Read(
            """
            description = "all keys"
            peers = 12
            duration = 90s
            liveness = 2m
            loss = 2%
            contents { film { size = 64KiB } }
            groups {
              seeder { count = 2, link = lan, shares = film, disk = 1GiB, knows-max = 3, start-at = 1s, start-within = 500ms }
              bad { share = 10%, hostile = poisoner }
              crowd {
                link = home
                loss = 5%
                up { rate = 2Mbit, latency = 40ms }
                down { burst-begins = 1%, burst-ends = 10% }
                nat = symmetric
                nat-timeout = 30s
                knows = [seeder]
                fetches = [film]
                fetch-at = 3s
                fetch-within = 4s
                processor-time = 20us
                receive-buffer = 64KiB
              }
            }
            faults {
              a { kind = churn, at = 5s, for = 1m, groups = crowd, count = 2, within = 1s, session = 10s, away = 20s, crashes = 25% }
              b { kind = clock-jump, at = 5s, by = -3s, share = 30% }
              c { kind = full-disk, free = 10KiB, groups = [seeder, crowd] }
            }
            expect { dropped-min = 1, waste-max = 50% }
            node { peers.discovery-max = 5s }
            """,
            "all.conf", "all");

        Assert.Equal((12, TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(2), 0.02), (scenario.Peers, scenario.Duration, scenario.Liveness, scenario.Loss));
        Assert.Equal("peers.discovery-max = 5s", scenario.NodeSettings);
        Assert.Equal(new ScenarioContent("film", 65536), Assert.Single(scenario.Contents));
        Assert.Equal([2, 1, 9], scenario.Sizes().ToArray());
        var (seeder, bad, crowd) = (scenario.Groups[0], scenario.Groups[1], scenario.Groups[2]);
        Assert.Equal(AccessLink.Lan, seeder.Link);
        Assert.Equal((1L << 30, 3, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(500)), (seeder.DiskBytes, seeder.KnowsMax, seeder.StartAt, seeder.StartWithin));
        Assert.Equal(HostileKind.Poisoner, bad.Hostile);
        Assert.Equal(AccessLink.Home.Up with { Loss = 0.05, BitsPerSecond = 2_000_000, Latency = TimeSpan.FromMilliseconds(40) }, crowd.Link.Up);
        Assert.Equal(AccessLink.Home.Down with { Loss = 0.05, Bursts = new BurstLoss(0.01, 0.1) }, crowd.Link.Down);
        Assert.Equal([NatKind.Symmetric], crowd.Nats.ToArray());
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4)), (crowd.NatTimeout, crowd.FetchAt, crowd.FetchWithin));
        Assert.Equal((TimeSpan.FromMicroseconds(20), 65536), (crowd.ProcessorTime, crowd.ReceiveBufferBytes));
        var (churn, jump, full) = (scenario.Faults[0], scenario.Faults[1], scenario.Faults[2]);
        Assert.Equal(
            (ScenarioFaultKind.Churn, 2, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), 0.25),
            (churn.Kind, churn.Count, churn.Within, churn.Session, churn.Away, churn.Crashes));
        Assert.Equal((TimeSpan.FromSeconds(-3), 0.3), (jump.By, jump.Share));
        Assert.Equal(10240, full.FreeBytes);
        Assert.Equal(["seeder", "crowd"], full.Groups.ToArray());
        Assert.Equal(
            [new ScenarioExpectation(ScenarioMeasure.Waste, null, 0.5), new ScenarioExpectation(ScenarioMeasure.Dropped, 1)],
            scenario.Expectations.ToArray());
    }

    [Fact]
    public void A_name_that_there_is_not_is_a_wrong_argument_with_the_nearest_that_there_is()
    {
        var error = Assert.Throws<UserException>(() => ScenarioCatalog.Load("flash-crowds"));
        Assert.Equal("there is no scenario flash-crowds: did you mean flash-crowd? A file is named with its path; --list names them all", error.Message);
        Assert.Equal(ExitCodes.WrongArguments, error.ExitCode);
    }
}
