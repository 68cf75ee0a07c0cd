using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cjp2p.Host.Tests.Processes;

/// <summary><c>cjp2p simulate --cluster</c>: one world in several processes on loopback.</summary>
public sealed class SimulateClusterTests : IDisposable
{
    // Long ways make long windows, and a short test.
    private const string Street = """
        peers = 8
        duration = 20s
        liveness = 1m
        contents { film { size = 200KiB } }
        groups {
          seeder { count = 2, latency = 20ms, shares = [film] }
          homes { link = home, latency = 30ms, fetches = [film], nat = [full-cone, port-restricted] }
        }
        faults {
          noise { kind = loss, at = 1s, for = 2s, chance = 10% }
          power { kind = crash, at = 2s, for = 2s, groups = [homes], count = 2 }
        }
        expect { completed-min = 100%, crashes-min = 2 }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Three_processes_and_two_threads_play_the_same_world_as_one()
    {
        _folder.Text("street.conf", Street);
        var alone = await RunAsync("--scenario", "street.conf", "--seed", "11", "--cluster", "1", "--json");
        var three = await RunAsync("--scenario", "street.conf", "--seed", "11", "--cluster", "3", "--json");
        var threads = await RunAsync("--scenario", "street.conf", "--seed", "11", "--threads", "2", "--json");
        Assert.True(alone.ExitCode == 0 && three.ExitCode == 0 && threads.ExitCode == 0, $"{alone}{three}{threads}");
        Assert.Equal(WithoutWallTime(alone), WithoutWallTime(three));
        Assert.Equal(WithoutWallTime(alone), WithoutWallTime(threads));
        Assert.Contains("\"completed\":6", three.Output[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_dies_ends_the_run_with_one_line()
    {
        _folder.Text("street.conf", Street.Replace("duration = 20s", "duration = 300d", StringComparison.Ordinal).Replace(
            "at = 2s, for", "at = 299d, for", StringComparison.Ordinal));
        await using var driver = Cjp2pProcess.Start(_folder.Root, "simulate", "--scenario", "street.conf", "--cluster", "3");
        var line = await driver.WaitForErrorAsync(text => text.StartsWith("processes: this one, ", StringComparison.Ordinal));
        var victim = int.Parse(Regex.Match(line, "[0-9]+").Value, CultureInfo.InvariantCulture);
        using (var process = Process.GetProcessById(victim))
            process.Kill();
        var outcome = await driver.WaitForExitAsync();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(
            $"cjp2p simulate: process {victim} of the cluster has ended, and with it its part of the world: nothing is left of this run",
            outcome.Error[^1]);
    }

    [Fact]
    public async Task Processes_that_were_started_elsewhere_join()
    {
        _folder.Text("street.conf", Street);
        await using var driver = Cjp2pProcess.Start(
            _folder.Root, "simulate", "--scenario", "street.conf", "--seed", "11", "--cluster", "2", "--cluster-listen", $"127.0.0.1:{FreePort()}", "--json");
        var command = await driver.WaitForErrorAsync(text => text.StartsWith("waiting for 1 process: ", StringComparison.Ordinal));
        await using var other = Cjp2pProcess.Start(_folder.Root, command.Split("cjp2p ")[1].Split(' '));
        var outcome = await driver.WaitForExitAsync();
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(0, (await other.WaitForExitAsync()).ExitCode);
    }

    [Theory]
    [InlineData("--cluster 0", "--cluster is a whole number from 1 to 64, not '0'")]
    [InlineData("--threads 0", "--threads is a whole number from 1 to 64, not '0'")]
    [InlineData("--threads 65", "--threads is a whole number from 1 to 64, not '65'")]
    [InlineData("--threads 2 --cluster 2", "--threads and --cluster contradict each other: one splits the world in this process, the other over several")]
    [InlineData("--threads 2 --pcap out.pcap", "--threads plays one run and prints its result; the other option needs all of the world in one piece")]
    [InlineData("--cluster 3 --peers 2", "--cluster 3 is more than there are peers")]
    [InlineData("--cluster 2 --report out.html", "--cluster plays one run and prints its result; the other option needs all of the world in one piece")]
    [InlineData("--cluster-listen 127.0.0.1:4053", "--cluster-listen wants to know for how many processes: --cluster 2 or more")]
    [InlineData("--join nowhere", "--join is ip:port, such as 127.0.0.1:4053, not 'nowhere'")]
    [InlineData("--join 127.0.0.1:4053 --seed 7", "--join goes alone: what is played the other process knows")]
    public async Task What_makes_no_sense_is_one_line(string options, string line)
    {
        var outcome = await RunAsync(options.Split(' '));
        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith($"cjp2p simulate: {line}", Assert.Single(outcome.Error), StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public async Task A_link_without_delay_is_named()
    {
        _folder.Text("near.conf", "peers = 3\ncontents { film { size = 1KiB } }\ngroups { all { count = 1, link = perfect, shares = [film] }\n others { link = home, fetches = [film] } }\n");
        var outcome = await RunAsync("--scenario", "near.conf", "--cluster", "2", "--json");
        Assert.Equal(["cjp2p simulate: near: groups.all.link: a world is cut where links have a delay: this one has none"], outcome.Error);
        Assert.Equal(1, outcome.ExitCode);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string WithoutWallTime(Outcome outcome)
    {
        using var json = JsonDocument.Parse(Assert.Single(outcome.Output));
        return string.Join('\n', json.RootElement.EnumerateObject().Where(one => one.Name != "wallSeconds"));
    }

    private Task<Outcome> RunAsync(params string[] arguments) => Cjp2pProcess.RunAsync(_folder.Root, ["simulate", .. arguments]);
}
