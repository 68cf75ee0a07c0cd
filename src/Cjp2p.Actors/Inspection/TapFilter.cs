using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>What a tap lets through: everything that all given parts of the filter fit. Parts that are null fit everything.</summary>
/// <param name="Datagrams">Whether datagrams are wanted.</param>
/// <param name="Actors">Whether what actors handle, log and suffer is wanted.</param>
/// <param name="Peer">Only datagrams from and to this address (port 0: any port of it), and events of the peer's actor.</param>
/// <param name="Message">Only datagrams that hold a message of this name, and events about messages of this type.</param>
/// <param name="Direction">Only datagrams in, or out.</param>
/// <param name="Content">Only datagrams about this content, and events of its download and below.</param>
/// <param name="Path">Only events of actors at and below this path.</param>
/// <param name="OneIn">Of what fits only one in this many.</param>
/// <param name="Whole">Whether datagrams come whole, as for a capture, or cut to <c>cjp2p.inspection.tap-text-bytes-max</c>.</param>
public sealed record TapFilter(
    bool Datagrams = true,
    bool Actors = false,
    PeerAddress? Peer = null,
    string? Message = null,
    DatagramDirection? Direction = null,
    ContentId? Content = null,
    string? Path = null,
    int OneIn = 1,
    bool Whole = false);

/// <summary>Which way a datagram goes.</summary>
public enum DatagramDirection
{
    /// <summary>To us.</summary>
    In,

    /// <summary>From us.</summary>
    Out,
}
