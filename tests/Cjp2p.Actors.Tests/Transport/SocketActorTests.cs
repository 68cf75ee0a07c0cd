using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class SocketActorTests : NodeSpec
{
    private static readonly PeerAddress Stranger = Datagram.At("127.0.0.9:9");

    private readonly TestProbe _user;
    private NodeServices _node = null!;
    private IActorRef _socket = ActorRefs.Nobody;

    public SocketActorTests() => _user = CreateTestProbe();

    [Fact]
    public void Endpoints_are_opened_in_order_and_published()
    {
        Start("listen = [\"127.0.0.1:0\", \"[::1]:7\"]");
        var opened = Only<SocketProtocol.Opened>(_user);
        Assert.Equal(2, opened.Addresses.Length);
        Assert.Equal(opened.Addresses, _node.Transports.Open.Select(transport => transport.LocalAddress));
        Assert.Equal<PeerAddress>(opened.Addresses, _node.AddressPolicy.Own);
        Assert.All(Network.Opened, transport => Assert.True(transport.IsStarted));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void When_one_cannot_be_opened_none_is(int bad)
    {
        var addresses = Enumerable.Range(1, 3).Select(i => Peer($"127.0.0.1:{i}")).ToArray();
        Network.Refuses = address => address == addresses[bad] ? new TransportException("no such interface") : null;
        Start($"listen = [{string.Join(',', addresses.Select(address => $"\"{address}\""))}]");
        Assert.Equal("no such interface", Only<SocketProtocol.NotOpened>(_user).Reason);
        Assert.Empty(Network.Open);
        Assert.Empty(_node.Transports.Open);
        Assert.All(Network.Opened, transport => Assert.False(transport.IsStarted));
    }

    [Theory]
    [InlineData("127.0.0.1:1", "auto", true, true)]
    [InlineData("0.0.0.0:1", "auto", false, false)]
    [InlineData("0.0.0.0:1", "on", true, true)]
    [InlineData("127.0.0.1:1", "off", false, false)]
    public void Loopback_and_private_addresses_are_welcome_where_the_node_is_on_loopback_or_the_settings_say_so(
        string listen, string setting, bool loopback, bool privates)
    {
        Start($"listen = [\"{listen}\"], peers {{ allow-loopback = {setting}, allow-private = {setting} }}");
        Assert.Equal((loopback, privates), (_node.AddressPolicy.AllowLoopback, _node.AddressPolicy.AllowPrivate));
    }

    [Fact]
    public void Dead_endpoint_is_opened_again_on_the_same_port_and_works()
    {
        Start("listen = [\"127.0.0.1:0\"]");
        var address = Only<SocketProtocol.Opened>(_user).Addresses[0];
        Network.Opened[0].Fail("the interface is gone");
        Settle();
        Assert.True(Network.Opened[0].IsDisposed);
        Assert.Empty(_node.Transports.Open);
        AdvanceSeconds(0.5);
        Assert.Equal(address, Assert.Single(_node.Transports.Open).LocalAddress);
        Network.Opened[1].Deliver(Stranger, new PleaseSendPeers());
        Assert.Single(Network.SentTo(Stranger));
    }

    [Fact]
    public void Endpoint_that_cannot_be_opened_again_is_tried_ever_more_seldom_for_ever_and_logged_once()
    {
        Start("listen = [\"127.0.0.1:5\"]");
        var tries = new List<TimeSpan>();
        var isDown = true;
        Network.Refuses = _ =>
        {
            tries.Add(Now);
            return isDown ? new TransportException("no buffer space") : null;
        };
        Network.Opened[0].Fail("the interface is gone");
        AdvanceSeconds(3600);
        var waits = tries.Prepend(TimeSpan.Zero).Zip(tries, (one, next) => (next - one).TotalSeconds).ToArray();
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], waits.Take(9));
        Assert.All(waits.Skip(6), wait => Assert.Equal(30, wait));
        Assert.Single(Warnings);
        var status = Status();
        Assert.Equal((false, "no buffer space", 0), (status.IsOpen, status.Reason, status.Reopened));
        Assert.Equal(TimeSpan.Zero, status.DownSince);
        isDown = false;
        AdvanceSeconds(30);
        status = Status();
        Assert.Equal((true, "", 1), (status.IsOpen, status.Reason, status.Reopened));
        Assert.Single(Warnings);
        Assert.Contains(LogLines, line => line.Contains("is open again", StringComparison.Ordinal));
    }

    // 500 warnings a second were met elsewhere.
    [Fact]
    public void Endpoint_that_dies_as_soon_as_it_is_open_is_opened_ever_more_seldom_and_logged_once()
    {
        Start("listen = [\"127.0.0.1:5\"]");
        for (var i = 0; i < 3600 * 4; i++)
        {
            if (Network.Open.SingleOrDefault() is { } open)
                open.Fail("no carrier");
            AdvanceSeconds(0.25);
        }

        Assert.InRange(Network.Opened.Count, 60, 200);
        Assert.Single(Warnings);
        // When it has lived for a while it is as good as new.
        AdvanceSeconds(120);
        Network.Open.Single().Fail("again");
        AdvanceSeconds(0.5);
        Assert.Single(Network.Open);
        Assert.Equal(2, Warnings.Count);
    }

    [Fact]
    public void Death_of_one_endpoint_leaves_the_others_alone()
    {
        Start("listen = [\"127.0.0.1:5\", \"127.0.0.1:6\"]");
        Network.Opened[0].Fail("gone");
        Settle();
        Assert.Equal(Peer("127.0.0.1:6"), Assert.Single(_node.Transports.Open).LocalAddress);
        Assert.False(Network.Opened[1].IsDisposed);
        AdvanceSeconds(1);
        Assert.Equal(2, _node.Transports.Open.Length);
    }

    [Fact]
    public void Death_that_is_told_twice_or_too_late_counts_once()
    {
        Start("listen = [\"127.0.0.1:5\"]");
        Network.Opened[0].Fail("gone");
        AdvanceSeconds(1);
        _socket.Tell(new SocketProtocol.TransportFailed(Network.Opened[0], "gone"));
        Settle();
        Assert.False(Network.Opened[1].IsDisposed);
        Assert.Equal(1, Status().Reopened);
    }

    [Fact]
    public void Counts_go_on_over_all_transports_of_an_endpoint()
    {
        Start("listen = [\"127.0.0.1:5\"]");
        Network.Opened[0].Deliver(Stranger, new PleaseSendPeers());
        Network.Opened[0].Counters.AddTruncated();
        Network.Opened[0].Fail("gone");
        AdvanceSeconds(1);
        Network.Opened[1].Deliver(Stranger, new PleaseSendPeers());
        Network.Opened[1].Counters.AddIcmpError();
        var status = Status();
        Assert.Equal((2, 2, 1, 1), (status.DatagramsIn, status.DatagramsOut, status.Truncated, status.IcmpErrors));
        Assert.Equal(2 * Datagram.Of(new PleaseSendPeers()).Length, status.BytesIn);
    }

    [Fact]
    public void Flight_fits_the_smallest_receive_buffer_that_was_granted()
    {
        Start("listen = [\"127.0.0.1:5\"]", 212_992);
        Assert.Equal(33, _node.Flight.Capacity);
        Assert.Contains(LogLines, line => line.Contains("rmem_max", StringComparison.Ordinal));
    }

    [Fact]
    public void Stop_closes_everything()
    {
        Start("listen = [\"127.0.0.1:5\", \"127.0.0.1:6\"]");
        Only<SocketProtocol.Opened>(_user);
        _user.Watch(_socket);
        Sys.Stop(_socket);
        UntilTerminated(_user);
        Assert.Empty(Network.Open);
        Assert.Empty(_node.Transports.Open);
    }

    [Fact]
    public void Batch_is_rented_from_a_transport_that_can_reach_the_receiver_or_from_none()
    {
        var set = new TransportSet(new Bans(1));
        Assert.Null(set.RentFor(Stranger));
        var loopback = Network.Bind(Peer("127.0.0.1:5"));
        set.Set([loopback]);
        Assert.Null(set.RentFor(Peer("8.8.8.8:1")));
        Assert.Null(set.RentFor(Peer("[::1]:1")));
        using (set.RentFor(Stranger))
            Assert.Equal(1, loopback.RentedBatches);
        var everywhere = Network.Bind(Peer("0.0.0.0:6"));
        set.Set([loopback, everywhere]);
        using (set.RentFor(Peer("8.8.8.8:1")))
            Assert.Equal((0, 1), (loopback.RentedBatches, everywhere.RentedBatches));
        var v6 = Network.Bind(Peer("[::]:6"));
        set.Set([loopback, everywhere, v6]);
        using (set.RentFor(Peer("[2a01::1]:1")))
            Assert.Equal(1, v6.RentedBatches);
    }

    private void Start(string hocon, int receiveBufferBytes = int.MaxValue)
    {
        Network.ReceiveBufferBytes = receiveBufferBytes;
        _node = Services($"cjp2p {{ {hocon} }}");
        var nobody = new RecordingRef();
        _socket = Top(SocketActor.Props(_node, new PumpTargets(nobody, nobody, nobody, nobody)), "socket");
        _socket.Tell(SocketProtocol.Open.Instance, _user.Ref);
        Settle();
    }

    private SocketProtocol.EndpointStatus Status()
    {
        All(_user);
        _socket.Tell(SocketProtocol.GetStatus.Instance, _user.Ref);
        Settle();
        return Assert.Single(Only<SocketProtocol.SocketStatus>(_user).Endpoints);
    }
}
