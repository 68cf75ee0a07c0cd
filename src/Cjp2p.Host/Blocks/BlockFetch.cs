using System.Collections.Immutable;
using System.Security.Cryptography;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Blocks;

/// <summary>
/// Fetches a content by its hash list: each block is a content of its own, checked when it arrives and served to others
/// from then on. What is here stays in a folder beside the target until all is; the next try goes on from there.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="list">Id of the hash list.</param>
/// <param name="target">Where the content shall be.</param>
/// <param name="peers">Whom to ask.</param>
/// <param name="mayReplace">Whether a file that is there and is something else makes room.</param>
/// <param name="progress">Told how it goes.</param>
internal sealed class BlockFetch(
    Cjp2pNode node,
    ContentId list,
    string target,
    ImmutableArray<PeerAddress> peers,
    bool mayReplace,
    IProgress<DownloadProtocol.Progress> progress)
{
    /// <summary>Ending of the name of the folder with the blocks.</summary>
    public const string FolderSuffix = ".cjp2p-blocks";

    private const int AtOnce = 16;

    private readonly string _folder = Path.GetFullPath(target) + FolderSuffix;
    private readonly HashSet<PeerAddress> _sources = [];
    private long _fetchedBytes;

    /// <summary>Fetches all of it; the outcome is as of one content, with the id of the list.</summary>
    /// <exception cref="NodeException">It could not be had, or is no hash list.</exception>
    public async Task<DownloadProtocol.Finished> RunAsync(CancellationToken cancelled)
    {
        Directory.CreateDirectory(_folder);
        // What is in it is served, and what arrives in it at once.
        await node.ShareAsync(_folder, cancelled).ConfigureAwait(false);
        var path = await FetchAsync(list, cancelled).ConfigureAwait(false);
        for (var level = 1; ; level++)
        {
            if (!HashList.TryRead(await ReadListAsync(path, cancelled).ConfigureAwait(false), out var blocks))
            {
                throw new NodeException(level == 1
                    ? $"{list} is no hash list: get it without --blocks"
                    : $"{path} is too long for a hash list");
            }

            if (await IsThereAsync(blocks, cancelled).ConfigureAwait(false))
                break;
            await RejectOtherAsync(blocks, cancelled).ConfigureAwait(false);
            await FetchAllAsync(blocks, cancelled).ConfigureAwait(false);
            path = await AssembleAsync(blocks, level, cancelled).ConfigureAwait(false);
            if (level == HashList.LevelsMax || !await IsListAsync(path, cancelled).ConfigureAwait(false))
            {
                File.Move(path, target, overwrite: true);
                break;
            }
        }

        Directory.Delete(_folder, recursive: true);
        return new DownloadProtocol.Finished(
            list, target, new FileInfo(target).Length, _fetchedBytes, [.. _sources.Order()]);
    }

    // It was complete before, in this run or in one that was killed when all was done but tidying up.
    private async Task<bool> IsThereAsync(ImmutableArray<Sha256Digest> blocks, CancellationToken cancelled)
    {
        if (!File.Exists(target))
            return false;
        await using var file = File.OpenRead(target);
        if (file.Length <= (blocks.Length - 1L) * HashList.BlockBytes || file.Length > (long)blocks.Length * HashList.BlockBytes)
            return false;
        var bytes = new byte[HashList.BlockBytes];
        foreach (var block in blocks)
        {
            var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancelled).ConfigureAwait(false);
            if (Sha256Digest.FromBytes(SHA256.HashData(bytes.AsSpan(0, length))) != block)
                return false;
        }

        return true;
    }

    // Before all of it is fetched. What a list lists is a list again when its first block is one.
    private async Task RejectOtherAsync(ImmutableArray<Sha256Digest> blocks, CancellationToken cancelled)
    {
        if (mayReplace || !File.Exists(target))
            return;
        var first = await FetchAsync(ContentId.FromSha256(blocks[0]), cancelled).ConfigureAwait(false);
        if (!await BeginsAsListAsync(first, cancelled).ConfigureAwait(false))
            throw new NodeException($"{target} exists and is something else; --force replaces it");
    }

    private async Task FetchAllAsync(ImmutableArray<Sha256Digest> blocks, CancellationToken cancelled)
    {
        var done = 0;
        using var room = new SemaphoreSlim(AtOnce);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        var running = new List<Task>();
        foreach (var block in blocks.Distinct())
        {
            await room.WaitAsync(stop.Token).ConfigureAwait(false);
            running.RemoveAll(task => task.IsCompletedSuccessfully);
            running.Add(OneAsync(ContentId.FromSha256(block)));
        }

        await Task.WhenAll(running).ConfigureAwait(false);

        async Task OneAsync(ContentId id)
        {
            try
            {
                await FetchAsync(id, stop.Token).ConfigureAwait(false);
                progress.Report(new DownloadProtocol.Progress(
                    list, target, DownloadPhase.Fetching, (long)blocks.Length * HashList.BlockBytes,
                    (long)Interlocked.Increment(ref done) * HashList.BlockBytes, Interlocked.Read(ref _fetchedBytes),
                    _sources.Count, peers.Length, ""));
            }
            catch
            {
                // One that cannot be had ends all: the others are kept.
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                room.Release();
            }
        }
    }

    // Those that are here already are looked at, not fetched: somebody may have changed them.
    private async Task<string> FetchAsync(ContentId id, CancellationToken cancelled)
    {
        var path = Path.Combine(_folder, id.ToString());
        if (File.Exists(path) && await IdOfAsync(path, cancelled).ConfigureAwait(false) == id)
            return path;
        var finished = await node.DownloadAsync(
            id, path, peers, new BlockProgress(progress), cancelled).ConfigureAwait(false);
        lock (_sources)
        {
            _sources.UnionWith(finished.Sources);
            _fetchedBytes += finished.FetchedBytes;
        }

        return path;
    }

    // The blocks one after the other, each checked once more on the way.
    private async Task<string> AssembleAsync(ImmutableArray<Sha256Digest> blocks, int level, CancellationToken cancelled)
    {
        var path = Path.Combine(_folder, $"level-{level}");
        await using var whole = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        foreach (var block in blocks)
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder, block.ToString()), cancelled).ConfigureAwait(false);
            if (Sha256Digest.FromBytes(SHA256.HashData(bytes)) != block)
                throw new NodeException($"{Path.Combine(_folder, block.ToString())} was changed by somebody; run it again");
            await whole.WriteAsync(bytes, cancelled).ConfigureAwait(false);
        }

        whole.Flush(flushToDisk: true);
        return path;
    }

    private static async Task<bool> IsListAsync(string path, CancellationToken cancelled) =>
        HashList.TryRead(await ReadListAsync(path, cancelled).ConfigureAwait(false), out _);

    private static async Task<byte[]> ReadListAsync(string path, CancellationToken cancelled)
    {
        // A long content that is no list is seen to be none by its first line.
        return new FileInfo(path).Length <= HashList.BytesMax && await BeginsAsListAsync(path, cancelled).ConfigureAwait(false)
            ? await File.ReadAllBytesAsync(path, cancelled).ConfigureAwait(false)
            : [];
    }

    private static async Task<bool> BeginsAsListAsync(string path, CancellationToken cancelled)
    {
        await using var file = File.OpenRead(path);
        var first = new byte[HashList.LineBytes];
        var bytes = await file.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancelled).ConfigureAwait(false);
        return bytes > 0 && HashList.TryRead(first.AsSpan(0, Math.Min(bytes, Sha256Digest.HexDigits)), out _);
    }

    private static async Task<ContentId> IdOfAsync(string path, CancellationToken cancelled)
    {
        await using var file = File.OpenRead(path);
        return ContentId.FromSha256(Sha256Digest.FromBytes(await SHA256.HashDataAsync(file, cancelled).ConfigureAwait(false)));
    }

    /// <summary>Of one block only trouble is passed on: why it does not go on.</summary>
    private sealed class BlockProgress(IProgress<DownloadProtocol.Progress> whole) : IProgress<DownloadProtocol.Progress>
    {
        public void Report(DownloadProtocol.Progress value)
        {
            if (value.Why.Length > 0 || value.Phase == DownloadPhase.Paused)
                whole.Report(value);
        }
    }
}
