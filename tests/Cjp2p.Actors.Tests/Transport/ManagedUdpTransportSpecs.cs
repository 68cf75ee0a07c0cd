using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class ManagedUdpTransportSpecs : UdpTransportSpecs
{
    private protected override UdpTransport Create(PeerAddress listen, TransportSettings settings, int receiveRoomBytes) =>
        new ManagedUdpTransport(listen, settings, receiveRoomBytes);
}
