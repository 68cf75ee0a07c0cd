using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of the actor that owns the sockets.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Endpoints">Its sockets, in the order of the configuration.</param>
public sealed record SocketState(string Summary, ImmutableArray<EndpointState> Endpoints) : ActorState(Summary);

/// <summary>A socket.</summary>
/// <param name="Address">Where it is, or was, bound.</param>
/// <param name="IsOpen">Whether it is open.</param>
/// <param name="DownForSeconds">For how long it is not; 0 when it is.</param>
/// <param name="Reason">Why it is not; empty when it is.</param>
/// <param name="Reopened">How often it was opened again.</param>
/// <param name="ReceiveBufferBytes">What the system granted; 0 when it is closed.</param>
/// <param name="DatagramsIn">Received since the node started.</param>
/// <param name="BytesIn">Payload bytes received.</param>
/// <param name="DatagramsOut">Sent.</param>
/// <param name="BytesOut">Payload bytes sent.</param>
/// <param name="Truncated">Longer than the buffer, dropped.</param>
/// <param name="IcmpErrors">Errors that ICMP messages caused, ignored.</param>
/// <param name="SendFailures">Datagrams that the system refused.</param>
/// <param name="SendDrops">Datagrams dropped because the send buffer stayed full.</param>
public sealed record EndpointState(
    PeerAddress Address,
    bool IsOpen,
    double DownForSeconds,
    string Reason,
    int Reopened,
    int ReceiveBufferBytes,
    long DatagramsIn,
    long BytesIn,
    long DatagramsOut,
    long BytesOut,
    long Truncated,
    long IcmpErrors,
    long SendFailures,
    long SendDrops);
