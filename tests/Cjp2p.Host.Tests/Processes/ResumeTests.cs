using System.Text.Json;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A fetch that is cut off goes on where it was.</summary>
public sealed class ResumeTests : IAsyncLifetime, IDisposable
{
    private const long Bytes = 16 << 20;
    private readonly TemporaryFolder _folder = new();
    private Cjp2pProcess _source = null!;
    private LossyRelay _relay = null!;
    private string _id = "";

    public async Task InitializeAsync()
    {
        _id = _folder.File("content", Bytes, seed: 7);
        _source = Cjp2pProcess.Start(_folder.Root, "share", "content", "--listen", "127.0.0.1:0");
        await _source.WaitForErrorAsync(line => line.StartsWith("sharing 1 file", StringComparison.Ordinal));
        _relay = new LossyRelay(await _source.ListeningAsync());
        _relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 6_000_000 });
    }

    public async Task DisposeAsync()
    {
        await _relay.DisposeAsync();
        await _source.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_without_a_chance_to_save_it_goes_on_from_what_was_saved_before()
    {
        await using var get = Start("--set", "downloads.save-every=100ms");
        await MidwayAsync();
        get.Kill();
        await get.WaitForExitAsync();
        Assert.False(File.Exists(_folder.In("got")));

        await GoesOnAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stopped_by_a_signal_it_saves_and_goes_on_later(bool withCtrlC)
    {
        await using var get = Start();
        await MidwayAsync();
        if (withCtrlC)
            get.Interrupt();
        else
            get.Terminate();
        var stopped = await get.WaitForExitAsync();

        Assert.Equal(1, stopped.ExitCode);
        Assert.Matches("^cjp2p get: interrupted; .+ of 16 MiB are kept, run it again to go on from there$", Assert.Single(stopped.Error));
        Assert.False(File.Exists(_folder.In("got")));
        await GoesOnAsync();
    }

    [Fact]
    public async Task Out_of_time_it_saves_and_goes_on_later()
    {
        await using var get = Start("--timeout", "15");
        await MidwayAsync();
        _relay.SetBoth(new LossyRelayOptions { BytesPerSecond = 200_000 });
        var late = await get.WaitForExitAsync();

        Assert.Equal(1, late.ExitCode);
        Assert.Matches("^cjp2p get: not complete after 15 s: .+ of 16 MiB are kept, run it again to go on from there$", Assert.Single(late.Error));
        await GoesOnAsync();
    }

    private Cjp2pProcess Start(params string[] more) => Cjp2pProcess.Start(
        _folder.Root, ["get", _id, "--peer", $"{_relay.Address}", "-o", "got", .. more]);

    private Task MidwayAsync() => Until.TrueAsync(
        () => File.Exists(_folder.In("got.cjp2p-part")) && new FileInfo(_folder.In("got.cjp2p-part")).Length > Bytes / 3, Cjp2pProcess.Bound);

    private async Task GoesOnAsync()
    {
        _relay.SetBoth(LossyRelayOptions.Clean);
        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, "get", _id, "--peer", $"{_relay.Address}", "-o", "got", "--json");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(_id, _folder.IdOf("got"));
        Assert.Equal([_folder.In("content"), _folder.In("got")], Directory.EnumerateFiles(_folder.Root).Order());
        using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
        Assert.InRange(report.RootElement.GetProperty("fetchedBytes").GetInt64(), 1, Bytes * 9 / 10);
    }
}
