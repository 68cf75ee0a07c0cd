using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<Sha256Digest, SharedFile> _byId = new(concurrencyLevel: 1, capacity: 1);
    private readonly ConcurrentDictionary<string, SharedFile> _byName = new(concurrencyLevel: 1, capacity: 1);

    /// <summary>Contents that can be served.</summary>
    public int Count => _byId.Count;

    /// <summary>Finds by SHA-256 id, or by name where <paramref name="id"/> is one.</summary>
    public bool TryFind(in ContentId id, out SharedFile file) =>
        id.IsSha256 ? _byId.TryGetValue(id.Sha256, out file!) : _byName.TryGetValue(id.Name!, out file!);

    /// <summary>Adds or replaces.</summary>
    internal void Add(SharedFile file, bool byName)
    {
        _byId[file.Id.Sha256] = file;
        if (byName)
            _byName[file.Name] = file;
    }

    /// <summary>Serves a file that is here by its name too, unless another has that name.</summary>
    internal void AddName(SharedFile file) => _byName.TryAdd(file.Name, file);

    /// <summary>Takes out what still is that very file.</summary>
    internal void Remove(SharedFile file)
    {
        _byId.TryRemove(new KeyValuePair<Sha256Digest, SharedFile>(file.Id.Sha256, file));
        _byName.TryRemove(new KeyValuePair<string, SharedFile>(file.Name, file));
    }
}
