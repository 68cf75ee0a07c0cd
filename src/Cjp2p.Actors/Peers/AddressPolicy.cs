using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// Which addresses of others are worth knowing. Every list of the July Rust node may name private addresses, the reader's
/// own, and port 0; sending to them would be useless at best. Pure.
/// </summary>
/// <param name="AllowLoopback">Whether loopback addresses are welcome.</param>
/// <param name="AllowPrivate">Whether private (RFC 1918, fc00::/7) and link-local addresses are welcome.</param>
/// <param name="Own">The addresses we are bound to.</param>
public sealed record AddressPolicy(bool AllowLoopback, bool AllowPrivate, ImmutableArray<PeerAddress> Own)
{
    /// <summary>The addresses that others see us at.</summary>
    public ImmutableArray<PeerAddress> SeenAs { get; init; } = [];

    /// <summary>Whether we may keep, ask and pass on <paramref name="address"/>.</summary>
    public bool Accepts(in PeerAddress address) =>
        address.Port != 0
        && !address.IsUnspecified
        && !address.IsMulticast
        && !address.IsBroadcast
        && (AllowLoopback || !address.IsLoopback)
        && (AllowPrivate || !(address.IsPrivate || address.IsLinkLocal))
        && !IsReserved(address)
        && !Own.Contains(address)
        && !SeenAs.Contains(address);

    // 0.0.0.0/8 ("this network") and 240.0.0.0/4 (reserved) are never routed.
    private static bool IsReserved(in PeerAddress address) =>
        !address.IsIPv6 && (address.IPv4HostOrder >> 24 == 0 || address.IPv4HostOrder >> 28 == 15);
}
