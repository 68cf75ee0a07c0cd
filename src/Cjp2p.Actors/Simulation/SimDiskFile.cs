using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Simulation;

/// <summary>An open file of a simulated disk.</summary>
internal sealed class SimDiskFile(SimDisk disk, SimFile file, string path, bool isWritable) : IDiskFile
{
    private bool _disposed;

    /// <summary>The disk's crashes when it was opened.</summary>
    internal long Generation { get; } = disk.Generation;

    public FileStat Stat()
    {
        Check();
        return new FileStat(path, file.Length, file.ChangedTicks);
    }

    public int Read(long offset, Span<byte> buffer)
    {
        Check();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return disk.Read(file, path, offset, buffer);
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        CheckWritable();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        disk.Write(file, path, offset, data);
    }

    public void SetLength(long lengthBytes)
    {
        CheckWritable();
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        disk.SetLength(file, path, lengthBytes);
    }

    /// <summary>Nothing: a machine may do nothing too, and what is not flushed is lost in a crash.</summary>
    public void BeginFlush(long offset, long lengthBytes)
    {
    }

    public void Flush()
    {
        Check();
        disk.Flush(file, path);
    }

    public void Dispose() => _disposed = true;

    private void Check()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        disk.CheckOpen(this);
    }

    private void CheckWritable()
    {
        Check();
        if (!isWritable)
            throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
    }
}
