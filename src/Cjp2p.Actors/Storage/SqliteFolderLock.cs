using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cjp2p.Actors.Storage;

/// <summary>
/// Holds a data folder for one process: a locked file in it, which the system lets go when the process ends, however it
/// does. The file itself stays, as removing it would let two processes hold two different files of one name.
/// </summary>
internal sealed class SqliteFolderLock : IDisposable
{
    public const string FileName = "node.lock";

    private readonly SafeFileHandle _handle;

    private SqliteFolderLock(SafeFileHandle handle) => _handle = handle;

    /// <exception cref="NodeStateInUseException">Another process holds it.</exception>
    public static SqliteFolderLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new NodeStateInUseException($"the data folder {folder} is used by another node{Holder(path)}");
        }

        var text = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        RandomAccess.SetLength(handle, 0);
        RandomAccess.Write(handle, text, 0);
        return new SqliteFolderLock(handle);
    }

    public void Dispose() => _handle.Dispose();

    // .NET's own locks are asked of the reader too, so it looks without one.
    private static string Holder(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[16];
            var text = Encoding.ASCII.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                ? $" (process {process})"
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
