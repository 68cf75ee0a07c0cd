using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>The command that serves what it is told to.</summary>
public sealed class ShareTests : IDisposable
{
    private const string Hello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_prints_id_length_and_name_and_serves_until_it_is_stopped()
    {
        _folder.Folder("photos/summer");
        _folder.Text("photos/summer/a b.txt", "hello\n");
        _folder.Text("single", "");
        await using var share = Cjp2pProcess.Start(_folder.Root, "share", "photos", "single", "--listen", "127.0.0.1:0");
        var listening = await share.WaitForErrorAsync(line => line.StartsWith("listening on udp ", StringComparison.Ordinal));
        await share.WaitForErrorAsync(line => line == "sharing 2 files, 6 B, until Ctrl-C");

        var get = await Cjp2pProcess.RunAsync(_folder.Root, "get", Hello, "--peer", listening[17..]);
        share.Terminate();
        var outcome = await share.WaitForExitAsync();

        Assert.True(get.ExitCode == 0, get.ToString());
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(
            [$"{Hello}  6  photos/summer/a b.txt", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  0  single"],
            outcome.Output);
    }

    [Fact]
    public async Task For_scripts_each_line_is_an_object_and_names_are_harmless()
    {
        _folder.Text("evil\u001b[31m\n.txt", "hello\n");
        await using var share = Cjp2pProcess.Start(_folder.Root, "share", ".", "--listen", "127.0.0.1:0", "--json");
        await share.WaitForErrorAsync(line => line.StartsWith("sharing 1 file", StringComparison.Ordinal));

        // What it says there and here comes by two ways.
        await Until.TrueAsync(() => share.Output.Count == 2, Cjp2pProcess.Bound);
        using var listening = JsonDocument.Parse(share.Output[0]);
        Assert.StartsWith("127.0.0.1:", listening.RootElement.GetProperty("udp")[0].GetString(), StringComparison.Ordinal);
        using var file = JsonDocument.Parse(share.Output[1]);
        Assert.Equal(Hello, file.RootElement.GetProperty("id").GetString());
        Assert.Equal("./evil\u001b[31m\n.txt", file.RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Nothing_to_share_is_one_line()
    {
        _folder.Folder("empty");

        var outcome = await Cjp2pProcess.RunAsync(_folder.Root, "share", "empty", "--listen", "127.0.0.1:0");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("cjp2p share: there is no file to share", outcome.Error[^1]);
    }
}
