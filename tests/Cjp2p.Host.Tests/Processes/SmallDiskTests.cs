using System.Diagnostics;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A real file system that is full, and then is not.</summary>
public sealed class SmallDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SmallDiskFact]
    public async Task Get_on_a_full_disk_says_so_keeps_what_it_has_and_goes_on_when_there_is_room()
    {
        var id = _folder.File("content", 24 << 20, seed: 1);
        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "content", "--listen", "127.0.0.1:0");
        var address = await source.ListeningAsync();
        await source.WaitForErrorAsync(line => line.StartsWith("sharing 1 file", StringComparison.Ordinal));
        using var disk = new SmallDisk(_folder.Folder("disk"), mebibytes: 32);
        // Something else takes half of it.
        File.WriteAllBytes(_folder.In("disk", "other"), new byte[16 << 20]);
        string[] get = ["get", id, "--peer", $"{address}", "-o", "disk/got", "--set", "downloads.free-floor=1MiB"];
        var full = await Cjp2pProcess.RunAsync(_folder.Root, get);
        Assert.Equal(1, full.ExitCode);
        Assert.Matches("disk/got cannot be written: .*(No space left|would leave less free)", Assert.Single(full.Error));
        Assert.True(disk.FreeBytes >= 1 << 20, "the floor was not kept");
        File.Delete(_folder.In("disk", "other"));
        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, get);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.IdOf("disk/got"));
        Assert.Equal(["got"], Directory.EnumerateFiles(_folder.In("disk")).Select(Path.GetFileName));
    }

    [SmallDiskFact]
    public async Task Get_on_a_disk_that_is_too_small_from_the_start_leaves_nothing_there()
    {
        var id = _folder.File("content", 24 << 20, seed: 1);
        await using var source = Cjp2pProcess.Start(_folder.Root, "share", "content", "--listen", "127.0.0.1:0");
        var address = await source.ListeningAsync();
        using var disk = new SmallDisk(_folder.Folder("disk"), mebibytes: 1);
        var full = await Cjp2pProcess.RunAsync(_folder.Root, "get", id, "--peer", $"{address}", "-o", "disk/got");
        Assert.Equal(1, full.ExitCode);
        Assert.Matches("^cjp2p get: disk/got cannot be written: .*(No space left|would leave less free)", Assert.Single(full.Error));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.In("disk")));
    }

    [SmallDiskFact]
    public async Task Node_whose_data_folder_is_on_a_full_or_read_only_disk_runs_and_serves()
    {
        var id = _folder.File("content", 1 << 20, seed: 1);
        using var disk = new SmallDisk(_folder.Folder("disk"), mebibytes: 1);
        _folder.Folder("shared");
        File.Copy(_folder.In("content"), _folder.In("shared", "content"));
        var (process, node) = await Cjp2pProcess.StartNodeAsync(
            _folder.Root, "--data", "disk/data", "--share", "shared", "--set", "storage.write-after=10ms");
        await using var running = process;
        try
        {
            File.WriteAllBytes(_folder.In("disk", "other"), new byte[2 << 20]);
        }
        catch (IOException)
        {
            // Now it is full.
        }

        File.Copy(_folder.In("content"), _folder.In("shared", "again"));
        var got = await Cjp2pProcess.RunAsync(_folder.Root, "get", id, "--peer", node.Udp, "-o", "got");
        Assert.True(got.ExitCode == 0, got.ToString());
        _ = disk.MakeReadOnly();
        File.Copy(_folder.In("content"), _folder.In("shared", "once-more"));
        var gotAgain = await Cjp2pProcess.RunAsync(_folder.Root, "get", id, "--peer", node.Udp, "-o", "got-again");
        Assert.True(gotAgain.ExitCode == 0, gotAgain.ToString());
        process.Terminate();
        Assert.Equal(0, (await process.WaitForExitAsync()).ExitCode);
    }
}

/// <summary>A test that mounts a small file system: root may, where the container lets it.</summary>
public sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(Probe);

    public SmallDiskFactAttribute() => Skip = Reason.Value;

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return "only root can mount a small file system, on Linux";
        var folder = Directory.CreateTempSubdirectory("cjp2p-probe-").FullName;
        try
        {
            using var mount = Process.Start("mount", ["-t", "tmpfs", "-o", "size=1m", "cjp2p-probe", folder]);
            mount.WaitForExit();
            if (mount.ExitCode != 0)
                return "this machine does not let root mount a file system";
            using var unmount = Process.Start("umount", [folder]);
            unmount.WaitForExit();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no mount here";
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}
