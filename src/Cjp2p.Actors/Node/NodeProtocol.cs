using System.Collections.Immutable;
using Akka.Event;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Node;

/// <summary>Messages of <see cref="NodeActor"/>. Commands of downloads, sharing and peers may be told to the node too.</summary>
public static class NodeProtocol
{
    /// <summary>Anything the node itself takes.</summary>
    public interface ICommand;

    /// <summary>Tells the sender <see cref="Started"/> or <see cref="NotStarted"/> as soon as that is decided.</summary>
    public sealed record WhenStarted : ICommand
    {
        /// <summary>The one instance.</summary>
        public static WhenStarted Instance { get; } = new();
    }

    /// <summary>The node is up.</summary>
    /// <param name="Addresses">Where it listens.</param>
    /// <param name="Inspection">Its inside, for whoever wants to look.</param>
    public sealed record Started(ImmutableArray<PeerAddress> Addresses, NodeInspection Inspection);

    /// <summary>The node cannot run, for a reason in one line.</summary>
    public sealed record NotStarted(string Reason);

    /// <summary>Asks for <see cref="NodeStatus"/>.</summary>
    public sealed record GetStatus : ICommand
    {
        /// <summary>The one instance.</summary>
        public static GetStatus Instance { get; } = new();
    }

    /// <summary>Stops in order: downloads save where they are, then sockets close; answered with <see cref="Stopped"/>.</summary>
    public sealed record Stop : ICommand
    {
        /// <summary>The one instance.</summary>
        public static Stop Instance { get; } = new();
    }

    /// <summary>The node has stopped.</summary>
    public sealed record Stopped
    {
        /// <summary>The one instance.</summary>
        public static Stopped Instance { get; } = new();
    }

    /// <summary>
    /// Takes over what a running node can of new settings (<see cref="LiveSettings"/>); the rest is ignored. Answered with
    /// <see cref="Reconfigured"/>.
    /// </summary>
    /// <param name="Settings">All settings, as they were read anew.</param>
    /// <param name="Changed">Keys that count from now on, for the log.</param>
    /// <param name="Waiting">Keys that count from the next start on, for the log.</param>
    public sealed record Reconfigure(NodeSettings Settings, ImmutableArray<string> Changed, ImmutableArray<string> Waiting) : ICommand;

    /// <summary>
    /// Changes some of <see cref="RuntimeSettings"/>, all or none, also for later runs. Answered with
    /// <see cref="Reconfigured"/> or <see cref="NotReconfigured"/>.
    /// </summary>
    /// <param name="Changes">Full keys and values.</param>
    public sealed record ChangeSettings(ImmutableArray<(string Key, string Value)> Changes) : ICommand;

    /// <summary>Nothing was changed, for a reason in one line.</summary>
    public sealed record NotReconfigured(string Reason);

    /// <summary>New settings are in effect.</summary>
    public sealed record Reconfigured
    {
        /// <summary>The one instance.</summary>
        public static Reconfigured Instance { get; } = new();
    }

    /// <summary>How a node is. Parts whose actor did not answer in time are null.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Uptime">Since it started.</param>
    /// <param name="TakenAt">Time of day of this status.</param>
    /// <param name="Answered">How many of the four actors asked have answered.</param>
    /// <param name="Socket">Endpoints.</param>
    /// <param name="Peers">Peers.</param>
    /// <param name="Store">Shared content.</param>
    /// <param name="Downloads">Running downloads.</param>
    public sealed record NodeStatus(
        string Name,
        TimeSpan Uptime,
        DateTimeOffset TakenAt,
        int Answered,
        SocketProtocol.SocketStatus? Socket,
        PeerRegistryProtocol.RegistryStatus? Peers,
        ContentStoreProtocol.StoreStatus? Store,
        DownloadProtocol.Downloads? Downloads);

    /// <summary>
    /// The user does not want to hear from a peer: what it sends is dropped, nothing is sent to it, and it is forgotten.
    /// Answered with <see cref="Banned"/> or <see cref="BanRefused"/>.
    /// </summary>
    /// <param name="Address">Whom; port 0: all ports of that IP address.</param>
    /// <param name="Duration">For how long, at most <see cref="DurationMax"/>: every ban ends.</param>
    /// <param name="Reason">Why.</param>
    public sealed record BanPeer(PeerAddress Address, TimeSpan Duration, string Reason) : ICommand
    {
        /// <summary>Longest ban.</summary>
        public static TimeSpan DurationMax { get; } = TimeSpan.FromDays(30);
    }

    /// <summary>A peer is banned.</summary>
    public sealed record Banned(PeerAddress Address);

    /// <summary>A peer is not banned, for a reason in one line.</summary>
    public sealed record BanRefused(string Reason);

    /// <summary>Ends a ban; answered with <see cref="Unbanned"/>.</summary>
    public sealed record UnbanPeer(PeerAddress Address) : ICommand;

    /// <summary>A peer is not banned any more.</summary>
    /// <param name="Address">Whom.</param>
    /// <param name="Was">Whether it was.</param>
    public sealed record Unbanned(PeerAddress Address, bool Was);

    /// <summary>A source was proven to give wrong content.</summary>
    internal sealed record BanLiar(PeerAddress Address, string Reason) : ICommand;

    /// <summary>The time of a ban is over.</summary>
    internal sealed record BanEnded(PeerAddress Address) : ICommand, IDeadLetterSuppression;

    /// <summary>An actor of the node is gone for good.</summary>
    internal sealed record PartStopped(string Name) : ICommand;

    /// <summary>An orderly stop takes too long.</summary>
    internal sealed record StopTimeout : ICommand, IDeadLetterSuppression
    {
        public static StopTimeout Instance { get; } = new();
    }
}
