using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Tests.Content;

public sealed class SpanBufferPoolTests
{
    [Fact]
    public void Buffers_are_given_up_to_the_limit_and_not_one_more()
    {
        var pool = new SpanBufferPool(2);
        Assert.True(pool.TryRent(out var one));
        Assert.True(pool.TryRent(out var other));
        Assert.NotSame(one, other);
        Assert.Equal(SpanGeometry.SpanBytes, one.Length);
        Assert.False(pool.TryRent(out _));
        Assert.Equal(2, pool.Rented);
        pool.Return(one);
        Assert.True(pool.TryRent(out var again));
        Assert.Same(one, again);
        Assert.False(pool.TryRent(out _));
    }
}
