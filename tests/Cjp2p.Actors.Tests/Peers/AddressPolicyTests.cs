using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Peers;

public sealed class AddressPolicyTests
{
    private static readonly AddressPolicy Public = new(AllowLoopback: false, AllowPrivate: false, [At("203.0.113.9:24254")]);
    private static readonly AddressPolicy Lan = Public with { AllowPrivate = true };
    private static readonly AddressPolicy Machine = Public with { AllowLoopback = true };

    [Theory]
    [InlineData("148.71.89.128:24254")]
    [InlineData("8.8.8.8:1")]
    [InlineData("223.255.255.255:65535")]
    [InlineData("[2a01:4f8:c013:5bc5::1]:24254")]
    public void Public_addresses_are_welcome(string address)
    {
        Assert.True(Public.Accepts(At(address)));
        Assert.True(Lan.Accepts(At(address)));
        Assert.True(Machine.Accepts(At(address)));
    }

    // What lists of existing nodes hold, or a liar may put into them; no setting makes them useful.
    [Theory]
    [InlineData("8.8.8.8:0")]
    [InlineData("[2a01::1]:0")]
    [InlineData("0.0.0.0:24254")]
    [InlineData("0.0.0.1:24254")]
    [InlineData("0.255.255.255:24254")]
    [InlineData("[::]:24254")]
    [InlineData("224.0.0.1:24254")]
    [InlineData("239.255.255.255:24254")]
    [InlineData("240.0.0.1:24254")]
    [InlineData("254.1.2.3:24254")]
    [InlineData("255.255.255.255:24254")]
    [InlineData("[ff02::1]:24254")]
    [InlineData("203.0.113.9:24254")]
    public void Impossible_addresses_and_our_own_never_are(string address)
    {
        Assert.False(Public.Accepts(At(address)));
        Assert.False((Public with { AllowLoopback = true, AllowPrivate = true }).Accepts(At(address)));
    }

    [Theory]
    [InlineData("127.0.0.1:24254")]
    [InlineData("127.255.255.254:24254")]
    [InlineData("[::1]:24254")]
    [InlineData("[::ffff:127.0.0.1]:24254")]
    public void Loopback_addresses_are_by_a_setting_of_their_own(string address)
    {
        Assert.False(Public.Accepts(At(address)));
        Assert.False(Lan.Accepts(At(address)));
        Assert.True(Machine.Accepts(At(address)));
    }

    [Theory]
    [InlineData("10.0.0.1:24254")]
    [InlineData("172.16.0.1:24254")]
    [InlineData("172.31.255.255:24254")]
    [InlineData("192.168.1.1:24254")]
    [InlineData("169.254.0.1:24254")]
    [InlineData("[fe80::1%3]:24254")]
    [InlineData("[fd00::1]:24254")]
    public void Private_and_link_local_addresses_are_by_another(string address)
    {
        Assert.False(Public.Accepts(At(address)));
        Assert.False(Machine.Accepts(At(address)));
        Assert.True(Lan.Accepts(At(address)));
    }

    [Theory]
    [InlineData("9.255.255.255:1")]
    [InlineData("11.0.0.0:1")]
    [InlineData("172.15.255.255:1")]
    [InlineData("172.32.0.0:1")]
    [InlineData("192.167.255.255:1")]
    [InlineData("192.169.0.0:1")]
    [InlineData("126.255.255.255:1")]
    [InlineData("128.0.0.1:1")]
    [InlineData("1.0.0.0:1")]
    public void Neighbours_of_refused_ranges_are_welcome(string address) => Assert.True(Public.Accepts(At(address)));

    [Fact]
    public void Own_address_with_another_port_is_somebody_else() => Assert.True(Public.Accepts(At("203.0.113.9:24255")));

    private static PeerAddress At(string text) =>
        PeerAddress.TryParse(text, out var address) ? address : throw new FormatException(text);
}
