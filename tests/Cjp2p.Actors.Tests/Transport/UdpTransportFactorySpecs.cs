using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class UdpTransportFactorySpecs
{
    private static readonly PeerAddress AnyLoopbackPort = PeerAddress.FromIPv4(0x7F000001, 0);

    [LinuxFact]
    public void Linux_gets_batched_system_calls()
    {
        using ITransport transport = new UdpTransportFactory().Open(AnyLoopbackPort, new TransportSettings());

        Assert.IsType<Actors.Transport.Linux.LinuxUdpTransport>(transport);
    }

    [Fact]
    public void Managed_sockets_can_be_forced()
    {
        using ITransport transport =
            new UdpTransportFactory().Open(AnyLoopbackPort, new TransportSettings(ForceManaged: true));

        Assert.IsType<ManagedUdpTransport>(transport);
    }
}
