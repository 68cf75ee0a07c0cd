using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.AntiSpoof;

public sealed class CookieJarTests
{
    private static readonly PeerAddress One = PeerAddress.FromIPv4(0x0a000001, 1);
    private static readonly PeerAddress Other = PeerAddress.FromIPv4(0x0a000001, 2);

    private readonly CookieJar _jar = new(4);

    [Fact]
    public void Cookie_is_kept_byte_for_byte_for_the_address_and_port_that_gave_it()
    {
        Assert.True(_jar.Set(One, """{ "any" : [1.50, "\u0041"] }"""u8));
        Assert.Equal("""{ "any" : [1.50, "\u0041"] }"""u8.ToArray(), _jar.Find(One).ToArray());
        Assert.True(_jar.Find(Other).IsEmpty);
    }

    [Fact]
    public void Same_cookie_again_changes_nothing()
    {
        Assert.True(_jar.Set(One, "1"u8));
        Assert.False(_jar.Set(One, "1"u8));
        Assert.True(_jar.Set(One, "2"u8));
        Assert.Equal("2"u8.ToArray(), _jar.Find(One).ToArray());
        Assert.Equal(1, _jar.Count);
    }

    [Fact]
    public void Jar_keeps_a_copy()
    {
        byte[] given = "12"u8.ToArray();
        _jar.Set(One, given);
        given[0] = (byte)'9';
        Assert.Equal("12"u8.ToArray(), _jar.Find(One).ToArray());
    }

    [Fact]
    public void Jar_never_holds_more_than_its_capacity_and_forgets_the_least_recently_used()
    {
        _jar.Set(One, "1"u8);
        for (ushort port = 10; port < 100; port++)
        {
            _jar.Set(One.WithPort(port), "1"u8);
            Assert.False(_jar.Find(One).IsEmpty);
            Assert.InRange(_jar.Count, 1, 4);
        }

        Assert.True(_jar.Find(One.WithPort(10)).IsEmpty);
    }

    [Fact]
    public void To_ask_whether_a_cookie_is_held_does_not_keep_it()
    {
        _jar.Set(One, "1"u8);
        Assert.True(_jar.Holds(One));
        Assert.False(_jar.Holds(Other));
        for (ushort port = 10; port < 14; port++)
        {
            _ = _jar.Holds(One);
            _jar.Set(One.WithPort(port), "1"u8);
        }

        Assert.False(_jar.Holds(One));
    }

    [Fact]
    public void Removed_cookie_is_forgotten()
    {
        _jar.Set(One, "1"u8);
        _jar.Set(Other, "2"u8);
        _jar.Remove(One);
        Assert.True(_jar.Find(One).IsEmpty);
        Assert.False(_jar.Find(Other).IsEmpty);
    }
}
