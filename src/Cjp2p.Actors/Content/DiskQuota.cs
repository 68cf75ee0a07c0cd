namespace Cjp2p.Actors.Content;

/// <summary>
/// How much of the disk all unfinished downloads together may take: each counts with its whole length from when that is
/// believed until it is complete or stopped. Thread-safe.
/// </summary>
/// <param name="bytesMax">Bytes; 0: no limit. May be changed at any time.</param>
public sealed class DiskQuota(long bytesMax)
{
    private readonly Dictionary<string, long> _reserved = new(StringComparer.Ordinal);
    private long _bytesMax = bytesMax;
    private long _reservedBytes;

    /// <summary>What all together may take; 0: no limit. What is spoken for already stays so.</summary>
    public long BytesMax
    {
        get => Interlocked.Read(ref _bytesMax);
        set => Interlocked.Exchange(ref _bytesMax, value);
    }

    /// <summary>Bytes that are spoken for.</summary>
    public long ReservedBytes
    {
        get
        {
            lock (_reserved)
                return _reservedBytes;
        }
    }

    /// <summary>Speaks for the whole length of an unfinished file; false when that is more than is left.</summary>
    public bool TryReserve(string path, long bytes)
    {
        lock (_reserved)
        {
            var most = BytesMax;
            var others = _reservedBytes - _reserved.GetValueOrDefault(path);
            if (most > 0 && (bytes > most || others > most - bytes))
                return false;
            _reserved[path] = bytes;
            _reservedBytes = others + bytes;
            return true;
        }
    }

    /// <summary>It is not written to any more.</summary>
    public void Release(string path)
    {
        lock (_reserved)
        {
            if (_reserved.Remove(path, out var bytes))
                _reservedBytes -= bytes;
        }
    }
}
