namespace Cjp2p.Actors.Simulation;

/// <summary>What a simulated disk did so far.</summary>
public sealed class SimDiskCounters
{
    /// <summary>Reads.</summary>
    public long Reads { get; internal set; }

    /// <summary>Bytes read.</summary>
    public long BytesRead { get; internal set; }

    /// <summary>Writes, changes of length, renames and deletions.</summary>
    public long Writes { get; internal set; }

    /// <summary>Bytes written.</summary>
    public long BytesWritten { get; internal set; }

    /// <summary>Flushes of files and folders.</summary>
    public long Flushes { get; internal set; }

    /// <summary>Operations that failed.</summary>
    public long Failures { get; internal set; }

    /// <summary>Time that its slowness cost actors.</summary>
    public TimeSpan BusyTime { get; internal set; }

    /// <summary>Crashes.</summary>
    public long Crashes { get; internal set; }

    /// <summary>Sectors written and not flushed that a crash kept.</summary>
    public long SectorsKept { get; internal set; }

    /// <summary>Sectors written and not flushed that a crash lost.</summary>
    public long SectorsLost { get; internal set; }

    /// <summary>Entries of folders (new, removed or replaced files) that a crash took back.</summary>
    public long EntriesLost { get; internal set; }
}
