using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>What <c>run</c> and <c>get</c> draw in a terminal.</summary>
public sealed class TerminalTests : IDisposable
{
    private const int Width = 100;
    private const int Height = 30;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TmuxFact]
    public async Task Run_shows_a_live_status_until_it_is_stopped()
    {
        _folder.Folder("shared");
        _folder.Text("shared/hello.txt", "hello\n");
        await using var screen = await TmuxScreen.StartAsync(_folder.Root, Width, Height, "run", "--listen", "127.0.0.1:0", "--no-http");

        var alone = await screen.UntilAsync("1 file, 6 B");
        Assert.Matches(@"(?m)^cjp2p \S+  udp 127\.0\.0\.1:[1-9][0-9]* +up 0:[0-9]{2}$", alone);
        Assert.Matches(@"(?m)^network +in 0 B/s \(0/s\), out 0 B/s \(0/s\)$", alone);
        Assert.Matches("(?m)^peers +0 verified, 0 hearsay$", alone);
        Assert.Matches("(?m)^downloads +none$", alone);
        Assert.Contains("Ctrl-C stops", alone, StringComparison.Ordinal);

        // It is live: what comes in is seen, in the same place.
        var udp = alone[(alone.IndexOf("udp ", StringComparison.Ordinal) + "udp ".Length)..].Split(' ')[0];
        var ping = await Cjp2pProcess.RunAsync(_folder.Root, "ping", udp, "-c", "2");
        Assert.True(ping.ExitCode == 0, ping.ToString());
        var asked = await screen.UntilAsync("1 verified");
        Assert.DoesNotContain("in 0 B, out 0 B", asked, StringComparison.Ordinal);
        Assert.Single(asked.Split('\n'), line => line.StartsWith("cjp2p ", StringComparison.Ordinal));

        await screen.PressAsync("C-c");
        await screen.UntilAsync("ended with 0");
    }

    [TmuxFact]
    public async Task Get_shows_a_bar_with_speed_sources_and_time_left_and_then_one_line()
    {
        var id = _folder.File("content", 8 << 20, seed: 3);
        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "content", "--listen", "127.0.0.1:0");
        await source.WaitForErrorAsync(line => line.StartsWith("sharing 1 file", StringComparison.Ordinal));
        await using var relay = new LossyRelay(await source.ListeningAsync());
        // It takes its time until the bar was seen.
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 200_000 });
        await using var screen = await TmuxScreen.StartAsync(_folder.Root, Width, Height, "get", id, "--peer", $"{relay.Address}", "-o", "got");

        const string Bar = @"(?m)^\S+ +[0-9]+% +\S+ [KM]iB of 8 MiB +[0-9.]+ [kM]B/s  1 source  [0-9:]+ left$";
        var bar = await screen.UntilAsync(text => System.Text.RegularExpressions.Regex.IsMatch(text, Bar));
        Assert.Single(bar.Split('\n'), line => line.Length > 0);
        Assert.False(File.Exists(_folder.In("got")));

        relay.SetBoth(LossyRelayOptions.Clean);
        var end = await screen.UntilAsync("ended with 0");
        Assert.Matches(@$"(?m)^got  8 MiB in [0-9.]+ s, .+/s from {relay.Address}, verified$", end);
        // The bar is gone.
        Assert.DoesNotContain("left", end, StringComparison.Ordinal);
        Assert.Equal(id, _folder.IdOf("got"));
    }
}
