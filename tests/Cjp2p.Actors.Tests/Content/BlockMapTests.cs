using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class BlockMapTests
{
    [Fact]
    public void Map_of_nothing_is_complete()
    {
        var map = new BlockMap(0);
        Assert.True(map.IsComplete);
        Assert.Equal(-1, map.NextMissing());
        Assert.Empty(map.ToBits());
    }

    [Fact]
    public void Counts_and_searches_agree_with_a_plain_array() =>
        Gen.Select(Gen.Int[1, 70], Gen.Select(Gen.Int[0, 69], Gen.Enum<SpanStatus>()).Array[0, 200]).Sample((count, acts) =>
        {
            var map = new BlockMap(count);
            var model = new SpanStatus[count];
            foreach (var (at, status) in acts)
            {
                var span = at % count;
                map[span] = model[span] = status;
                Assert.Equal(model.Count(one => one == SpanStatus.Missing), map.Missing);
                Assert.Equal(model.Count(one => one >= SpanStatus.Written), map.OnDisk);
                Assert.Equal(model.All(one => one >= SpanStatus.Written), map.IsComplete);
                Assert.Equal(Array.IndexOf(model, SpanStatus.Missing), map.NextMissing());
                Assert.Equal(status, map[span]);
            }

            foreach (var status in Enum.GetValues<SpanStatus>())
                Assert.Equal(Enumerable.Range(0, count).Where(i => model[i] == status), map.With(status));
        });

    [Fact]
    public void Map_survives_being_written_as_bits_as_far_as_spans_are_on_the_disk() =>
        Gen.Enum<SpanStatus>().Array[0, 70].Sample(statuses =>
        {
            var map = new BlockMap(statuses.Length);
            for (var i = 0; i < statuses.Length; i++)
                map[i] = statuses[i];
            var bits = map.ToBits();
            Assert.Equal((statuses.Length + 7) / 8, bits.Length);
            var restored = BlockMap.FromBits(statuses.Length, bits);
            for (var i = 0; i < statuses.Length; i++)
                Assert.Equal(statuses[i] >= SpanStatus.Written ? SpanStatus.Written : SpanStatus.Missing, restored[i]);
            Assert.Equal(map.OnDisk, restored.OnDisk);
        });

    [Fact]
    public void Bits_that_are_too_few_or_too_many_do_no_harm()
    {
        Assert.Equal(8, BlockMap.FromBits(20, [0xff]).OnDisk);
        Assert.Equal(3, BlockMap.FromBits(3, [0xff, 0xff, 0xff]).OnDisk);
    }
}
