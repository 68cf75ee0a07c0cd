using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>How a hostile sender sends.</summary>
internal interface IHostileMouth
{
    /// <summary>From its own address, with this port.</summary>
    void Send(ushort fromPort, in PeerAddress to, ReadOnlySpan<byte> datagram);

    /// <summary>In the name of somebody else.</summary>
    void SendAs(in PeerAddress claimed, in PeerAddress to, ReadOnlySpan<byte> datagram);
}
