using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Storage;

/// <summary>A peer that proved its address in an earlier run.</summary>
/// <param name="Address">Where it received.</param>
/// <param name="VerifiedAt">When it first proved that.</param>
/// <param name="HeardAt">When it last proved that.</param>
/// <param name="RoundTrip">Last smoothed round-trip time; zero when not known.</param>
public readonly record struct StoredPeer(
    PeerAddress Address, DateTimeOffset VerifiedAt, DateTimeOffset HeardAt, TimeSpan RoundTrip);
