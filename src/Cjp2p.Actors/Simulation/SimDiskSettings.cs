namespace Cjp2p.Actors.Simulation;

/// <summary>A disk and what is wrong with it. May be replaced at any time; it holds for what is done from then on.</summary>
public sealed record SimDiskSettings
{
    /// <summary>Bytes it holds. Files take whole blocks of 4,096 bytes; blocks that were never written take none.</summary>
    public long CapacityBytes { get; init; } = 1L << 40;

    /// <summary>Nothing can be changed any more, as when the kernel has mounted it read-only after an error.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Reading fails.</summary>
    public bool FailsReads { get; init; }

    /// <summary>Everything that changes something fails.</summary>
    public bool FailsWrites { get; init; }

    /// <summary>Flushing fails, and what was to be flushed stays at risk.</summary>
    public bool FailsFlushes { get; init; }

    /// <summary>
    /// Time that each operation takes. No thread can wait in virtual time, so the actor that used the disk pays afterwards:
    /// it has its next turn only when the disk time of the last one has passed, and its mailbox fills meanwhile.
    /// </summary>
    public TimeSpan TimePerOperation { get; init; }

    /// <summary>Bytes read or written per second, on top of the time per operation; 0 is unlimited.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>What the watchers of a folder are told late by.</summary>
    public TimeSpan WatchDelay { get; init; } = TimeSpan.FromMilliseconds(10);
}
