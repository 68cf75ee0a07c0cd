using System.Runtime.InteropServices;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A file system of its own, in memory; unmounted when disposed.</summary>
internal sealed partial class SmallDisk : IDisposable
{
    private const nuint Remount = 32;
    private const nuint ReadOnly = 1;
    private const int Detach = 2;
    private readonly string _path;
    private readonly int _mebibytes;

    public SmallDisk(string path, int mebibytes)
    {
        _path = path;
        _mebibytes = mebibytes;
        Insert();
    }

    public long FreeBytes => new DriveInfo(_path).AvailableFreeSpace;

    /// <summary>As if it were taken out: what is open on it goes on, nothing else is there any more.</summary>
    public void Remove() => Check(Unmount(_path, Detach), "umount");

    /// <summary>A new, empty one in its place.</summary>
    public void Insert() => Check(Mount("cjp2p-test", _path, "tmpfs", 0, $"size={_mebibytes}m"), "mount");

    /// <summary>
    /// As a disk that the kernel has given up. Files that are open for writing are in its way: then it stays as it is, and
    /// false is returned.
    /// </summary>
    public bool MakeReadOnly() => Mount("cjp2p-test", _path, "tmpfs", Remount | ReadOnly, "") == 0;

    /// <summary>It can be written again.</summary>
    public void MakeWritable() => Check(Mount("cjp2p-test", _path, "tmpfs", Remount, ""), "mount");

    public void Dispose() => _ = Unmount(_path, Detach);

    private static void Check(int result, string what)
    {
        if (result != 0)
            throw new InvalidOperationException($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
