using Cjp2p.Actors.Protocol;
using ContentMessage = Cjp2p.Actors.Protocol.Content;
using PeersMessage = Cjp2p.Actors.Protocol.Peers;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>Messages are data: the tests of the whole project compare them.</summary>
public sealed class WireMessageTests
{
    [Fact]
    public void Messages_of_the_same_meaning_are_equal()
    {
        AssertEqual(() => new PeersMessage([Wire.Peer("1.2.3.4:5"), Wire.Peer("1.2.3.4:6")]));
        AssertEqual(() => new MaybeTheyHaveSome(Wire.Id("a"), [Wire.Peer("1.2.3.4:5")]));
        AssertEqual(() => new ContentMessage(Wire.Id("a"), 1, [1, 2, 3], 4));
        AssertEqual(() => new AlwaysReturned(RawJson.CopyOf("1")));
        Assert.Equal(new PeersMessage([]), new PeersMessage(default));
    }

    [Fact]
    public void Messages_that_differ_in_anything_are_not_equal()
    {
        var peers = new PeersMessage([Wire.Peer("1.2.3.4:5"), Wire.Peer("1.2.3.4:6")]);
        Assert.NotEqual(peers, new PeersMessage([Wire.Peer("1.2.3.4:6"), Wire.Peer("1.2.3.4:5")]));
        Assert.NotEqual(peers, new PeersMessage([Wire.Peer("1.2.3.4:5")]));
        var holders = new MaybeTheyHaveSome(Wire.Id("a"), [Wire.Peer("1.2.3.4:5")]);
        Assert.NotEqual(holders, holders with { Id = Wire.Id("b") });
        Assert.NotEqual(holders, holders with { Addresses = [] });
        var content = new ContentMessage(Wire.Id("a"), 1, [1, 2, 3], 4);
        Assert.NotEqual(content, content with { Id = Wire.Id("b") });
        Assert.NotEqual(content, content with { Offset = 2 });
        Assert.NotEqual(content, content with { Bytes = [1, 2, 4] });
        Assert.NotEqual(content, content with { Eof = null });
        Assert.NotEqual<WireMessage>(new AlwaysReturned(RawJson.CopyOf("1")), new ReturnedMessage(RawJson.CopyOf("1")));
    }

    private static void AssertEqual(Func<WireMessage> make)
    {
        Assert.Equal(make(), make());
        Assert.Equal(make().GetHashCode(), make().GetHashCode());
    }
}
