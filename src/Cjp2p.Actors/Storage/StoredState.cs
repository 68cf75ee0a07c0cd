using System.Collections.Immutable;
using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Storage;

/// <summary>All that a node knows from earlier runs.</summary>
/// <param name="Secret">The secret of its cookies, so that those it gave before a restart stay valid.</param>
/// <param name="Peers">Verified peers, the last heard first.</param>
/// <param name="Files">Shared files with their hashes.</param>
/// <param name="Downloads">Downloads that were running.</param>
/// <param name="Bans">Bans that have not ended.</param>
/// <param name="Settings">Settings changed while it ran: full key and value.</param>
public sealed record StoredState(
    ImmutableArray<byte> Secret,
    ImmutableArray<StoredPeer> Peers,
    ImmutableArray<SharedFile> Files,
    ImmutableArray<StoredDownload> Downloads,
    ImmutableArray<StoredBan> Bans,
    ImmutableSortedDictionary<string, string> Settings)
{
    /// <summary>Nothing is known.</summary>
    /// <param name="secret">The secret of this run.</param>
    public static StoredState Empty(ImmutableArray<byte> secret) =>
        new(secret, [], [], [], [], ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));
}
