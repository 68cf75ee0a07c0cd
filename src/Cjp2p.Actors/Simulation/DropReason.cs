namespace Cjp2p.Actors.Simulation;

/// <summary>Why a datagram did not arrive.</summary>
public enum DropReason : byte
{
    /// <summary>It was not dropped.</summary>
    None,

    /// <summary>Lost on a link, by itself.</summary>
    Loss,

    /// <summary>Lost in a burst.</summary>
    Burst,

    /// <summary>The queue before a limited link was full.</summary>
    QueueFull,

    /// <summary>It needed fragments on a link that drops them.</summary>
    Fragments,

    /// <summary>A partition or an isolation lay between.</summary>
    Partition,

    /// <summary>Nobody has this address.</summary>
    NoHost,

    /// <summary>The host has no open endpoint with this port.</summary>
    NoEndpoint,

    /// <summary>The host is off.</summary>
    HostOff,

    /// <summary>A NAT had no mapping for it, or its filter did not let this source in.</summary>
    NatFilter,

    /// <summary>A NAT had no room for another mapping.</summary>
    NatFull,

    /// <summary>More was held back by a clogged host than it may hold.</summary>
    ClogFull,

    /// <summary>More was under way in the whole network than may be.</summary>
    NetworkFull,

    /// <summary>The receiver was busy, and the receive buffer of its endpoint full.</summary>
    ReceiveBufferFull,
}
