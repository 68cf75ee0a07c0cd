using System.Collections.Immutable;
using Akka.Event;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>Messages of <see cref="SocketActor"/>.</summary>
public static class SocketProtocol
{
    /// <summary>Anything it takes.</summary>
    public interface ICommand;

    /// <summary>Opens the endpoints; answered with <see cref="Opened"/> or <see cref="NotOpened"/>.</summary>
    public sealed record Open : ICommand
    {
        /// <summary>The one instance.</summary>
        public static Open Instance { get; } = new();
    }

    /// <summary>All endpoints are open, with these addresses.</summary>
    public sealed record Opened(ImmutableArray<PeerAddress> Addresses);

    /// <summary>An endpoint could not be opened at the start, for a reason in one line.</summary>
    public sealed record NotOpened(string Reason);

    /// <summary>Asks for <see cref="SocketStatus"/>.</summary>
    public sealed record GetStatus : ICommand
    {
        /// <summary>The one instance.</summary>
        public static GetStatus Instance { get; } = new();
    }

    /// <summary>State of the endpoints.</summary>
    public sealed record SocketStatus(ImmutableArray<EndpointStatus> Endpoints);

    /// <summary>State of one endpoint.</summary>
    /// <param name="Address">Where it is, or was, bound.</param>
    /// <param name="IsOpen">Whether it is open.</param>
    /// <param name="DownSince">Since when it is not, on the node's clock.</param>
    /// <param name="Reason">Why it is not.</param>
    /// <param name="Reopened">How often it was opened again.</param>
    /// <param name="DatagramsIn">Datagrams received since the node started.</param>
    /// <param name="BytesIn">Payload bytes received.</param>
    /// <param name="DatagramsOut">Datagrams sent.</param>
    /// <param name="BytesOut">Payload bytes sent.</param>
    /// <param name="Truncated">Datagrams longer than the buffer, dropped.</param>
    /// <param name="IcmpErrors">Errors that ICMP messages caused, ignored.</param>
    /// <param name="SendFailures">Datagrams that the system refused to send.</param>
    /// <param name="SendDrops">Datagrams dropped because the send buffer stayed full.</param>
    public sealed record EndpointStatus(
        PeerAddress Address,
        bool IsOpen,
        TimeSpan DownSince,
        string Reason,
        int Reopened,
        long DatagramsIn,
        long BytesIn,
        long DatagramsOut,
        long BytesOut,
        long Truncated,
        long IcmpErrors,
        long SendFailures,
        long SendDrops);

    /// <summary>A transport died.</summary>
    internal sealed record TransportFailed(ITransport Transport, string Reason) : ICommand;

    /// <summary>Time to open an endpoint again.</summary>
    internal sealed record Reopen(int Endpoint) : ICommand, IDeadLetterSuppression;
}
