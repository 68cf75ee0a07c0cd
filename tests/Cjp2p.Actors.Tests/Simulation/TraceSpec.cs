using System.Text;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

public sealed class TraceSpec
{
    private static readonly TraceEndpoint A = new(1, 10);
    private static readonly TraceEndpoint B = new(2, 20);

    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void Payload_hash_is_xxh64(string text, ulong hash) =>
        Assert.Equal(hash, XxHash64.Hash(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Hash_depends_on_everything_that_makes_a_delivery()
    {
        static ulong Hash(Action<Trace> deliver)
        {
            var trace = new Trace(0);
            deliver(trace);
            return trace.Hash;
        }

        var hashes = new[]
        {
            Hash(trace => trace.Delivered(1, 100, 0, A, B, "x"u8)),
            Hash(trace => trace.Delivered(1, 101, 0, A, B, "x"u8)),
            Hash(trace => trace.Delivered(1, 100, 1, A, B, "x"u8)),
            Hash(trace => trace.Delivered(1, 100, 0, B, A, "x"u8)),
            Hash(trace => trace.Delivered(1, 100, 0, A with { Port = 11 }, B, "x"u8)),
            Hash(trace => trace.Delivered(1, 100, 0, A, B with { Port = 21 }, "x"u8)),
            Hash(trace => trace.Delivered(1, 100, 0, A, B, "y"u8)),
            Hash(trace => trace.Delivered(1, 100, 0, A, B, ""u8)),
            Hash(_ => { }),
        };
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(hashes[0], Hash(trace => trace.Delivered(9, 100, 0, A, B, "x"u8)));
    }

    [Fact]
    public void Hash_depends_on_the_order_of_deliveries()
    {
        var (one, other) = (new Trace(0), new Trace(0));
        one.Delivered(1, 5, 0, A, B, "x"u8);
        one.Delivered(2, 5, 0, A, B, "y"u8);
        other.Delivered(1, 5, 0, A, B, "y"u8);
        other.Delivered(2, 5, 0, A, B, "x"u8);
        Assert.NotEqual(one.Hash, other.Hash);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(100_000)]
    public void Checkpoints_stay_within_their_bounds_and_cover_the_whole_run(int deliveries)
    {
        var trace = Run(deliveries, differentAt: -1);
        Assert.InRange(trace.Checkpoints.Count, Math.Min(deliveries, 512), 1024);
        Assert.InRange(trace.Checkpoints[^1].Delivery, deliveries - (deliveries / 256), deliveries);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(77_777)]
    public void First_difference_is_found_between_two_neighbouring_checkpoints(int differentAt)
    {
        var (one, other) = (Run(100_000, -1), Run(100_000, differentAt));
        Assert.Null(Trace.FirstDifference(one.Checkpoints, Run(100_000, -1).Checkpoints));
        var difference = Trace.FirstDifference(one.Checkpoints, other.Checkpoints);
        Assert.NotNull(difference);
        Assert.InRange(differentAt, (difference.Value.Same?.Delivery ?? 0) + 1, difference.Value.Different.Delivery);
    }

    [Fact]
    public void The_last_deliveries_are_kept_and_no_more()
    {
        var trace = new Trace(3);
        for (var i = 1; i <= 10; i++)
            trace.Delivered(i, i * 10, 0, A, B, "x"u8);
        Assert.Equal([8, 9, 10], trace.Last.Select(each => each.Delivery));
        Assert.StartsWith("10 #10 00:00:00.0000100 h1:10 -> h2:20 1 B ", trace.Last.Last().ToString(), StringComparison.Ordinal);
    }

    private static Trace Run(int deliveries, int differentAt)
    {
        var trace = new Trace(0);
        for (var i = 1; i <= deliveries; i++)
            trace.Delivered(i, i, 0, A, B, i == differentAt ? "y"u8 : "x"u8);
        return trace;
    }
}
