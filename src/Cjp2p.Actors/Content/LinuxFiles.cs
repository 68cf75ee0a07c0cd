using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cjp2p.Actors.Content;

/// <summary>What a path leads to.</summary>
internal enum FileKind
{
    /// <summary>Nothing, or a link to nothing.</summary>
    None,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A link, when it is not followed.</summary>
    Link,

    /// <summary>A pipe, a socket, a device: opening one may wait for ever.</summary>
    Other,
}

/// <summary>A look at a path that opens nothing.</summary>
internal readonly record struct FileLook(FileKind Kind, long LengthBytes, long ChangedTicks);

/// <summary>
/// The system calls for files that .NET does not offer, on Linux: what kind of file something is, a rename that is
/// never a copy, and the flushing of a folder. The layouts are the same on all its processors.
/// </summary>
internal static unsafe partial class LinuxFiles
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint Wanted = 0x1 | 0x40 | 0x200; // STATX_TYPE | STATX_MTIME | STATX_SIZE
    private const int KindMask = 0xF000; // S_IFMT
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;
    private const int Link = 0xA000;
    private const int CloseOnExec = 0x80000; // O_CLOEXEC, with O_RDONLY, which is 0

    private const uint SyncFileRangeWrite = 2; // SYNC_FILE_RANGE_WRITE

    private const int EPerm = 1;
    private const int ENoEntry = 2;
    private const int EIntr = 4;
    private const int EBadFile = 9;
    private const int EAccess = 13;
    private const int ECrossDevice = 18;
    private const int ENotFolder = 20;
    private const int EInvalid = 22;
    private const int EReadOnly = 30;
    private const int ELoop = 40;
    private const int ENotSupported = 95;

    private static readonly Lazy<bool> Available = new(Probe);

    /// <summary>This is a Linux that has the calls.</summary>
    public static bool IsSupported => Available.Value;

    /// <summary>What is at <paramref name="path"/>, or where a link there leads to.</summary>
    public static FileLook Look(string path, bool followLinks)
    {
        StatX stat;
        if (statx(CurrentFolder, path, followLinks ? 0 : NoFollow, Wanted, &stat) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno is ENoEntry or ENotFolder or ELoop ? default : throw Error(errno, path);
        }

        FileKind kind = (stat.Mode & KindMask) switch
        {
            RegularFile => FileKind.File,
            Folder => FileKind.Folder,
            Link => FileKind.Link,
            _ => FileKind.Other,
        };
        long ticks = DateTime.UnixEpoch.Ticks
            + (stat.ChangedSeconds * TimeSpan.TicksPerSecond)
            + (stat.ChangedNanoseconds / TimeSpan.NanosecondsPerTick);
        return new FileLook(kind, stat.LengthBytes, ticks);
    }

    /// <summary>Renames, over what was there, within one file system; .NET would copy from one to another.</summary>
    public static void Rename(string from, string to)
    {
        if (rename(from, to) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw errno == ECrossDevice
                ? new IOException($"'{from}' and '{to}' are on different file systems")
                : Error(errno, $"{from}' -> '{to}");
        }
    }

    /// <summary>Makes what was created, renamed and removed in a folder survive a crash of the machine.</summary>
    public static void FlushFolder(string path)
    {
        int descriptor = open(path, CloseOnExec);
        if (descriptor < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == EAccess)
            {
                // A folder that we may change but not list cannot be flushed by us. What was done in it is done.
                return;
            }

            throw Error(errno, path);
        }

        try
        {
            int errno;
            do
            {
                errno = fsync(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
            }
            while (errno == EIntr);

            // Some file systems do not know it for folders.
            if (errno is not (0 or EInvalid or ENotSupported or EReadOnly))
            {
                throw Error(errno, path);
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    /// <summary>
    /// Has the kernel begin to write pages to the disk (sync_file_range(2), which exists for this). What a file system does not
    /// do so, the flush does.
    /// </summary>
    public static void BeginFlush(SafeFileHandle file, long offset, long lengthBytes) =>
        _ = sync_file_range(file, offset, lengthBytes, SyncFileRangeWrite);

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            StatX stat;
            return statx(CurrentFolder, "/", 0, Wanted, &stat) == 0 && (stat.Mode & KindMask) == Folder;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    }

    /// <summary>The exception that .NET would throw.</summary>
    private static Exception Error(int errno, string path)
    {
        string message = $"{Marshal.GetPInvokeErrorMessage(errno)}: '{path}'";
        return errno switch
        {
            ENoEntry => new FileNotFoundException(message, path),
            EAccess or EPerm or EBadFile => new UnauthorizedAccessException(message),
            _ => new IOException(message),
        };
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, StatX* result);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    /// <summary>Without the third, variable, argument, which only a call that creates a file has.</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int sync_file_range(SafeFileHandle file, long offset, long lengthBytes, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    /// <summary><c>struct statx</c>, of which the fields that are used.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public long LengthBytes;

        [FieldOffset(112)]
        public long ChangedSeconds;

        [FieldOffset(120)]
        public uint ChangedNanoseconds;
    }
}
