namespace Cjp2p.Actors.Simulation;

/// <summary>
/// How a NAT maps and filters, in the old words of RFC 3489 (RFC 4787 in brackets); they are what people know their routers
/// by.
/// </summary>
public enum NatKind
{
    /// <summary>One outside port for each inside endpoint; anyone may send to it (endpoint-independent mapping and filtering).</summary>
    FullCone,

    /// <summary>One outside port for each inside endpoint; only addresses that were sent to may answer (address-dependent filtering).</summary>
    AddressRestricted,

    /// <summary>One outside port for each inside endpoint; only endpoints that were sent to may answer (address- and port-dependent filtering).</summary>
    PortRestricted,

    /// <summary>An outside port of its own for each pair of inside endpoint and destination; only that destination may answer.</summary>
    Symmetric,
}
