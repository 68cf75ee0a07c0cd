namespace Cjp2p.Actors.Content;

/// <summary>
/// Watches a folder of the machine as well as the system can. When it cannot (no folder, no more inotify watches, too
/// many changes at once) that counts as one change: who asked looks, and goes on looking from time to time.
/// </summary>
internal sealed class RealFolderWatch : IDisposable
{
    private readonly Action _changed;
    private readonly FileSystemWatcher? _watcher;
    private volatile bool _isDisposed;

    public RealFolderWatch(string folder, Action changed)
    {
        _changed = changed;
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite
                    | NotifyFilters.Size,
            };
            watcher.Created += (_, _) => OnChange();
            watcher.Changed += (_, _) => OnChange();
            watcher.Deleted += (_, _) => OnChange();
            watcher.Renamed += (_, _) => OnChange();
            watcher.Error += (_, _) => OnChange();
            watcher.EnableRaisingEvents = true;
            _watcher = watcher;
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            OnChange();
        }
    }

    /// <summary>No call begins after this one.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _watcher?.Dispose();
    }

    private void OnChange()
    {
        if (!_isDisposed)
        {
            _changed();
        }
    }
}
