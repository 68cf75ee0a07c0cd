using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>A host that needs time for what it receives, and the buffer in which the rest waits.</summary>
public sealed class SimReceiveBufferSpec
{
    [Fact]
    public void What_a_busy_host_has_no_room_for_is_dropped_and_counted()
    {
        using var world = new SimWorld();
        var (sender, receiver, sink) = Pair(world);
        receiver.ProcessorTimePerDatagram = TimeSpan.FromMilliseconds(10);
        receiver.ReceiveBufferBytes = 1000;
        Send(sender, receiver, 30, bytes: 100);
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(20, world.Network.Counters.DroppedFor(DropReason.ReceiveBufferFull));
        Assert.Equal(10, sink.Datagrams.Count);
        Assert.Equal(0, world.Network.Counters.InFlight);
    }

    [Fact]
    public void What_waits_is_handed_over_in_order_as_fast_as_the_processor_is()
    {
        using var world = new SimWorld(new SimWorldSettings { Network = new SimNetworkSettings { BatchMax = 4 } });
        var (sender, receiver, sink) = Pair(world);
        receiver.ProcessorTimePerDatagram = TimeSpan.FromMilliseconds(10);
        Send(sender, receiver, 12, bytes: 100);
        world.RunFor(TimeSpan.FromMilliseconds(85));
        Assert.Equal(12, sink.Datagrams.Count);
        Assert.Equal(Enumerable.Range(0, 12), sink.Datagrams.Select(datagram => (int)datagram[0]));
        Send(sender, receiver, 12, bytes: 100);
        world.RunFor(TimeSpan.FromMilliseconds(45));
        Assert.InRange(sink.Datagrams.Count, 13, 23);
    }

    [Fact]
    public void What_waits_when_the_endpoint_is_closed_or_the_power_goes_is_counted_and_given_back()
    {
        using var world = new SimWorld();
        var (sender, receiver, sink) = Pair(world);
        receiver.ProcessorTimePerDatagram = TimeSpan.FromSeconds(10);
        Send(sender, receiver, 100, bytes: 100);
        world.RunFor(TimeSpan.FromSeconds(1));
        receiver.FailTransports("gone");
        Assert.Equal(64, sink.Datagrams.Count + 0);
        Assert.Equal(36, world.Network.Counters.DroppedFor(DropReason.NoEndpoint));
        Assert.Equal(0, world.Network.Counters.InFlight);
        Assert.Equal(0, world.Network.BuffersRented);
    }

    private static (SimHost Sender, SimHost Receiver, Sink Sink) Pair(SimWorld world)
    {
        var (sender, receiver) = (world.AddMachine().Host, world.AddMachine().Host);
        var sink = new Sink();
        receiver.Transports.Open(PeerAddress.FromIPv4(0, 1000), new TransportSettings()).Start(sink);
        return (sender, receiver, sink);
    }

    private static void Send(SimHost sender, SimHost receiver, int datagrams, int bytes)
    {
        var payload = new byte[bytes];
        for (var i = 0; i < datagrams; i++)
        {
            payload[0] = (byte)i;
            sender.SendAs(sender.Address.WithPort(1000), receiver.Address.WithPort(1000), payload);
        }
    }

    private sealed class Sink : IDatagramSink
    {
        internal List<byte[]> Datagrams { get; } = [];

        public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram) => Datagrams.Add(datagram.ToArray());

        public void OnBatchEnd()
        {
        }

        public void OnTransportFailed(string reason)
        {
        }
    }
}
