using Cjp2p.Actors.Inspection;

namespace Cjp2p.Actors.Tests.Inspection;

public sealed class RingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(32)]
    public void Last_things_are_kept_in_order_at_the_cap_and_one_over(int capacity)
    {
        var ring = new Ring<int>(capacity);
        for (var i = 1; i <= capacity; i++)
        {
            ring.Add(i);
            Assert.Equal(Enumerable.Range(1, i), ring.ToArray());
        }

        Assert.Equal(0, ring.Dropped);
        ring.Add(capacity + 1);
        Assert.Equal(Enumerable.Range(2, capacity), ring.ToArray());
        Assert.Equal(capacity, ring.Count);
        for (var i = 0; i < 100; i++)
            ring.Add(1000 + i);
        Assert.Equal(Enumerable.Range(1100 - capacity, capacity), ring.ToArray());
    }
}
