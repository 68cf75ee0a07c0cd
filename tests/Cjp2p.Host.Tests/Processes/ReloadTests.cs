using System.IO.Compression;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>SIGHUP: a running node reads its configuration again.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Limits_folders_log_level_and_hooks_count_at_once_and_what_is_wrong_changes_nothing()
    {
        _folder.Folder("first");
        _folder.Folder("second");
        var first = _folder.File("first/a", 300_000, seed: 1);
        var second = _folder.File("second/b", 100_000, seed: 2);
        Configure("cjp2p.content.shared = [first]");
        var (process, node) = await Cjp2pProcess.StartNodeAsync(_folder.Root, "--config", "node.conf", "--data", "data");
        await using var _ = process;
        await StatusClient.SharesAsync(node, 1);

        Configure("cjp2p { content.shared = [second], limits.upload = fast }");
        process.HangUp();
        await process.WaitForErrorAsync(line => line.Contains(
            "The configuration was not taken over, everything stays as it was: node.conf, line 1: cjp2p.limits.upload is \"fast\"", StringComparison.Ordinal));
        Configure("cjp2p { content.shared = [second, nowhere] }");
        process.HangUp();
        await process.WaitForErrorAsync(line => line.Contains("nowhere cannot be shared", StringComparison.Ordinal));
        await GetsAsync(first, node);

        _folder.Text("hook", "echo \"$CJP2P_EVENT $2 $3\" >> log\n");
        Configure($$"""
            cjp2p {
              content.shared = [second]
              limits.upload = 1MiB
              log.level = debug
              peers.blocked = ["192.0.2.0/24"]
              peers.peers-max = 77
              hooks.added = ["/bin/sh", "{{_folder.In("hook")}}", "x"]
            }
            """);
        process.HangUp();
        await process.WaitForErrorAsync(line => line.Contains(
            "in effect: content.shared, hooks.added, limits.upload, log.level, peers.blocked", StringComparison.Ordinal));
        await process.WaitForErrorAsync(line => line.Contains("From the next start on only: peers.peers-max", StringComparison.Ordinal));
        await process.WaitForErrorAsync(line => line.Contains(" DBG ", StringComparison.Ordinal));
        await GetsAsync(second, node);
        // The bundle for diagnosis shows what counts now, and of what counts from the next start on what still does.
        var settings = await SettingsAsync(node);
        Assert.Contains("cjp2p.limits.upload = 1048576", settings);
        Assert.Contains("cjp2p.log.level = debug", settings);
        Assert.Contains("cjp2p.peers.peers-max = 10000", settings);
        Assert.Contains(settings, line => line.StartsWith("cjp2p.content.shared = ", StringComparison.Ordinal) && line.Contains("second", StringComparison.Ordinal) && !line.Contains("first", StringComparison.Ordinal));
        Assert.Contains(settings, line => line.StartsWith("cjp2p.peers.blocked = ", StringComparison.Ordinal) && line.Contains("192.0.2.0/24", StringComparison.Ordinal));
        var gone = await Cjp2pProcess.RunAsync(_folder.Root, "get", first, "--own-node", "--peer", node.Udp, "-o", "gone", "--timeout", "3");
        Assert.Equal(1, gone.ExitCode);
        await Until.TrueAsync(() => File.Exists(_folder.In("second", "log")), Cjp2pProcess.Bound);
        Assert.Contains($"added {second} {_folder.In("second", "b")}", File.ReadAllLines(_folder.In("second", "log")));

        process.Terminate();
        Assert.Equal(0, (await process.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Commands_that_do_not_run_on_stop_as_they_always_did()
    {
        _folder.Folder("shared");
        _folder.Text(Path.Combine("shared", "a.txt"), "something");
        await using var share = Cjp2pProcess.Start(_folder.Root, "share", "shared", "--listen", "127.0.0.1:0");
        await share.ListeningAsync();
        share.HangUp();
        Assert.Equal(0, (await share.WaitForExitAsync()).ExitCode);
    }

    private static async Task<string[]> SettingsAsync(RunningNode node)
    {
        using var client = new HttpClient { BaseAddress = node.Http };
        using var zip = new ZipArchive(new MemoryStream(await client.GetByteArrayAsync("/api/diagnostics")));
        using var reader = new StreamReader(zip.GetEntry("settings.conf")!.Open());
        return (await reader.ReadToEndAsync()).Split('\n');
    }

    private void Configure(string text) => _folder.Text("node.conf", text);

    private async Task GetsAsync(string id, RunningNode node)
    {
        var got = await Cjp2pProcess.RunAsync(_folder.Root, "get", id, "--own-node", "--peer", node.Udp, "-o", "got");
        Assert.True(got.ExitCode == 0, got.ToString());
        Assert.Equal(id, _folder.IdOf("got"));
        File.Delete(_folder.In("got"));
    }
}
