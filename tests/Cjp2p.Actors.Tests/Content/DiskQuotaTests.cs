using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Tests.Content;

public sealed class DiskQuotaTests
{
    [Fact]
    public void What_is_spoken_for_counts_until_it_is_released()
    {
        var quota = new DiskQuota(100);
        Assert.True(quota.TryReserve("a", 60));
        Assert.False(quota.TryReserve("b", 41));
        Assert.True(quota.TryReserve("b", 40));
        Assert.Equal(100, quota.ReservedBytes);
        quota.Release("a");
        Assert.True(quota.TryReserve("c", 60));
    }

    [Fact]
    public void Another_length_of_the_same_file_replaces_the_first()
    {
        var quota = new DiskQuota(100);
        Assert.True(quota.TryReserve("a", 60));
        Assert.True(quota.TryReserve("a", 100));
        Assert.False(quota.TryReserve("a", 101));
        Assert.Equal(100, quota.ReservedBytes);
    }

    [Fact]
    public void Absurd_lengths_do_not_overflow()
    {
        var quota = new DiskQuota(long.MaxValue);
        Assert.True(quota.TryReserve("a", long.MaxValue - 1));
        Assert.False(quota.TryReserve("b", long.MaxValue));
    }

    [Fact]
    public void Without_a_limit_everything_fits() => Assert.True(new DiskQuota(0).TryReserve("a", long.MaxValue));
}
