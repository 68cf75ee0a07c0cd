using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation;

/// <summary>Looks at what a simulated network delivers, without taking part in it.</summary>
public interface ISimTap
{
    /// <summary>A datagram is handed to an endpoint.</summary>
    /// <param name="at">Virtual time.</param>
    /// <param name="from">The host that really sent it.</param>
    /// <param name="to">The host that gets it.</param>
    /// <param name="source">Where it claims to come from, as the receiver sees it.</param>
    /// <param name="destination">The address of the endpoint that gets it, behind any NAT.</param>
    /// <param name="datagram">Its bytes; they are valid during the call only.</param>
    void Delivered(
        TimeSpan at, SimHost from, SimHost to, in PeerAddress source, in PeerAddress destination, ReadOnlySpan<byte> datagram);
}
