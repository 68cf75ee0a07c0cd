using Microsoft.Win32.SafeHandles;

namespace Cjp2p.Actors.Content;

/// <summary>An open file of the machine. Its position is never used, so that any thread may read and write.</summary>
internal sealed class RealDiskFile(string path, SafeFileHandle handle) : IDiskFile
{
    private readonly string _path = Path.GetFullPath(path);

    public FileStat Stat() => new(_path, RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle).Ticks);

    public int Read(long offset, Span<byte> buffer)
    {
        int read = 0;
        while (read < buffer.Length)
        {
            int bytes = RandomAccess.Read(handle, buffer[read..], offset + read);
            if (bytes == 0)
            {
                break;
            }

            read += bytes;
        }

        return read;
    }

    public void Write(long offset, ReadOnlySpan<byte> data) => RandomAccess.Write(handle, data, offset);

    public void SetLength(long lengthBytes) => RandomAccess.SetLength(handle, lengthBytes);

    public void BeginFlush(long offset, long lengthBytes)
    {
        if (LinuxFiles.IsSupported)
            LinuxFiles.BeginFlush(handle, offset, lengthBytes);
    }

    public void Flush() => RandomAccess.FlushToDisk(handle);

    public void Dispose() => handle.Dispose();
}
