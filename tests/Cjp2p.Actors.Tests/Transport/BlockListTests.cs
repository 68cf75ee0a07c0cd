using System.Collections.Immutable;
using Cjp2p.Actors.Tests.Doubles;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class BlockListTests
{
    private static readonly ImmutableArray<string> Entries =
        ["192.0.2.7", "192.0.2.8:24254", "192.0.2.9:0", "198.51.100.0/23", "2001:db8::/32", "2001:db9::1", "[2001:db9::2]:7"];

    [Theory]
    [InlineData("192.0.2.7:1", true)]
    [InlineData("192.0.2.8:24254", true)]
    [InlineData("192.0.2.8:24255", false)]
    [InlineData("192.0.2.9:5", true)]
    [InlineData("198.51.100.1:5", true)]
    [InlineData("198.51.101.255:5", true)]
    [InlineData("198.51.102.0:5", false)]
    [InlineData("[2001:db8:ffff::1]:5", true)]
    [InlineData("[2001:db9::1]:5", true)]
    [InlineData("[2001:db9::2]:7", true)]
    [InlineData("[2001:db9::2]:8", false)]
    [InlineData("[2001:dba::]:8", false)]
    public void Addresses_ports_and_networks_of_both_families_are_shut_out(string address, bool isBlocked)
    {
        Assert.True(BlockList.TryParse(Entries, out var list, out _));
        Assert.Equal(isBlocked, list.Contains(Datagram.At(address)));
    }

    [Fact]
    public void Everything_of_a_family_can_be_shut_out_without_the_other()
    {
        Assert.True(BlockList.TryParse(["0.0.0.0/0"], out var list, out _));
        Assert.True(list.Contains(Datagram.At("8.8.8.8:1")));
        Assert.False(list.Contains(Datagram.At("[2001:db8::1]:1")));
    }

    [Theory]
    [InlineData("here")]
    [InlineData("1.2/8")]
    [InlineData("1.2.3.4/33")]
    [InlineData("1.2.3.4/-1")]
    [InlineData("1.2.3.4/")]
    [InlineData("::/129")]
    [InlineData("")]
    public void What_is_no_entry_is_named(string entry)
    {
        Assert.False(BlockList.TryParse(["192.0.2.7", entry], out _, out var wrong));
        Assert.Equal(entry, wrong);
    }

    [Fact]
    public void Bans_and_the_block_list_are_kept_apart()
    {
        Assert.True(BlockList.TryParse(["192.0.2.7"], out var list, out _));
        var bans = new Bans(1) { Blocked = list };
        Assert.False(bans.IsEmpty);
        Assert.Empty(bans.All);
        Assert.True(bans.Holds(Datagram.At("192.0.2.7:9")));
        Assert.Contains("peers.blocked", bans.Reason(Datagram.At("192.0.2.7:9")), StringComparison.Ordinal);
        bans.Blocked = BlockList.Empty;
        Assert.True(bans.IsEmpty);
    }
}
