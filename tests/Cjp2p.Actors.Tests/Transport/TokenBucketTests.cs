using Cjp2p.Actors.Transport;
using CsCheck;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class TokenBucketTests
{
    [Fact]
    public void Bucket_gives_its_burst_and_no_more()
    {
        var bucket = TokenBucket.Full(3, TimeSpan.Zero);
        for (var i = 0; i < 3; i++)
            Assert.True(bucket.TryTake(out bucket));
        Assert.False(bucket.TryTake(out bucket));
        Assert.Equal(0, bucket.Tokens);
    }

    [Fact]
    public void Token_is_there_when_its_time_has_come_and_not_before()
    {
        var empty = new TokenBucket(0, TimeSpan.Zero);
        Assert.False(empty.Refill(10, 5, TimeSpan.FromMilliseconds(99)).TryTake(out _));
        Assert.True(empty.Refill(10, 5, TimeSpan.FromMilliseconds(100)).TryTake(out _));
    }

    [Fact]
    public void Time_that_goes_back_changes_nothing()
    {
        var bucket = new TokenBucket(1, TimeSpan.FromSeconds(10));
        Assert.Equal(bucket, bucket.Refill(10, 5, TimeSpan.FromSeconds(9)));
    }

    [Fact]
    public void In_any_stretch_of_time_it_gives_at_most_its_burst_and_what_came_in() =>
        Gen.Select(Gen.Double[0.1, 1000], Gen.Int[1, 50], Gen.Int[0, 2_000_000].Array[1, 200]).Sample((rate, burst, waits) =>
        {
            var bucket = TokenBucket.Full(burst, TimeSpan.Zero);
            var now = TimeSpan.Zero;
            var taken = 0;
            foreach (var wait in waits)
            {
                now += TimeSpan.FromTicks(wait);
                bucket = bucket.Refill(rate, burst, now);
                Assert.InRange(bucket.Tokens, 0, burst);
                if (bucket.TryTake(out bucket))
                    taken++;
            }

            Assert.InRange(taken, 0, burst + now.TotalSeconds * rate + 1e-6);
        });
}
