using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class ChunkSetTests
{
    [Fact]
    public void Set_does_what_a_hash_set_does() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, ChunkSet.Capacity - 1]).Array[0, 400].Sample(acts =>
        {
            var set = default(ChunkSet);
            var model = new HashSet<int>();
            foreach (var (act, chunk) in acts)
            {
                Assert.Equal(model.Contains(chunk), set.Contains(chunk));
                if (act == 0)
                    Assert.Equal(model.Remove(chunk), set.Remove(chunk));
                else
                    Assert.Equal(model.Add(chunk), set.Add(chunk));
                Assert.Equal(model.Count, set.Count);
                Assert.Equal(model.Count == 0, set.IsEmpty);
            }

            Assert.Equal(model.Order(), All(set));
        });

    [Fact]
    public void Union_and_equality_are_those_of_the_numbers() =>
        Gen.Select(Numbers, Numbers).Sample((left, right) =>
        {
            var both = Of(left);
            both.Add(Of(right));
            Assert.Equal(left.Union(right).Order(), All(both));
            Assert.Equal(left.ToHashSet().SetEquals(right), Of(left) == Of(right));
            Assert.Equal(left.ToHashSet().SetEquals(right), !(Of(left) != Of(right)));
            Assert.Equal(Of(left).GetHashCode(), Of(left.Reverse()).GetHashCode());
        });

    [Fact]
    public void First_so_many_are_exactly_those() => Gen.Int[0, ChunkSet.Capacity].Sample(count =>
        Assert.Equal(Enumerable.Range(0, count), All(ChunkSet.FirstOf(count))));

    [Fact]
    public void More_than_it_holds_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ChunkSet.FirstOf(ChunkSet.Capacity + 1));

    [Fact]
    public void Search_begins_where_it_is_told() => Gen.Select(Numbers, Gen.Int[0, ChunkSet.Capacity]).Sample((numbers, from) =>
        Assert.Equal(numbers.Where(n => n >= from).Order().Cast<int?>().FirstOrDefault() ?? -1, Of(numbers).NextAt(from)));

    private static Gen<int[]> Numbers => Gen.Int[0, ChunkSet.Capacity - 1].Array[0, 60];

    private static ChunkSet Of(IEnumerable<int> numbers)
    {
        var set = default(ChunkSet);
        foreach (var number in numbers)
            set.Add(number);
        return set;
    }

    private static List<int> All(ChunkSet set)
    {
        var all = new List<int>();
        for (var i = set.NextAt(0); i >= 0; i = set.NextAt(i + 1))
            all.Add(i);
        return all;
    }
}
