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

    // What a flood with forged sources makes of our answers: each draws a "port unreachable", which would fail the next call.
    [Fact]
    public void Masses_of_unreachable_ports_are_not_listened_to_and_nothing_is_lost_by_them()
    {
        UdpTransport transport = Open(), departed = Open();
        departed.Dispose();
        for (int i = 0; i < 1000; i++)
            Send(transport, departed.LocalAddress, [99]);
        Assert.Equal(1000, transport.Counters.DatagramsOut);
        Assert.Equal(0, transport.Counters.SendFailures);
        Assert.InRange(transport.Counters.IcmpErrors, 1, IcmpInterest.ErrorsMax + 1);

        var sink = new CollectingSink();
        transport.Start(sink);
        Send(transport, transport.LocalAddress, [1]);
        sink.WaitForDatagrams(1);
        Assert.Empty(sink.Failures);
    }

    private protected override UdpTransport Create(PeerAddress listen, TransportSettings settings, int receiveRoomBytes) =>
        new LinuxUdpTransport(listen, settings, receiveRoomBytes);
}
