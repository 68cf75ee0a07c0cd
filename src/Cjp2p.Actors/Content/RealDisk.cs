using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace Cjp2p.Actors.Content;

/// <summary>The files of the machine. Nothing else in the library touches them (but the node's database, which is one).</summary>
/// <remarks>
/// A look at what a path leads to comes before each opening, since opening a pipe would wait for its other end for
/// ever. Somebody who may write in the same folder could put one there just in between; such a person can do worse.
/// </remarks>
public sealed class RealDisk : IDisk
{
    /// <summary>Appended to the name of a small file while its new content is written.</summary>
    private const string NewSuffix = ".new";

    private static readonly EnumerationOptions EverythingInOneFolder = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    private readonly Lock _smallWrites = new();

    /// <inheritdoc/>
    public bool TryStat(string path, out FileStat stat)
    {
        string full = Path.GetFullPath(path);
        FileLook look = Look(full, followLinks: true);
        stat = look.Kind == FileKind.File ? new FileStat(full, look.LengthBytes, look.ChangedTicks) : default;
        return look.Kind == FileKind.File;
    }

    /// <summary>
    /// Regular files below <paramref name="folder"/>, at any depth, in ordinal order of their paths; what vanishes
    /// meanwhile, and what below cannot be looked at, is left out. Links are not followed at all: what one inside
    /// the folder leads to is listed under its own name, what is outside is nobody's business. (The folder itself may
    /// be a link, since the user named it.)
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="skipped">Told of what cannot be looked at, and why; not of what vanishes.</param>
    public IEnumerable<FileStat> Enumerate(string folder, Action<string, Exception>? skipped = null)
    {
        // Not lazily, so that a folder that is not there is reported to who asked and not to who looks at the answer.
        Entry[] entries = List(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return Walk(entries, skipped);
    }

    /// <inheritdoc/>
    public IDiskFile OpenRead(string path) => new RealDiskFile(path, Open(path, FileMode.Open, FileAccess.Read));

    /// <inheritdoc/>
    public IDiskFile OpenWrite(string path) =>
        new RealDiskFile(path, Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite));

    /// <inheritdoc/>
    public byte[]? ReadSmall(string path, int bytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesMax);
        if (!TryStat(path, out FileStat stat) || stat.LengthBytes > bytesMax)
        {
            return null;
        }

        try
        {
            using IDiskFile file = OpenRead(path);
            long lengthBytes = file.Stat().LengthBytes;
            if (lengthBytes > bytesMax)
            {
                return null;
            }

            byte[] content = new byte[lengthBytes];
            int bytes = file.Read(0, content);
            return bytes == content.Length ? content : content[..bytes];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void WriteSmall(string path, ReadOnlySpan<byte> content)
    {
        string target = Path.GetFullPath(path);
        string temporary = target + NewSuffix;
        lock (_smallWrites)
        {
            try
            {
                using (SafeFileHandle handle =
                    File.OpenHandle(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
                {
                    RandomAccess.Write(handle, content, 0);
                    RandomAccess.FlushToDisk(handle);
                }

                Rename(temporary, target);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                TryDelete(temporary);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        string source = Path.GetFullPath(from);
        string target = Path.GetFullPath(to);
        if (Look(source, followLinks: false).Kind == FileKind.Folder)
        {
            throw new IOException($"'{source}' is a folder");
        }

        if (!LinuxFiles.IsSupported)
        {
            // Other systems flush their folders' journals by themselves, or offer no way to.
            File.Move(source, target, overwrite: true);
            return;
        }

        LinuxFiles.Rename(source, target);
        string? sourceFolder = Path.GetDirectoryName(source);
        string? targetFolder = Path.GetDirectoryName(target);
        LinuxFiles.FlushFolder(targetFolder!);
        if (sourceFolder != targetFolder)
        {
            LinuxFiles.FlushFolder(sourceFolder!);
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // No folder, no file.
        }
    }

    /// <inheritdoc/>
    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    public long FreeBytes(string folder)
    {
        string full = Path.GetFullPath(folder);
        return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(full)! : full).AvailableFreeSpace;
    }

    /// <inheritdoc/>
    public IDisposable Watch(string folder, Action changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        return new RealFolderWatch(folder, changed);
    }

    private static SafeFileHandle Open(string path, FileMode mode, FileAccess access)
    {
        string full = Path.GetFullPath(path);
        return Look(full, followLinks: true).Kind switch
        {
            FileKind.Folder => throw new IOException($"'{full}' is a folder"),
            FileKind.Other => throw new IOException($"'{full}' is not a regular file"),
            _ => File.OpenHandle(full, mode, access, FileShare.ReadWrite | FileShare.Delete),
        };
    }

    private static FileLook Look(string path, bool followLinks)
    {
        if (LinuxFiles.IsSupported)
        {
            return LinuxFiles.Look(path, followLinks);
        }

        // .NET does not tell pipes and devices from files.
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            if (!followLinks)
            {
                return new FileLook(FileKind.Link, 0, 0);
            }

            if (file.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true } target)
            {
                return default;
            }

            file = new FileInfo(target.FullName);
        }

        return file.Exists ? new FileLook(FileKind.File, file.Length, file.LastWriteTimeUtc.Ticks)
            : Directory.Exists(file.FullName) ? new FileLook(FileKind.Folder, 0, 0)
            : default;
    }

    private static IEnumerable<FileStat> Walk(Entry[] entries, Action<string, Exception>? skipped)
    {
        var outer = new Stack<(Entry[] Entries, int Next)>();
        int next = 0;
        while (true)
        {
            if (next == entries.Length)
            {
                if (!outer.TryPop(out (Entry[] Entries, int Next) rest))
                {
                    yield break;
                }

                (entries, next) = rest;
                continue;
            }

            Entry entry = entries[next++];
            if (entry.IsFolder)
            {
                outer.Push((entries, next));
                (entries, next) = (ListOrNothing(entry.Path, skipped), 0);
            }
            else if (LookOrNothing(entry.Path, skipped) is { Kind: FileKind.File } look)
            {
                yield return new FileStat(entry.Path, look.LengthBytes, look.ChangedTicks);
            }
        }
    }

    /// <summary>
    /// Files and folders in one folder, in the order of the paths of the files at and below them: a folder is where
    /// its name with a separator behind it would be ("a!" &lt; "a/b" &lt; "a0").
    /// </summary>
    private static Entry[] List(string folder)
    {
        var found = new FileSystemEnumerable<Entry>(
            folder,
            (ref FileSystemEntry entry) => new Entry(
                entry.ToFullPath(),
                entry.IsDirectory && (entry.Attributes & FileAttributes.ReparsePoint) == 0),
            EverythingInOneFolder);
        Entry[] entries = [.. found];
        Array.Sort(entries, static (a, b) => string.CompareOrdinal(a.SortKey, b.SortKey));
        return entries;
    }

    private static Entry[] ListOrNothing(string folder, Action<string, Exception>? skipped)
    {
        try
        {
            // It was a folder when the one above was listed; it may have been replaced by a link since.
            return Look(folder, followLinks: false).Kind == FileKind.Folder ? List(folder) : [];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            skipped?.Invoke(folder, error);
            return [];
        }
    }

    private static FileLook LookOrNothing(string path, Action<string, Exception>? skipped)
    {
        try
        {
            return Look(path, followLinks: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            skipped?.Invoke(path, error);
            return default;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to report; the next write of the same file replaces what is left.
        }
    }

    private readonly record struct Entry(string Path, bool IsFolder)
    {
        public string SortKey { get; } = IsFolder ? Path + System.IO.Path.DirectorySeparatorChar : Path;
    }
}
