using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Peers;

public sealed class LiarListTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly LiarList _bans = new(3);

    [Fact]
    public void Ban_holds_until_it_ends()
    {
        _bans.Add(Ban(1, hours: 1));
        Assert.True(_bans.Contains(At(1), Now.AddMinutes(59)));
        Assert.False(_bans.Contains(At(2), Now));
        Assert.False(_bans.Contains(At(1), Now.AddHours(1)));
        Assert.Equal(0, _bans.Count);
    }

    [Fact]
    public void Ban_is_of_one_port_as_others_may_share_the_address()
    {
        _bans.Add(Ban(1, hours: 1));
        Assert.False(_bans.Contains(At(1).WithPort(9), Now));
    }

    [Fact]
    public void Later_and_shorter_ban_does_not_shorten_the_first()
    {
        _bans.Add(Ban(1, hours: 5));
        _bans.Add(Ban(1, hours: 1));
        Assert.True(_bans.Contains(At(1), Now.AddHours(4)));
    }

    [Fact]
    public void Beyond_the_limit_the_ban_that_ends_first_makes_room()
    {
        _bans.Add(Ban(1, hours: 2));
        _bans.Add(Ban(2, hours: 1));
        Assert.Empty(_bans.Add(Ban(3, hours: 3)));
        Assert.Equal<PeerAddress>([At(2)], _bans.Add(Ban(4, hours: 1)));
        Assert.Equal<PeerAddress>([At(1), At(3), At(4)], _bans.All(Now).Select(ban => ban.Address));
    }

    [Fact]
    public void Ban_can_be_lifted()
    {
        _bans.Add(Ban(1, hours: 2));
        Assert.True(_bans.Lift(At(1)));
        Assert.False(_bans.Lift(At(1)));
        Assert.False(_bans.Contains(At(1), Now));
    }

    private static PeerAddress At(int number) => Datagram.At($"198.51.100.{number}:1");

    private static StoredBan Ban(int number, int hours) => new(At(number), Now.AddHours(hours), "lied");
}
