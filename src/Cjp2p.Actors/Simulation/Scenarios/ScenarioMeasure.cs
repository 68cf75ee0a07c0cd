namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>What a scenario can expect of its run, besides that every invariant holds.</summary>
public enum ScenarioMeasure
{
    /// <summary>Part of the fetches that completed, from 0 to 1.</summary>
    Completed,

    /// <summary>Part of the content bytes that arrived and were of no use, from 0.</summary>
    Waste,

    /// <summary>Datagrams that were dropped, for whatever reason.</summary>
    Dropped,

    /// <summary>Datagrams lost one by one.</summary>
    Loss,

    /// <summary>Datagrams lost in bursts.</summary>
    Burst,

    /// <summary>Datagrams dropped before a full queue.</summary>
    QueueFull,

    /// <summary>Datagrams whose fragments were dropped.</summary>
    Fragments,

    /// <summary>Datagrams that met a partition.</summary>
    Partition,

    /// <summary>Datagrams to a host that was off.</summary>
    HostOff,

    /// <summary>Datagrams to addresses that nobody has.</summary>
    NoHost,

    /// <summary>Datagrams that a NAT did not let in.</summary>
    NatFilter,

    /// <summary>Datagrams that arrived twice.</summary>
    Duplicated,

    /// <summary>Datagrams that overtook another.</summary>
    Reordered,

    /// <summary>Bits that links flipped.</summary>
    Corrupted,

    /// <summary>Datagrams with a forged source.</summary>
    Spoofed,

    /// <summary>Datagrams that were held back.</summary>
    Clogged,

    /// <summary>Nodes that were started again.</summary>
    Restarts,

    /// <summary>Crashes of machines.</summary>
    Crashes,

    /// <summary>Operations of disks that failed.</summary>
    DiskFailures,

    /// <summary>Sectors that crashes lost.</summary>
    SectorsLost,
}
