namespace Cjp2p.Host.Tests.Processes;

/// <summary>What a node keeps, as its user meets it.</summary>
public sealed class StateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Second_node_with_the_same_data_folder_ends_with_one_line()
    {
        var (first, _) = await Cjp2pProcess.StartNodeAsync(_folder.Root, "--data", "data");
        await using var node = first;
        var second = await Cjp2pProcess.RunAsync(
            _folder.Root, "run", "--listen", "127.0.0.1:0", "--no-http", "--data", "data", "--json");
        Assert.Equal(1, second.ExitCode);
        Assert.Equal(
            $"cjp2p run: the data folder {_folder.In("data")} is used by another node",
            Assert.Single(second.Error));
        node.Terminate();
        Assert.Equal(0, (await node.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Damaged_database_is_set_aside_and_the_node_runs()
    {
        _folder.Folder("data");
        _folder.Text("data/node.db", "not a database at all");
        var (process, _) = await Cjp2pProcess.StartNodeAsync(_folder.Root, "--data", "data");
        await using var node = process;
        var line = await node.WaitForErrorAsync(text => text.Contains("set aside", StringComparison.Ordinal));
        Assert.Contains("damaged or no database", line, StringComparison.Ordinal);
        Assert.Equal("not a database at all", File.ReadAllText(Assert.Single(Directory.EnumerateFiles(_folder.In("data"), "*.aside-*"))));
    }

    [Fact]
    public async Task State_is_backed_up_while_the_node_runs_and_restored_when_it_does_not()
    {
        var (process, _) = await Cjp2pProcess.StartNodeAsync(_folder.Root, "--data", "data");
        await using var node = process;
        var backup = await Cjp2pProcess.RunAsync(_folder.Root, "backup", "copy.db", "--data", "data");
        Assert.True(backup.ExitCode == 0, backup.ToString());
        var refused = await Cjp2pProcess.RunAsync(_folder.Root, "restore", "copy.db", "--data", "data");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("is used by another node", Assert.Single(refused.Error), StringComparison.Ordinal);
        node.Terminate();
        await node.WaitForExitAsync();
        var restored = await Cjp2pProcess.RunAsync(_folder.Root, "restore", "copy.db", "--data", "data");
        Assert.True(restored.ExitCode == 0, restored.ToString());
        Assert.StartsWith("restored; what was there before is set aside as node.db.aside-", Assert.Single(restored.Output), StringComparison.Ordinal);
        var again = await Cjp2pProcess.RunAsync(_folder.Root, "backup", "again.db", "--data", "data", "--json");
        Assert.Equal(
            $$"""{"path":"again.db","lengthBytes":{{new FileInfo(_folder.In("again.db")).Length}}}""", Assert.Single(again.Output));
        var elsewhere = await Cjp2pProcess.RunAsync(_folder.Root, "restore", "again.db", "--data", "new", "--json");
        Assert.Equal($$"""{"data":"{{_folder.In("new")}}"}""", Assert.Single(elsewhere.Output));
        var wrong = await Cjp2pProcess.RunAsync(_folder.Root, "restore", _folder.Text("x", "no database"), "--data", "data");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Single(wrong.Error);
        // Nobody can write there, not even root, and the line says where.
        var nowhere = await Cjp2pProcess.RunAsync(_folder.Root, "backup", "/proc/x", "--data", "data");
        Assert.Equal(1, nowhere.ExitCode);
        Assert.StartsWith("cjp2p backup: /proc/x cannot be written: ", Assert.Single(nowhere.Error), StringComparison.Ordinal);
    }
}
