using System.Collections.Immutable;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>Which peers are wanted.</summary>
/// <param name="Skip">Peers to leave out first.</param>
/// <param name="Most">Peers at the most.</param>
/// <param name="Order">In which order.</param>
/// <param name="Descending">From the other end.</param>
/// <param name="Find">Only addresses that hold this text; empty: all.</param>
/// <param name="Hearsay">Addresses that others merely named, instead of the verified peers.</param>
public sealed record PeerQuery(
    int Skip = 0, int Most = 100, PeerOrder Order = PeerOrder.Address, bool Descending = false, string Find = "", bool Hearsay = false);

/// <summary>Orders of peers; those that are alike stand by address.</summary>
public enum PeerOrder
{
    /// <summary>By address.</summary>
    Address,

    /// <summary>By round-trip time; those where it is not known last, from either end.</summary>
    RoundTrip,

    /// <summary>Those heard last first.</summary>
    Heard,

    /// <summary>By unanswered probes.</summary>
    UnansweredProbes,
}

/// <summary>Some of the peers.</summary>
/// <param name="Total">Peers that fit the query.</param>
/// <param name="Verified">Verified peers in all.</param>
/// <param name="Hearsay">Addresses in all that others merely named.</param>
/// <param name="Skip">Peers left out before these.</param>
/// <param name="Peers">The page.</param>
public sealed record PeerPage(int Total, int Verified, int Hearsay, int Skip, ImmutableArray<PeerRow> Peers)
{
    private const int PageMax = 1000;

    /// <summary>The page of a query. Pure.</summary>
    /// <param name="all">All peers.</param>
    /// <param name="query">Which of them.</param>
    /// <param name="now">The time.</param>
    /// <param name="ban">Why an address is banned; null: it is not.</param>
    public static PeerPage Of(PeerRegistryProtocol.AllPeers all, PeerQuery query, TimeSpan now, Func<PeerAddress, string?> ban)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(ban);
        var records = query.Hearsay
            ? [.. all.Hearsay.Select(address => new PeerRecord(address, now, now, TimeSpan.MinValue, 0, TimeSpan.Zero))]
            : all.Verified.ToArray();
        if (query.Find.Length > 0)
            records = Array.FindAll(records, peer => peer.Address.ToString().Contains(query.Find, StringComparison.OrdinalIgnoreCase));
        // Small entries are sorted, not the records themselves, which are large.
        var order = new (long Key, int Index)[records.Length];
        for (var i = 0; i < records.Length; i++)
            order[i] = (Key(records[i], query), i);
        Array.Sort(order, (a, b) => a.Key != b.Key
            ? a.Key.CompareTo(b.Key)
            : query.Descending ? records[b.Index].Address.CompareTo(records[a.Index].Address) : records[a.Index].Address.CompareTo(records[b.Index].Address));
        var skip = Math.Clamp(query.Skip, 0, records.Length);
        return new PeerPage(
            records.Length,
            all.Verified.Length,
            all.Hearsay.Length,
            skip,
            [
                .. order.Skip(skip).Take(Math.Clamp(query.Most, 0, PageMax))
                    .Select(entry => PeerRow.Of(records[entry.Index], query.Hearsay, now, ban)),
            ]);
    }

    private static long Key(in PeerRecord peer, PeerQuery query)
    {
        var key = query.Order switch
        {
            PeerOrder.RoundTrip => peer.RoundTrip.Ticks,
            PeerOrder.Heard => -peer.HeardAt.Ticks,
            PeerOrder.UnansweredProbes => peer.UnansweredProbes,
            _ => 0,
        };
        // Where it is not known is last from either end.
        if (query.Order == PeerOrder.RoundTrip && peer.RoundTrip <= TimeSpan.Zero)
            return long.MaxValue;
        return query.Descending ? -key : key;
    }
}

/// <summary>A peer.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="IsVerified">Whether it proved that it receives there; if not, others merely named it.</param>
/// <param name="RoundTripMs">Round-trip time in milliseconds; null: not known.</param>
/// <param name="HeardAgoSeconds">When it was last heard; null: never.</param>
/// <param name="VerifiedAgoSeconds">When it first proved itself; null: never.</param>
/// <param name="UnansweredProbes">Probes since then that it did not answer.</param>
/// <param name="Loss">Share of the probes that were lost, 0 to 1; null: not known, it has no actor.</param>
/// <param name="Score">Lower is better; null as above.</param>
/// <param name="HasCookie">Whether it gave us a cookie to return; null as above.</param>
/// <param name="Doubt">Why it is suspected, in words; empty: it is not.</param>
/// <param name="ContentInBytes">Bytes of content that came from it.</param>
/// <param name="ContentOutBytes">Bytes of content that went to it.</param>
public sealed record PeerRow(
    PeerAddress Address,
    bool IsVerified,
    double? RoundTripMs,
    double? HeardAgoSeconds,
    double? VerifiedAgoSeconds,
    int UnansweredProbes,
    double? Loss,
    double? Score,
    bool? HasCookie,
    string Doubt,
    long ContentInBytes = 0,
    long ContentOutBytes = 0)
{
    internal static PeerRow Of(in PeerRecord peer, bool isHearsay, TimeSpan now, Func<PeerAddress, string?> ban) => new(
        peer.Address,
        !isHearsay,
        peer.RoundTrip > TimeSpan.Zero ? Math.Round(peer.RoundTrip.TotalMilliseconds, 3) : null,
        isHearsay ? null : Math.Round((now - peer.HeardAt).TotalSeconds, 3),
        isHearsay ? null : Math.Round((now - peer.VerifiedAt).TotalSeconds, 3),
        peer.UnansweredProbes,
        null,
        null,
        null,
        ban(peer.Address) is { } reason ? "banned: " + reason
        : isHearsay ? "only others named it"
        : peer.UnansweredProbes > 1 ? $"{peer.UnansweredProbes} probes unanswered"
        : "");

    internal PeerRow With((long In, long Out) traffic) => traffic == default ? this : this with { ContentInBytes = traffic.In, ContentOutBytes = traffic.Out };

    internal PeerRow With(PeerState? state) => state is null ? this : this with
    {
        RoundTripMs = state.RoundTripMs ?? RoundTripMs,
        Loss = state.Loss,
        Score = state.Score,
        HasCookie = state.HasCookie,
    };
}
