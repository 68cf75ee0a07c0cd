namespace Cjp2p.Host.Tests.Processes;

/// <summary>One node for all transfers of <see cref="TransferTests"/>, that shares a file of each size.</summary>
public sealed class SharingNode : IAsyncLifetime
{
    private readonly Dictionary<long, string> _ids = [];
    private Cjp2pProcess? _process;

    /// <summary>Sizes of the files.</summary>
    public static IReadOnlyList<long> Sizes { get; } =
        [0, 1, 4095, 4096, 4097, 65537, .. Enumerable.Range(20, 9).Select(power => 1L << power)];

    internal TestFolder Folder { get; } = new();

    internal RunningNode Node { get; private set; } = null!;

    /// <summary>The id of the shared file of that size; made now when it is not one of <see cref="Sizes"/>.</summary>
    public async Task<string> IdAsync(long size)
    {
        if (!_ids.TryGetValue(size, out var id))
        {
            _ids[size] = id = Folder.File($"shared/{size}", size, seed: (int)(size % 1000));
            await StatusClient.SharesAsync(Node, _ids.Count);
        }

        return id;
    }

    public async Task InitializeAsync()
    {
        Folder.Folder("shared");
        foreach (var size in Sizes)
            _ids[size] = Folder.File($"shared/{size}", size, seed: (int)(size % 1000));
        (_process, Node) = await Cjp2pProcess.StartNodeAsync(Folder.Path);
        await StatusClient.SharesAsync(Node, Sizes.Count);
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Folder.Dispose();
    }
}
