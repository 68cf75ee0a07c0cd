using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Storage;

/// <summary>What is needed to go on with a download. Which spans are here is beside its target, where <c>cjp2p get</c> finds it too.</summary>
/// <param name="Id">The content.</param>
/// <param name="TargetPath">Where it shall be.</param>
/// <param name="Sources">Whom the user named.</param>
/// <param name="ByBlocks">Whether <paramref name="Id"/> is the id of a hash list, and what it lists is wanted.</param>
public sealed record StoredDownload(
    ContentId Id, string TargetPath, ImmutableArray<PeerAddress> Sources, bool ByBlocks = false);
