using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>Whom a hostile peer is after.</summary>
/// <param name="Victims">Addresses of nodes.</param>
/// <param name="Contents">What they fetch, for those who falsify content.</param>
public sealed record HostileTarget(ImmutableArray<PeerAddress> Victims, ImmutableArray<SimContent> Contents);
