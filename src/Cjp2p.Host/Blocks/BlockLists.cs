using System.Collections.Immutable;
using System.Security.Cryptography;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Blocks;

/// <summary>
/// Makes hash lists of shared files and has a node serve them, with all the blocks that they name. A list that is longer
/// than a block has a list itself, and so on: the last is the one whose id is told.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="folder">Where the lists are put; they are contents like others.</param>
internal sealed class BlockLists(Cjp2pNode node, string folder)
{
    /// <summary>Shares the blocks of a file that the node shares; the list that leads to all of them.</summary>
    /// <exception cref="NodeException">They cannot be served.</exception>
    public async Task<SharedFile> ShareAsync(SharedFile file, CancellationToken cancelled)
    {
        for (var content = file; ;)
        {
            var blocks = await DigestsAsync(content.File.Path, cancelled).ConfigureAwait(false);
            await node.ShareBlocksAsync(content, blocks, cancelled).ConfigureAwait(false);
            content = await ShareListAsync(blocks, cancelled).ConfigureAwait(false);
            if (content.File.LengthBytes <= HashList.BlockBytes)
                return content;
        }
    }

    /// <summary>SHA-256 of each block of a file.</summary>
    public static async Task<ImmutableArray<Sha256Digest>> DigestsAsync(string path, CancellationToken cancelled)
    {
        var digests = ImmutableArray.CreateBuilder<Sha256Digest>();
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        var buffer = new byte[HashList.BlockBytes];
        for (int bytes; (bytes = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancelled).ConfigureAwait(false)) > 0;)
            digests.Add(Sha256Digest.FromBytes(SHA256.HashData(buffer.AsSpan(0, bytes))));
        return digests.ToImmutable();
    }

    private async Task<SharedFile> ShareListAsync(ImmutableArray<Sha256Digest> blocks, CancellationToken cancelled)
    {
        var list = HashList.Write(blocks);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(list)));
        await File.WriteAllBytesAsync(path, list, cancelled).ConfigureAwait(false);
        var indexed = await node.ShareAsync(path, cancelled).ConfigureAwait(false);
        return indexed.Files.Length == 1 ? indexed.Files[0] : throw new NodeException($"the hash list {path} cannot be shared");
    }
}
