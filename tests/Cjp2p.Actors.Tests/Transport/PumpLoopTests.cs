using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;
using CsCheck;

namespace Cjp2p.Actors.Tests.Transport;

/// <summary>
/// Two pumps wired to each other come to rest whatever one of them sends first (from 25 to 29 June 2026 the Rust nodes
/// did not).
/// </summary>
public sealed class PumpLoopTests
{
    private static readonly PeerAddress A = Datagram.At("127.0.0.1:1001");
    private static readonly PeerAddress B = Datagram.At("127.0.0.2:1002");
    private static readonly ContentId Id = ContentId.FromSha256(Sha256Digest.FromBytes(new byte[32]));

    private static readonly Gen<WireMessage> Message = Gen.Int[0, 12].Select<int, WireMessage>(kind => kind switch
    {
        0 => new PleaseSendPeers(),
        1 => new Actors.Protocol.Peers([]),
        2 => new Actors.Protocol.Peers([Datagram.At("8.8.8.8:1")]),
        3 => new PleaseAlwaysReturnThisMessage(Datagram.Raw("""{"cookie":"aabbccdd"}""")),
        4 => new PleaseAlwaysReturnThisMessage(Datagram.Raw("7")),
        5 => new AlwaysReturned(Datagram.Raw("""{"cookie":"0000000000000000"}""")),
        6 => new PleaseReturnThisMessage(Datagram.Raw("""{"sent_at":1.5}""")),
        7 => new ReturnedMessage(Datagram.Raw("""{"cookie":"11151.745030629"}""")),
        8 => new PleaseSendContent(Id, 4096, 0),
        9 => new Actors.Protocol.Content(Id, 0, [1, 2, 3], 3),
        10 => new MaybeTheyHaveSome(Id, [Datagram.At("8.8.8.8:1")]),
        11 => new PleaseListSupportedMessages(),
        _ => new UnknownMessage("WhoIsHere", Datagram.Raw("{}"), false),
    });

    [Fact]
    public void Any_datagram_comes_to_rest_after_a_few_more() => Message.Array[0, 6].Sample(messages =>
    {
        var (network, _, _) = Pair();
        network.Send(A, B, messages);
        Assert.InRange(Drive(network), 1, 4);
    });

    // As when one of them has got a new address or a new secret: neither can verify the other with what it has.
    [Fact]
    public void Nodes_that_returned_cookies_of_the_past_come_to_rest_too() => Message.Array[0, 6].Sample(messages =>
    {
        var (network, a, b) = Pair();
        network.Send(A, B, new PleaseSendPeers(), new PleaseAlwaysReturnThisMessage(a.CookieJson(B)));
        network.Send(B, A, new PleaseSendPeers(), new PleaseAlwaysReturnThisMessage(b.CookieJson(A)), a.Cookie(B));
        Drive(network);
        a.Advance(TimeSpan.FromDays(1));
        network.Clear();
        network.Send(A, B, [.. messages, new AlwaysReturned(Datagram.Raw("\"0123456789abcdef\""))]);
        Assert.InRange(Drive(network), 1, 4);
    });

    [Fact]
    public void Crossfire_of_a_whole_batch_comes_to_rest() => Message.Array[1, 4].Array[1, 20].Sample(datagrams =>
    {
        var (network, _, _) = Pair();
        for (var i = 0; i < datagrams.Length; i++)
            network.Send(i % 2 == 0 ? A : B, i % 2 == 0 ? B : A, datagrams[i]);
        Assert.InRange(Drive(network), 1, datagrams.Length * 4);
    });

    [Fact]
    public void Node_that_hears_itself_says_nothing() => Message.Array[0, 6].Sample(messages =>
    {
        var (network, _, _) = Pair();
        network.Send(A, A, messages);
        Assert.Equal(1, Drive(network));
    });

    // An echo sends back what it gets: that would be a loop of one.
    [Fact]
    public void Echo_comes_to_rest() => Message.Array[0, 6].Sample(messages =>
    {
        var (network, _, _) = Pair();
        var echo = Datagram.At("127.0.0.3:7");
        network.Attach(echo, (source, datagram) => network.Send(echo, source, datagram));
        network.Send(echo, A, messages);
        Assert.InRange(Drive(network), 1, 6);
    });

    private static (MemoryNetwork Network, PumpHarness A, PumpHarness B) Pair()
    {
        var network = new MemoryNetwork(ManualScheduler.Alone());
        return (network, new PumpHarness("", A.ToString(), network, 1), new PumpHarness("", B.ToString(), network, 2));
    }

    // How many datagrams were sent until nothing is on its way any more.
    private static int Drive(MemoryNetwork network)
    {
        for (var step = 0; network.Time.FireNext(network.Time.MonotonicClock); step++)
            Assert.True(step < 1000, "they talk for ever: " + network.Sent[^1].Text);
        return network.Sent.Count;
    }
}
