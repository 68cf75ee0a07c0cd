using System.Runtime.Versioning;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>Folders that the program may not read or write, each told in one clear line.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PermissionTests : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_101_101;
    private readonly TemporaryFolder _folder = new();

    public PermissionTests()
    {
        File.SetUnixFileMode(_folder.Root, Everybody);
        _folder.Folder("secret");
        _folder.Text("secret/hidden", "x");
        _folder.Text("hello", "hello\n");
        File.SetUnixFileMode(_folder.In("hello"), Everybody);
        File.SetUnixFileMode(_folder.In("secret"), UnixFileMode.None);
    }

    public void Dispose()
    {
        File.SetUnixFileMode(_folder.In("secret"), Everybody);
        _folder.Dispose();
    }

    [UnprivilegedProcessFact]
    public async Task A_folder_that_cannot_be_read_is_one_line_of_share_and_of_run()
    {
        var share = await RunAsync("share", "secret", "--listen", "127.0.0.1:0");
        Assert.Equal("cjp2p share: secret: permission denied", Assert.Single(share.Error));
        Assert.Equal((1, 0), (share.ExitCode, share.Output.Length));
        var run = await RunAsync("run", "--share", "secret", "--listen", "127.0.0.1:0", "--no-http");
        Assert.Equal($"cjp2p run: the folder {_folder.In("secret")} cannot be shared: permission denied", Assert.Single(run.Error));
        Assert.Equal((1, 0), (run.ExitCode, run.Output.Length));
    }

    [UnprivilegedProcessFact]
    public async Task A_folder_below_that_cannot_be_read_is_one_line_and_the_rest_is_shared()
    {
        await using var share = Cjp2pProcess.StartUnprivileged(_folder.Root, "share", ".", "--listen", "127.0.0.1:0");
        await share.WaitForErrorAsync(line => line == "sharing 1 file, 6 B, until Ctrl-C");
        Assert.Equal(
            $"not shared: {_folder.In("secret")}: permission denied",
            Assert.Single(share.Error, line => line.Contains("secret", StringComparison.Ordinal)));
        // What it says there and here comes by two ways.
        await Until.TrueAsync(() => share.Output.Count > 0, Cjp2pProcess.Bound);
        Assert.Equal($"{SmallNode.Id}  6  ./hello", Assert.Single(share.Output));
    }

    [UnprivilegedProcessFact]
    public async Task A_folder_that_cannot_be_written_is_one_line_before_anybody_is_asked()
    {
        _folder.Folder("closed");
        var get = await RunAsync("get", SmallNode.Id, "-o", "closed/got", "--peer", "127.0.0.1:9", "--timeout", "30");
        Assert.Equal("cjp2p get: closed/got cannot be written: permission denied", Assert.Single(get.Error));
        Assert.Equal((1, 0), (get.ExitCode, get.Output.Length));
    }

    private async Task<Outcome> RunAsync(params string[] arguments)
    {
        await using var process = Cjp2pProcess.StartUnprivileged(_folder.Root, arguments);
        return await process.WaitForExitAsync();
    }
}
