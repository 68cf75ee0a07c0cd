using Cjp2p.Host.Tests.Http;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>
/// A running node with two downloads, one of them to a real disk that is full, cannot be written, or is taken out: only that
/// one waits, says why, and goes on by itself.
/// </summary>
public sealed class DiskTroubleTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private Cjp2pProcess _source = null!;
    private string _large = "";
    private string _small = "";

    public async Task InitializeAsync()
    {
        _folder.Folder("files");
        _large = _folder.File("files/large", 24 << 20, seed: 1);
        _small = _folder.File("files/small", 4 << 20, seed: 2);
        _source = Cjp2pProcess.Start(_folder.Root, "share", "files", "--listen", "127.0.0.1:0");
        await _source.WaitForErrorAsync(line => line.StartsWith("sharing 2 files", StringComparison.Ordinal));
    }

    public async Task DisposeAsync() => await _source.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [SmallDiskFact]
    public async Task Full_disk()
    {
        using var disk = new SmallDisk(_folder.Folder("disk"), mebibytes: 32);
        File.WriteAllBytes(_folder.In("disk", "other"), new byte[16 << 20]);
        await using var node = await NodeAsync($"{await _source.ListeningAsync()}");
        await FetchAsync(node, _large, "disk/large");
        await FetchAsync(node, _small, "small");
        await WaitsAsync(node, _large, "less free");
        await HasAsync(node, _small, "small");
        Assert.True(disk.FreeBytes >= 1 << 20, "the floor was not kept");

        File.Delete(_folder.In("disk", "other"));
        await HasAsync(node, _large, "disk/large");
    }

    [SmallDiskFact]
    public async Task Disk_that_cannot_be_written()
    {
        using var disk = new SmallDisk(_folder.Folder("disk"), mebibytes: 64);
        Assert.True(disk.MakeReadOnly());
        await using var node = await NodeAsync($"{await _source.ListeningAsync()}");
        await FetchAsync(node, _large, "disk/large");
        await FetchAsync(node, _small, "small");
        await WaitsAsync(node, _large, "Read-only");
        await HasAsync(node, _small, "small");

        disk.MakeWritable();
        await HasAsync(node, _large, "disk/large");
    }

    [SmallDiskFact]
    public async Task Disk_that_is_taken_out_and_comes_back_empty()
    {
        using var disk = new SmallDisk(_folder.Folder("disk"), mebibytes: 64);
        _folder.Folder("disk/below");
        await using var relay = new LossyRelay(await _source.ListeningAsync());
        relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 3_000_000 });
        await using var node = await NodeAsync($"{relay.Address}");
        await FetchAsync(node, _large, "disk/below/large");
        await Until.TrueAsync(
            () => File.Exists(_folder.In("disk/below/large.cjp2p-part")) && new FileInfo(_folder.In("disk/below/large.cjp2p-part")).Length > 1 << 20,
            Cjp2pProcess.Bound);
        disk.Remove();
        await FetchAsync(node, _small, "small");
        relay.SetBoth(LossyRelayOptions.Clean);
        await WaitsAsync(node, _large, "disk");
        await HasAsync(node, _small, "small");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.In("disk")));

        disk.Insert();
        _folder.Folder("disk/below");
        await HasAsync(node, _large, "disk/below/large");
    }

    private Task<ApiProcess> NodeAsync(string peer) => ApiProcess.StartAsync(
        _folder, "--peer", peer, "--set", "downloads.free-floor=1MiB", "--set", "downloads.disk-retry=200ms");

    private async Task FetchAsync(ApiProcess node, string id, string path)
    {
        var (code, body) = await node.ActAsync("POST", "/api/downloads", new { id, path = _folder.In(path) });
        Assert.True(code == 202, body);
    }

    // That it waits, and why, is in the status and in the log.
    private static async Task WaitsAsync(ApiProcess node, string id, string why)
    {
        await node.Process.WaitForErrorAsync(line => line.Contains($"Download of {id} waits for the disk: ", StringComparison.Ordinal));
        await Until.AnswerAsync(
            () => StatusClient.StatusAsync(node.Node),
            status => status.GetProperty("downloads").EnumerateArray().Any(one => one.GetProperty("id").GetString() == id
                && one.TryGetProperty("why", out var said) && said.GetString()!.Contains(why, StringComparison.Ordinal)),
            Cjp2pProcess.Bound);
    }

    private async Task HasAsync(ApiProcess node, string id, string path)
    {
        await Until.TrueAsync(() => File.Exists(_folder.In(path)), Cjp2pProcess.Bound);
        Assert.Equal(id, _folder.IdOf(path));
        Assert.True(node.Process.IsRunning);
    }
}
