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
        try
        {
            return new SqliteFolderLock(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new NodeStateInUseException($"the data folder {folder} is used by another node");
        }
    }

    public void Dispose() => _handle.Dispose();
}
