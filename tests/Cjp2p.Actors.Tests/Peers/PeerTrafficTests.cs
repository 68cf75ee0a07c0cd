using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Peers;

/// <summary>Content that came from peers and went to them.</summary>
public sealed class PeerTrafficTests
{
    [Fact]
    public void Bytes_are_counted_for_each_peer_and_direction()
    {
        var traffic = new PeerTraffic(10);
        var (one, other) = (Datagram.At("10.0.0.1:1"), Datagram.At("10.0.0.1:2"));
        traffic.AddIn(one, 5);
        traffic.AddIn(one, 7);
        traffic.AddOut(one, 3);
        traffic.AddOut(other, 1);
        Assert.Equal((12, 3), traffic.Of(one));
        Assert.Equal((0, 1), traffic.Of(other));
        Assert.Equal((0, 0), traffic.Of(Datagram.At("10.0.0.2:1")));
        Assert.Equal(2, traffic.Peers);
    }

    [Fact]
    public void Peers_are_counted_up_to_the_cap_and_those_that_are_idle_longest_are_forgotten()
    {
        var traffic = new PeerTraffic(4);
        for (ushort port = 1; port <= 4; port++)
            traffic.AddIn(Datagram.At("10.0.0.1:1").WithPort(port), port);
        Assert.Equal((4, 0), (traffic.Peers, traffic.Evictions));
        // Who only looks keeps nobody.
        Assert.Equal((1, 0), traffic.Of(Datagram.At("10.0.0.1:1")));
        traffic.AddIn(Datagram.At("10.0.0.1:5"), 5);
        Assert.Equal((0, 0), traffic.Of(Datagram.At("10.0.0.1:1")));
        Assert.Equal((4, 0), traffic.Of(Datagram.At("10.0.0.1:4")));
        Assert.InRange(traffic.Peers, 1, 4);
        Assert.Equal(2, traffic.Evictions);
    }
}
