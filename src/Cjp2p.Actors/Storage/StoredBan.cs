using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Storage;

/// <summary>An address that was proven to give wrong content: nothing is asked of it until the ban ends.</summary>
/// <param name="Address">Who.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record StoredBan(PeerAddress Address, DateTimeOffset Until, string Reason);
