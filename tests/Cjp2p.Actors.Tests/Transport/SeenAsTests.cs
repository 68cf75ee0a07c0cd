using System.Text;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Transport;

/// <summary>Where others see us: an addition to Peers that nobody has to understand.</summary>
public sealed class SeenAsTests
{
    private static readonly PeerAddress Far = Datagram.At("8.8.4.4:7");
    private static readonly PeerAddress Near = Datagram.At("192.168.1.9:24254");
    private readonly PumpHarness _pump = new("cjp2p.peers.lan-discovery = on", "10.0.0.5:24254");

    [Fact]
    public void Verified_source_is_told_where_it_is_seen_and_a_stranger_and_loopback_are_not()
    {
        _pump.Node.PeerSample = [Datagram.At("8.8.8.8:1")];
        Assert.Contains(
            """{"Peers":{"you_appear_to_be_at":"8.8.4.4:7","peers":["8.8.8.8:1"]}}""", Answer(Far, new PleaseSendPeers(), _pump.Cookie(Far)), StringComparison.Ordinal);
        Assert.DoesNotContain("appear", Answer(Far, new PleaseSendPeers()), StringComparison.Ordinal);
        var loopback = Datagram.At("127.0.0.9:7");
        Assert.DoesNotContain("appear", Answer(loopback, new PleaseSendPeers(), _pump.Cookie(loopback)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_verified_source_says_is_news_also_when_it_knows_nobody_and_what_a_stranger_says_is_none()
    {
        _pump.Deliver(Far, $$$"""[{"AlwaysReturned":{{{_pump.CookieJson(Far)}}}},{"Peers":{"peers":[],"you_appear_to_be_at":"203.0.113.9:5"}}]""");
        _pump.Deliver(Far, $$$"""[{"AlwaysReturned":{{{_pump.CookieJson(Far)}}}},{"Peers":{"you_appear_to_be_at":"203.0.113.9:6","peers":["8.8.8.8:1"]}}]""");
        _pump.Deliver(Far, """[{"Peers":{"you_appear_to_be_at":"203.0.113.9:7","peers":["8.8.8.8:1"]}}]""");
        Assert.Equal(["203.0.113.9:5", "203.0.113.9:6", "0.0.0.0:0"], _pump.News.Select(news => news.SeenAs.Port == 0 ? "0.0.0.0:0" : news.SeenAs.ToString()));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"\"")]
    [InlineData("\"here\"")]
    [InlineData("\"1.2.3.4\"")]
    public void Whatever_is_said_the_list_of_peers_is_what_it_would_be_without(string said)
    {
        _pump.Deliver(Far, $$$"""[{"AlwaysReturned":{{{_pump.CookieJson(Far)}}}},{"Peers":{"you_appear_to_be_at":{{{said}}},"peers":["8.8.8.8:1"]}}]""");
        var news = Assert.Single(_pump.News);
        Assert.Equal(Datagram.At("8.8.8.8:1"), Assert.Single(news.Peers));
        Assert.Equal(0, news.SeenAs.Port);
    }

    [Fact]
    public void Strangers_on_the_LAN_are_news_once_in_a_while_and_others_are_not()
    {
        for (var i = 0; i < 3; i++)
        {
            _pump.Deliver(Near, """[{"PleaseSendPeers":{}}]""");
            _pump.Deliver(Far, """[{"PleaseSendPeers":{}}]""");
        }

        Assert.True(Assert.Single(_pump.News).IsNear);
        Assert.Equal(Near, _pump.News[0].Source);
        _pump.Advance(TimeSpan.FromSeconds(11));
        _pump.Deliver(Near, """[{"Peers":{"peers":[]}}]""");
        Assert.Equal(2, _pump.News.Count);
    }

    [Fact]
    public void Where_the_LAN_is_not_asked_strangers_on_it_are_no_news()
    {
        var pump = new PumpHarness(address: "10.0.0.5:24254");
        pump.Deliver(Near, """[{"PleaseSendPeers":{}}]""");
        Assert.Empty(pump.News);
    }

    private string Answer(PeerAddress source, params WireMessage[] messages) =>
        Encoding.UTF8.GetString(Assert.Single(_pump.Deliver(source, messages)).Bytes);
}
