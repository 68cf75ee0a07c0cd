using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of <see cref="Node.NodeActor"/>.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Name">Name of the node.</param>
/// <param name="Phase">Opening, Running, NotStarted or Stopping.</param>
/// <param name="UptimeSeconds">Since it started.</param>
/// <param name="PartsStopped">Parts that failed too often.</param>
/// <param name="Bans">Who is banned.</param>
/// <param name="Datagrams">What became of received datagrams and their elements since the start, by the names of <see cref="Transport.WireCount"/>.</param>
public sealed record NodeState(
    string Summary,
    string Name,
    string Phase,
    double UptimeSeconds,
    ImmutableArray<string> PartsStopped,
    ImmutableArray<BanState> Bans,
    ImmutableArray<NamedCount> Datagrams) : ActorState(Summary);

/// <summary>A count with a name.</summary>
/// <param name="Name">What was counted.</param>
/// <param name="Count">How many.</param>
public sealed record NamedCount(string Name, long Count);

/// <summary>A ban.</summary>
/// <param name="Address">Whom; port 0: all ports of that IP address.</param>
/// <param name="LeftSeconds">How long it lasts still.</param>
/// <param name="Reason">Why: in the user's words, or what was proven.</param>
public sealed record BanState(Protocol.PeerAddress Address, double LeftSeconds, string Reason)
{
    /// <summary>The bans of a list, by address.</summary>
    internal static ImmutableArray<BanState> All(Transport.Bans bans, TimeSpan now) =>
        [.. bans.All.Select(ban => new BanState(ban.Address, Math.Round((ban.Until - now).TotalSeconds, 3), ban.Reason))];
}
