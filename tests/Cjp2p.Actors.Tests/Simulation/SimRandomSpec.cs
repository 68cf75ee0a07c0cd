using Cjp2p.Actors.Simulation;
using CsCheck;

namespace Cjp2p.Actors.Tests.Simulation;

public sealed class SimRandomSpec
{
    [Fact]
    public void The_stream_of_a_seed_never_changes()
    {
        var random = new SimRandom(1);
        // Computed apart from the code, from the definition of SplitMix64.
        Assert.Equal([957377151, 2144903688, 1954368042, 1554549858, 1872472352, 1046202859], Enumerable.Range(0, 6).Select(_ => random.Next()));
    }

    [Fact]
    public void Numbers_stay_in_their_bounds() => Gen.Select(Gen.ULong, Gen.Int, Gen.Int).Sample((seed, a, b) =>
    {
        var (min, max) = (Math.Min(a, b), Math.Max(a, b));
        var random = new SimRandom(seed);
        for (var i = 0; i < 20; i++)
        {
            Assert.InRange(random.Next(min, max), min, Math.Max(min, max - 1));
            Assert.InRange(random.NextInt64(min, max), min, Math.Max(min, (long)max - 1));
            Assert.InRange(random.NextDouble(), 0, 1 - double.Epsilon);
            Assert.InRange(random.NextSingle(), 0, 1 - float.Epsilon);
            Assert.InRange(random.Next(), 0, int.MaxValue - 1);
            Assert.InRange(random.NextInt64(), 0, long.MaxValue - 1);
        }
    }, iter: 1000);

    [Fact]
    public void Numbers_are_spread_evenly()
    {
        var random = new SimRandom(5);
        var counts = new int[10];
        for (var i = 0; i < 100_000; i++)
            counts[random.Next(10)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    public void Bytes_of_any_length_are_filled_and_the_same_for_the_same_seed(int length)
    {
        var (first, second) = (new byte[length], new byte[length]);
        new SimRandom(3).NextBytes(first);
        new SimRandom(3).NextBytes(second.AsSpan());
        Assert.Equal(first, second);
        if (length == 1000)
            Assert.InRange(first.Distinct().Count(), 200, 256);
    }

    [Fact]
    public void Neighbouring_seeds_and_streams_have_nothing_in_common()
    {
        var firsts = new HashSet<int>();
        for (ulong seed = 0; seed < 100; seed++)
        {
            for (ulong stream = 0; stream < 100; stream++)
                firsts.Add(new SimRandom(SimSeed.Derive(seed, stream)).Next());
        }

        Assert.InRange(firsts.Count, 9_990, 10_000);
    }
}
