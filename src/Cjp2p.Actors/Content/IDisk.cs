namespace Cjp2p.Actors.Content;

/// <summary>
/// The files of a node: a real disk, or a simulated one that loses and tears writes. Failures are
/// <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/>, as in .NET; callers handle them as values.
/// Thread-safe.
/// </summary>
public interface IDisk
{
    /// <summary>Length and time of last change of a regular file; false when there is none.</summary>
    bool TryStat(string path, out FileStat stat);

    /// <summary>
    /// Regular files below <paramref name="folder"/>, at any depth, in ordinal order of their paths. Links that lead out
    /// of the folder are not followed. A file that vanishes meanwhile is left out.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="skipped">
    /// Told, while the files are gone through, of each folder or file below that is left out because it cannot be looked at, and why.
    /// </param>
    IEnumerable<FileStat> Enumerate(string folder, Action<string, Exception>? skipped = null);

    /// <summary>Opens an existing file for reading.</summary>
    IDiskFile OpenRead(string path);

    /// <summary>Opens a file for reading and writing, created when it is not there; its length and content are kept.</summary>
    IDiskFile OpenWrite(string path);

    /// <summary>The whole content of a small file, or null when there is none or it is longer than <paramref name="bytesMax"/>.</summary>
    byte[]? ReadSmall(string path, int bytesMax);

    /// <summary>Replaces a small file as one step: after a crash it holds the old or the new content.</summary>
    void WriteSmall(string path, ReadOnlySpan<byte> content);

    /// <summary>
    /// Renames a file over another, and makes the rename last (the folder is flushed). The file itself is flushed by the
    /// caller before.
    /// </summary>
    void Rename(string from, string to);

    /// <summary>Removes a file; nothing happens when there is none.</summary>
    void Delete(string path);

    /// <summary>Makes a folder and its parents.</summary>
    void CreateFolder(string path);

    /// <summary>Bytes that can still be written below <paramref name="folder"/>.</summary>
    long FreeBytes(string folder);

    /// <summary>
    /// Calls <paramref name="changed"/> (any thread, possibly often, possibly without cause) when something below
    /// <paramref name="folder"/> may have changed. A hint only: callers also look by themselves from time to time.
    /// </summary>
    IDisposable Watch(string folder, Action changed);
}

/// <summary>An open file. Reads and writes name their offset, so any thread may make them.</summary>
public interface IDiskFile : IDisposable
{
    /// <summary>Length and time of last change now.</summary>
    FileStat Stat();

    /// <summary>Reads up to the buffer's length at <paramref name="offset"/>; fewer bytes only at the end of the file.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all of <paramref name="data"/> at <paramref name="offset"/>, growing the file when needed.</summary>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Cuts or extends the file (with zeros).</summary>
    void SetLength(long lengthBytes);

    /// <summary>
    /// Has the machine begin to put what was written there onto the disk, so that <see cref="Flush"/> has less to wait for. A hint:
    /// it never fails, and nothing is sure before <see cref="Flush"/>.
    /// </summary>
    void BeginFlush(long offset, long lengthBytes);

    /// <summary>Returns when everything written would survive a crash of the machine.</summary>
    void Flush();
}

/// <summary>What is known of a file without reading it.</summary>
/// <param name="Path">Full path.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="ChangedTicks">Time of last change, in .NET ticks (UTC); compared for equality only.</param>
public readonly record struct FileStat(string Path, long LengthBytes, long ChangedTicks);
