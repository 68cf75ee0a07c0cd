namespace Cjp2p.Actors.Content;

/// <summary>
/// How much of the disk all unfinished downloads together may take: each counts with its whole length from when that is
/// believed until it is complete or stopped. Thread-safe.
/// </summary>
/// <param name="bytesMax">Bytes; 0: no limit.</param>
public sealed class DiskQuota(long bytesMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _reserved = new(StringComparer.Ordinal);

    /// <summary>Bytes that are spoken for.</summary>
    public long ReservedBytes
    {
        get
        {
            lock (_lock)
                return _reserved.Values.Sum();
        }
    }

    /// <summary>Speaks for the whole length of an unfinished file; false when that is more than is left.</summary>
    public bool TryReserve(string path, long bytes)
    {
        lock (_lock)
        {
            var others = _reserved.Where(one => one.Key != path).Sum(one => one.Value);
            if (bytesMax > 0 && (bytes > bytesMax || others > bytesMax - bytes))
                return false;
            _reserved[path] = bytes;
            return true;
        }
    }

    /// <summary>It is not written to any more.</summary>
    public void Release(string path)
    {
        lock (_lock)
            _reserved.Remove(path);
    }
}
