using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation;

/// <summary>Sees what endpoints send (forged datagrams are not theirs) and what they are handed, before they see it.</summary>
internal interface ISimNetworkWatch
{
    /// <summary>An endpoint of this host sent a datagram.</summary>
    void Sent(SimHost sender, in PeerAddress to, ReadOnlySpan<byte> payload);

    /// <summary>A datagram is about to be handed to an endpoint of this host.</summary>
    void Delivered(SimHost receiver, in PeerAddress source, ReadOnlySpan<byte> payload);
}
