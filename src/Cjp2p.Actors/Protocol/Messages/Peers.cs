using System.Collections.Immutable;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Addresses of other nodes, in no order: <c>{"Peers":{"peers":["1.2.3.4:24254","[2a01::1]:24254"]}}</c>. Hearsay: any of
/// them may be dead, private or a victim.
/// </summary>
/// <param name="Addresses">The addresses.</param>
public sealed record Peers(ImmutableArray<PeerAddress> Addresses) : WireMessage
{
    /// <inheritdoc/>
    public bool Equals(Peers? other) => other is not null && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Addresses.AsSpan().Length, Addresses.AsSpan() is [var first, ..] ? first : default);
}
