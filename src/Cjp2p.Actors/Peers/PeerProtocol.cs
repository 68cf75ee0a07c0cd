using Akka.Actor;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>Messages of <see cref="PeerActor"/>.</summary>
public static class PeerProtocol
{
    /// <summary>Anything it takes.</summary>
    public interface ICommand;

    /// <summary>The peer was heard.</summary>
    public sealed record Heard(PeerNews News) : ICommand;

    /// <summary>A probe was sent to the peer; no sign of life.</summary>
    public sealed record Probed : ICommand, INotInfluenceReceiveTimeout
    {
        /// <summary>The one instance.</summary>
        public static Probed Instance { get; } = new();
    }

    /// <summary>Asks for <see cref="PeerState"/>.</summary>
    public sealed record GetState : ICommand, INotInfluenceReceiveTimeout
    {
        /// <summary>The one instance.</summary>
        public static GetState Instance { get; } = new();
    }

    /// <summary>What is known of a peer beyond its address; all of it may be forgotten at any time.</summary>
    /// <param name="Address">Its address.</param>
    /// <param name="RoundTrip">Round-trip time.</param>
    /// <param name="Probes">Probes sent since the actor started.</param>
    /// <param name="Answers">Probes that came back.</param>
    /// <param name="HasCookie">Whether it gave us a cookie to return.</param>
    /// <param name="HeardAt">When it was last heard, on the node's clock.</param>
    public sealed record PeerState(
        PeerAddress Address, RoundTripTime RoundTrip, int Probes, int Answers, bool HasCookie, TimeSpan HeardAt)
    {
        /// <summary>Share of the probes that were lost, 0 to 1.</summary>
        public double Loss => Probes == 0 ? 0 : Math.Max(0, 1 - (double)Answers / Probes);

        /// <summary>Lower is better: the round-trip time in milliseconds, longer by what is lost; 1,000 when not known.</summary>
        public double Score => (RoundTrip.IsKnown ? RoundTrip.Smoothed.TotalMilliseconds : 1000) * (1 + 4 * Loss);
    }

    /// <summary>The peer's round-trip time, for the registry.</summary>
    internal sealed record Measured(PeerAddress Address, TimeSpan RoundTrip) : PeerRegistryProtocol.ICommand;
}
