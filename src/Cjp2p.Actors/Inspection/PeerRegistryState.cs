using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of the peer registry. Its peers are listed with <see cref="Peers.PeerRegistryProtocol.GetPeers"/>.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Verified">Peers that proved that they receive at their address.</param>
/// <param name="Hearsay">Addresses that others named and that were not tried yet.</param>
/// <param name="PeerActors">Peers with an actor of their own.</param>
/// <param name="Evictions">Verified peers that had to make room.</param>
/// <param name="DiscoveryEverySeconds">Time between two rounds of discovery now.</param>
/// <param name="BootstrapInSeconds">When the bootstrap list is asked again at the soonest, if peers are too few.</param>
/// <param name="Named">The bootstrap list and whom the user named.</param>
public sealed record PeerRegistryState(
    string Summary,
    int Verified,
    int Hearsay,
    int PeerActors,
    long Evictions,
    double DiscoveryEverySeconds,
    double BootstrapInSeconds,
    ImmutableArray<PeerAddress> Named) : ActorState(Summary)
{
    /// <summary>How others see this node.</summary>
    public ImmutableArray<Peers.SeenAddress> SeenAs { get; init; } = [];

    /// <summary>The last ones that are no peers any more, oldest first.</summary>
    public ImmutableArray<DroppedPeerState> Dropped { get; init; } = [];
}

/// <summary>An address that is no peer any more.</summary>
/// <param name="Address">Which.</param>
/// <param name="AgoSeconds">Since when.</param>
/// <param name="Why">Why, in words.</param>
public sealed record DroppedPeerState(PeerAddress Address, double AgoSeconds, string Why);
