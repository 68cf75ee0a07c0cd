using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>Messages of <see cref="PeerRegistryActor"/>.</summary>
public static class PeerRegistryProtocol
{
    /// <summary>Anything the registry takes.</summary>
    public interface ICommand;

    /// <summary>What receive threads gathered from one batch of datagrams.</summary>
    /// <param name="News">In order of arrival.</param>
    public sealed record Heard(ImmutableArray<PeerNews> News) : ICommand;

    /// <summary>The user named these addresses: they are asked like the bootstrap list, at once.</summary>
    /// <param name="Addresses">Checked by nobody but the user.</param>
    public sealed record AddPeers(ImmutableArray<PeerAddress> Addresses) : ICommand;

    /// <summary>The bootstrap list has changed: those that are new are asked at once.</summary>
    /// <param name="Before">As it was.</param>
    /// <param name="Now">As it is.</param>
    internal sealed record ReplaceBootstrap(ImmutableArray<PeerAddress> Before, ImmutableArray<PeerAddress> Now) : ICommand;

    /// <summary>The block list has changed: peers that are on it now are forgotten.</summary>
    internal sealed record ForgetBlocked : ICommand
    {
        /// <summary>The one instance.</summary>
        public static ForgetBlocked Instance { get; } = new();
    }

    /// <summary>Asks for verified peers to search content at; answered with <see cref="Candidates"/>.</summary>
    /// <param name="Most">How many at the most.</param>
    public sealed record GetCandidates(int Most) : ICommand;

    /// <summary>Verified peers, random among the good ones; with too few of them also those that the user named.</summary>
    public sealed record Candidates(ImmutableArray<PeerAddress> Addresses);

    /// <summary>Asks for <see cref="RegistryStatus"/>.</summary>
    public sealed record GetStatus : ICommand
    {
        /// <summary>The one instance.</summary>
        public static GetStatus Instance { get; } = new();
    }

    /// <summary>Sizes of the tables at one moment.</summary>
    /// <param name="Verified">Verified peers.</param>
    /// <param name="Hearsay">Addresses that others named.</param>
    /// <param name="PeerActors">Peers with an actor.</param>
    /// <param name="Evictions">Verified peers that had to make room.</param>
    /// <param name="Peers">Some verified peers, at most 100.</param>
    public sealed record RegistryStatus(
        int Verified, int Hearsay, int PeerActors, long Evictions, ImmutableArray<PeerRecord> Peers)
    {
        /// <summary>How others see this node, one address of each family at the most.</summary>
        public ImmutableArray<SeenAddress> SeenAs { get; init; } = [];
    }

    /// <summary>Asks for <see cref="AllPeers"/>.</summary>
    public sealed record GetPeers : ICommand
    {
        /// <summary>The one instance.</summary>
        public static GetPeers Instance { get; } = new();
    }

    /// <summary>Every address that is known: a copy, to be sorted and paged by whoever asked.</summary>
    /// <param name="Verified">Verified peers.</param>
    /// <param name="Hearsay">Addresses that others named and that were not tried yet.</param>
    public sealed record AllPeers(ImmutableArray<PeerRecord> Verified, ImmutableArray<PeerAddress> Hearsay);

    /// <summary>The user does not want to know of this peer any more; port 0: of any at that IP address.</summary>
    /// <param name="Address">Which.</param>
    public sealed record ForgetPeer(PeerAddress Address) : ICommand;

    /// <summary>Time for a round of discovery.</summary>
    public sealed record Discover : ICommand, INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        /// <summary>The one instance.</summary>
        public static Discover Instance { get; } = new();
    }

    /// <summary>Time to have the peers written down.</summary>
    internal sealed record SavePeers : ICommand, INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static SavePeers Instance { get; } = new();
    }

    /// <summary>Time to keep the mappings of a NAT open.</summary>
    internal sealed record KeepAlive : ICommand, INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static KeepAlive Instance { get; } = new();
    }

    /// <summary>Time to ask the LAN who is there.</summary>
    internal sealed record AskLan : ICommand, INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static AskLan Instance { get; } = new();
    }

    /// <summary>The actor of a peer stopped (it was idle, or failed).</summary>
    /// <param name="Address">The peer.</param>
    internal sealed record PeerStopped(PeerAddress Address) : ICommand;
}

/// <summary>What one datagram told about its source.</summary>
/// <param name="Source">Where it came from.</param>
/// <param name="At">When it came, on the node's clock.</param>
/// <param name="Proven">Whether it held a cookie or a ping of ours, so that the source does receive there.</param>
/// <param name="RoundTrip">Round trip of a ping of ours that it returned; zero when there was none.</param>
/// <param name="Peers">Addresses that it named.</param>
public sealed record PeerNews(
    PeerAddress Source,
    TimeSpan At,
    bool Proven,
    TimeSpan RoundTrip,
    ImmutableArray<PeerAddress> Peers)
{
    /// <summary>Where it sees us; port 0: it does not say.</summary>
    public PeerAddress SeenAs { get; init; }

    /// <summary>Whether it is a stranger on the same LAN, where such are looked for.</summary>
    public bool IsNear { get; init; }
}
