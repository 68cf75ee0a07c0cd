namespace Cjp2p.Host.Tests.Processes;

/// <summary>One running node that shares one small file, for tests that do not change it.</summary>
public sealed class SmallNode : IAsyncLifetime
{
    private Cjp2pProcess? _process;

    /// <summary>Id of its file, which holds "hello" and a line feed.</summary>
    public const string Id = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

    internal TemporaryFolder Folder { get; } = new();

    internal RunningNode Node { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Folder.Folder("shared/deep");
        Folder.Text("shared/deep/hello.txt", "hello\n");
        (_process, Node) = await Cjp2pProcess.StartNodeAsync(Folder.Root);
        await StatusClient.SharesAsync(Node, 1);
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Folder.Dispose();
    }
}
