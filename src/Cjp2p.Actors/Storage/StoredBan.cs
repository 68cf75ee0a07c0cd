using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Storage;

/// <summary>
/// An address that was proven to give wrong content: nothing is asked of it until the ban ends. Or one that the user does
/// not want (<see cref="IsByUser"/>): it is neither heard nor sent to.
/// </summary>
/// <param name="Address">Who; port 0: all ports of that IP address.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record StoredBan(PeerAddress Address, DateTimeOffset Until, string Reason)
{
    private const string User = "the user: ";

    /// <summary>Whether the user wanted it, and not a proof.</summary>
    public bool IsByUser => Reason.StartsWith(User, StringComparison.Ordinal);

    /// <summary>A ban that the user wants.</summary>
    /// <param name="address">Who; port 0: all ports of that IP address.</param>
    /// <param name="until">When it ends.</param>
    /// <param name="reason">Why, in the user's words.</param>
    public static StoredBan ByUser(PeerAddress address, DateTimeOffset until, string reason) => new(address, until, User + reason);
}
