using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;
using Cjp2p.Actors.Transport.Linux;

namespace Cjp2p.Actors.Tests.Transport.Linux;

/// <summary>The folder is compiled on Linux only.</summary>
public sealed class LinuxUdpTransportSpecs : UdpTransportSpecs
{
    [Fact]
    public void Receive_buffer_is_what_was_asked_for_as_far_as_the_kernel_allows()
    {
        const int AskedBytes = 100_000; // less than the usual default and the usual limit
        UdpTransport transport = Open(settings: new TransportSettings(AskedBytes, AskedBytes));

        // Linux doubles what it is asked for, to have room for its own book-keeping, and says so.
        Assert.Equal(2 * AskedBytes, transport.Socket.ReceiveBufferSize);
        Assert.Equal(2 * AskedBytes, transport.Socket.SendBufferSize);
    }

    private protected override UdpTransport Create(PeerAddress listen, TransportSettings settings, int receiveRoomBytes) =>
        new LinuxUdpTransport(listen, settings, receiveRoomBytes);
}
