using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A fetch that is cut off goes on where it was.</summary>
public sealed class ResumeTests : IAsyncLifetime, IDisposable
{
    private const long SizeBytes = 64 * 1024 * 1024;
    private readonly TestFolder _folder = new();
    private Cjp2pProcess _source = null!;
    private RunningNode _node = null!;
    private string _id = "";

    public async Task InitializeAsync()
    {
        _folder.Folder("shared");
        _id = _folder.File("shared/content", SizeBytes);
        (_source, _node) = await Cjp2pProcess.StartNodeAsync(_folder.Path);
        await StatusClient.SharesAsync(_node, 1);
    }

    public async Task DisposeAsync() => await _source.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_without_a_chance_to_save_it_goes_on_from_what_was_saved_before()
    {
        await using var get = Start("--set", "downloads.save-every=100ms");
        await Eventually.ThatAsync(() => File.Exists(_folder["got.cjp2p-part.cjp2p-map"]));
        get.Kill();
        await get.WaitForExitAsync();
        Assert.False(File.Exists(_folder["got"]));

        await GoesOnAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stopped_by_a_signal_it_saves_and_goes_on_later(bool withCtrlC)
    {
        await using var get = Start();
        await Eventually.ThatAsync(() => StatusClient.BytesOutAsync(_node), bytes => bytes > SizeBytes / 8);
        if (withCtrlC)
            get.Interrupt();
        else
            get.Terminate();
        var stopped = await get.WaitForExitAsync();

        Assert.Equal(1, stopped.ExitCode);
        Assert.Matches("^cjp2p get: interrupted; .+ of 64 MiB are kept, run it again to go on from there$", Assert.Single(stopped.Error));
        Assert.False(File.Exists(_folder["got"]));
        await GoesOnAsync();
    }

    [Fact]
    public async Task Out_of_time_it_saves_and_goes_on_later()
    {
        var late = await Cjp2pProcess.RunAsync(
            _folder.Path, "get", _id, "--peer", _node.Udp, "-o", "got", "--timeout", "1.5", "--set", "downloads.flight-max=1");

        Assert.Equal(1, late.ExitCode);
        Assert.StartsWith("cjp2p get: not complete after 1.5 s: ", Assert.Single(late.Error), StringComparison.Ordinal);
        await FinishAsync();
    }

    private Cjp2pProcess Start(params string[] more) => Cjp2pProcess.Start(
        _folder.Path, ["get", _id, "--peer", _node.Udp, "-o", "got", "--set", "downloads.flight-max=2", .. more]);

    private async Task GoesOnAsync() => Assert.True(await FinishAsync() < SizeBytes);

    private async Task<long> FinishAsync()
    {
        var outcome = await Cjp2pProcess.RunAsync(_folder.Path, "get", _id, "--peer", _node.Udp, "-o", "got", "--json");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(_id, _folder.HashOf("got"));
        Assert.Empty(Directory.GetFiles(_folder.Path, "got.*"));
        using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
        return report.RootElement.GetProperty("fetchedBytes").GetInt64();
    }
}
