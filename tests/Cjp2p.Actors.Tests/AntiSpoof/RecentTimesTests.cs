using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.AntiSpoof;

public sealed class RecentTimesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly PeerAddress One = PeerAddress.FromIPv4(0x0a000001, 1);
    private static readonly PeerAddress Other = PeerAddress.FromIPv4(0x0a000002, 1);
    private readonly RecentTimes _times = new(capacity: 8);

    [Fact]
    public void Address_is_held_for_less_than_the_interval()
    {
        _times.Add(One, TimeSpan.Zero, Interval);
        Assert.True(_times.Holds(One, Interval - TimeSpan.FromTicks(1), Interval));
        Assert.False(_times.Holds(One, Interval, Interval));
        Assert.False(_times.Holds(Other, TimeSpan.Zero, Interval));
    }

    [Fact]
    public void Those_of_before_are_forgotten_together_when_the_last_is_an_interval_old()
    {
        _times.Add(One, TimeSpan.Zero, Interval);
        _times.Add(Other, TimeSpan.FromSeconds(9), Interval);
        Assert.Equal(2, _times.Count);
        _times.Add(One, TimeSpan.FromSeconds(18.9), Interval);
        Assert.Equal(2, _times.Count);
        _times.Add(One, TimeSpan.FromSeconds(28.9), Interval);
        Assert.Equal(1, _times.Count);
        Assert.True(_times.Holds(One, TimeSpan.FromSeconds(29), Interval));
        Assert.Equal(0, _times.Evictions);
    }

    [Fact]
    public void No_more_are_held_than_the_cap()
    {
        for (var i = 0; i < 100; i++)
        {
            _times.Add(PeerAddress.FromIPv4(0x0a000001 + (uint)i, 1), TimeSpan.FromMilliseconds(i), Interval);
            Assert.InRange(_times.Count, 1, 8);
        }

        Assert.Equal(100, _times.Evictions + _times.Count);
    }
}
