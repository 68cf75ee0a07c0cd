using System.Collections.Immutable;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Addresses that may hold a content, in no order: <c>{"MaybeTheyHaveSome":{"id":"8f43...","peers":["1.2.3.4:24254"]}}</c>.
/// </summary>
/// <param name="Id">Which content.</param>
/// <param name="Addresses">The addresses.</param>
public sealed record MaybeTheyHaveSome(ContentId Id, ImmutableArray<PeerAddress> Addresses) : WireMessage
{
    /// <inheritdoc/>
    public bool Equals(MaybeTheyHaveSome? other) =>
        other is not null && Id == other.Id && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Addresses.AsSpan().Length);
}
