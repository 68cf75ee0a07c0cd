namespace Cjp2p.Actors.Simulation;

/// <summary>Somebody who wants to know of changes below a folder; several within the delay are told once.</summary>
internal sealed class SimDiskWatch(string folder, Action changed, Action<SimDiskWatch> ended) : IDisposable
{
    private bool _disposed;

    internal string Folder => folder;

    internal bool IsPending { get; set; }

    internal void Tell()
    {
        IsPending = false;
        if (!_disposed)
            changed();
    }

    public void Dispose()
    {
        _disposed = true;
        ended(this);
    }
}
