using System.Collections.Concurrent;
using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>A file that is shared.</summary>
/// <param name="Id">SHA-256 of its content.</param>
/// <param name="File">Path, length and time of change when it was hashed.</param>
public sealed record SharedFile(ContentId Id, FileStat File)
{
    /// <summary>Its plain name.</summary>
    public string Name => Path.GetFileName(File.Path);
}

/// <summary>
/// What is shared, by content id and by plain name. Written by <see cref="ContentStoreActor"/>, read by the content server.
/// Of several files with the same content or name one is served. Thread-safe; bounded by the store.
/// </summary>
public sealed class ContentCatalog
{
    // Null until something is shared: most nodes of a simulation share nothing. Set once, by the store.
    private volatile Tables? _tables;

    /// <summary>Contents that can be served.</summary>
    public int Count => _tables?.ById.Count ?? 0;

    /// <summary>Finds by SHA-256 id, or by name where <paramref name="id"/> is one.</summary>
    public bool TryFind(in ContentId id, out SharedFile file)
    {
        file = null!;
        return _tables is { } tables
            && (id.IsSha256 ? tables.ById.TryGetValue(id.Sha256, out file!) : tables.ByName.TryGetValue(id.Name!, out file!));
    }

    /// <summary>Adds or replaces.</summary>
    internal void Add(SharedFile file, bool byName)
    {
        var tables = _tables ??= new Tables();
        tables.ById[file.Id.Sha256] = file;
        if (byName)
            tables.ByName[file.Name] = file;
    }

    /// <summary>Serves a file that is here by its name too, unless another has that name.</summary>
    internal void AddName(SharedFile file) => _tables?.ByName.TryAdd(file.Name, file);

    /// <summary>Blocks that are served as contents of their own.</summary>
    public int Blocks => _tables?.Blocks.Count ?? 0;

    /// <summary>Blocks for which there was no room.</summary>
    public long BlocksRefused { get; private set; }

    /// <summary>Finds a block of a file that is served as a content of its own.</summary>
    public bool TryFindBlock(in ContentId id, out SharedBlock block)
    {
        block = null!;
        return id.IsSha256 && _tables?.Blocks.TryGetValue(id.Sha256, out block!) == true;
    }

    /// <summary>
    /// Serves the blocks of a file as contents of their own, as long as the file is shared as it is; false when there would
    /// be more than <paramref name="blocksMax"/>, or the file is not shared.
    /// </summary>
    internal bool AddBlocks(SharedFile file, ImmutableArray<Sha256Digest> digests, int blocksMax)
    {
        if (_tables is not { } tables || !tables.ById.TryGetValue(file.Id.Sha256, out var shared) || shared != file
            || digests.Length != SpanGeometry.SpanCount(file.File.LengthBytes))
            return false;
        if (digests.Length > blocksMax - tables.Blocks.Count)
        {
            BlocksRefused += digests.Length;
            return false;
        }

        tables.BlocksOf[file] = digests;
        for (var i = 0; i < digests.Length; i++)
        {
            tables.Blocks[digests[i]] = new SharedBlock(
                file, (long)i * SpanGeometry.SpanBytes, SpanGeometry.SpanLength(i, file.File.LengthBytes));
        }

        return true;
    }

    /// <summary>Takes out what still is that very file.</summary>
    internal void Remove(SharedFile file)
    {
        if (_tables is not { } tables)
            return;
        if (tables.BlocksOf.TryRemove(file, out var digests))
        {
            foreach (var digest in digests)
            {
                if (tables.Blocks.TryGetValue(digest, out var block) && block.File == file)
                    tables.Blocks.TryRemove(digest, out _);
            }
        }

        tables.ById.TryRemove(new KeyValuePair<Sha256Digest, SharedFile>(file.Id.Sha256, file));
        tables.ByName.TryRemove(new KeyValuePair<string, SharedFile>(file.Name, file));
    }

    private sealed class Tables
    {
        public ConcurrentDictionary<Sha256Digest, SharedFile> ById { get; } = new(concurrencyLevel: 1, capacity: 1);

        public ConcurrentDictionary<string, SharedFile> ByName { get; } = new(concurrencyLevel: 1, capacity: 1);

        public ConcurrentDictionary<Sha256Digest, SharedBlock> Blocks { get; } = new(concurrencyLevel: 1, capacity: 1);

        public ConcurrentDictionary<SharedFile, ImmutableArray<Sha256Digest>> BlocksOf { get; } = new(concurrencyLevel: 1, capacity: 1);
    }
}
