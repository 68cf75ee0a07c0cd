namespace Cjp2p.Actors.Simulation;

/// <summary>A NAT's behaviour.</summary>
public sealed record NatSettings
{
    /// <summary>How it maps and filters.</summary>
    public NatKind Kind { get; init; } = NatKind.PortRestricted;

    /// <summary>
    /// A mapping, and the permission of a destination to answer, is forgotten this long after its last use. RFC 4787 asks
    /// for two minutes at least; many home routers take 30 s for UDP.
    /// </summary>
    public TimeSpan MappingTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>What comes in keeps a mapping alive too, not only what goes out.</summary>
    public bool InboundRefreshes { get; init; } = true;

    /// <summary>An inside host can reach another one by its outside address.</summary>
    public bool Hairpins { get; init; }

    /// <summary>Keeps the inside port as the outside port where it is free (never for a symmetric one).</summary>
    public bool PreservesPorts { get; init; } = true;

    /// <summary>Mappings and permissions it has room for, together; what needs one more is dropped.</summary>
    public int EntriesMax { get; init; } = 4096;
}
