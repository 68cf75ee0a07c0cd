using System.Runtime.InteropServices;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>What is kept of a verified peer.</summary>
/// <param name="Address">Where it receives.</param>
/// <param name="VerifiedAt">When it first proved that, on the node's clock.</param>
/// <param name="HeardAt">When it last proved that.</param>
/// <param name="ProbedAt">When it was last asked for peers; <see cref="TimeSpan.MinValue"/>: never.</param>
/// <param name="UnansweredProbes">Probes since it was last heard.</param>
/// <param name="RoundTrip">Last smoothed round-trip time; zero when not known.</param>
/// <param name="HeardInRow">How often it proved that with no longer silence than an idle peer's actor lives through.</param>
// Without holes: 64 bytes, of which a table may have a million.
[StructLayout(LayoutKind.Auto)]
public readonly record struct PeerRecord(
    PeerAddress Address,
    TimeSpan VerifiedAt,
    TimeSpan HeardAt,
    TimeSpan ProbedAt,
    int UnansweredProbes,
    TimeSpan RoundTrip,
    int HeardInRow = 1);
