using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of a peer's actor; all of it may be forgotten at any time.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Address">The peer.</param>
/// <param name="RoundTripMs">Smoothed round-trip time in milliseconds; null: not known.</param>
/// <param name="RoundTripVariationMs">Its variation.</param>
/// <param name="RoundTripLeastMs">The shortest that was measured.</param>
/// <param name="Probes">Probes sent since the actor started.</param>
/// <param name="Answers">Probes that came back.</param>
/// <param name="Loss">Share of the probes that were lost, 0 to 1.</param>
/// <param name="Score">Lower is better: the round-trip time in milliseconds, longer by what is lost; 1,000 when not known.</param>
/// <param name="HasCookie">Whether it gave us a cookie to return.</param>
/// <param name="HeardAgoSeconds">When it was last heard.</param>
public sealed record PeerState(
    string Summary,
    PeerAddress Address,
    double? RoundTripMs,
    double? RoundTripVariationMs,
    double? RoundTripLeastMs,
    int Probes,
    int Answers,
    double Loss,
    double Score,
    bool HasCookie,
    double HeardAgoSeconds) : ActorState(Summary);
