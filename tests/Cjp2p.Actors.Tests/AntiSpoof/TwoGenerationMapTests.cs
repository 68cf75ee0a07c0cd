using Cjp2p.Actors.AntiSpoof;
using CsCheck;

namespace Cjp2p.Actors.Tests.AntiSpoof;

public sealed class TwoGenerationMapTests
{
    private enum Act
    {
        Get,
        Set,
        Remove,
    }

    private static readonly Gen<(Act Act, int Key)[]> Acts =
        Gen.Select(Gen.Enum<Act>(), Gen.Int[0, 30]).Select((act, key) => (act, key)).Array[0, 200];

    [Fact]
    public void Map_never_holds_more_than_its_capacity() => Gen.Select(Gen.Int[2, 20], Acts).Sample((capacity, acts) =>
    {
        var map = new TwoGenerationMap<int, int>(capacity);
        foreach (var (act, key) in acts)
        {
            Do(map, act, key, 0);
            Assert.InRange(map.Count, 0, capacity);
        }
    });

    // A key that is removed counts as used.
    [Fact]
    public void Half_of_the_capacity_last_used_is_always_there() => Gen.Select(Gen.Int[2, 20], Acts).Sample((capacity, acts) =>
    {
        var map = new TwoGenerationMap<int, int>(capacity);
        var values = new Dictionary<int, int>();
        var recent = new List<int>();
        for (var i = 0; i < acts.Length; i++)
        {
            var (act, key) = acts[i];
            var wasRecent = recent.Take(capacity / 2).Contains(key) && values.ContainsKey(key);
            var found = Do(map, act, key, i);
            if (act == Act.Get)
            {
                Assert.True(found is not null || !wasRecent, $"{key} was used lately");
                if (found is not { } value)
                    continue;
                Assert.Equal(values[key], value);
            }

            recent.Remove(key);
            recent.Insert(0, key);
            if (act == Act.Set)
                values[key] = i;
            else if (act == Act.Remove)
                values.Remove(key);
        }
    });

    [Fact]
    public void One_key_more_than_half_the_capacity_starts_a_new_generation()
    {
        var map = new TwoGenerationMap<int, string>(4);
        map.Set(1, "a");
        map.Set(2, "b");
        map.Set(3, "c");
        map.Set(4, "d");
        Assert.Equal(4, map.Count);
        Assert.Equal(0, map.Evictions);
        map.Set(5, "e");
        Assert.Equal(3, map.Count);
        Assert.Equal(2, map.Evictions);
        Assert.False(map.TryGet(1, out _));
        Assert.True(map.TryGet(3, out _));
    }

    [Fact]
    public void Use_keeps_a_key_alive()
    {
        var map = new TwoGenerationMap<int, int>(10);
        map.Set(-1, 7);
        for (var i = 0; i < 1000; i++)
        {
            map.Set(i, i);
            Assert.True(map.TryGet(-1, out var value));
            Assert.Equal(7, value);
        }
    }

    [Fact]
    public void Removed_key_is_gone_from_both_generations()
    {
        var map = new TwoGenerationMap<int, int>(4);
        map.Set(1, 1);
        map.Set(2, 2);
        map.Set(3, 3);
        map.Remove(1);
        map.Remove(3);
        map.Remove(99);
        Assert.False(map.TryGet(1, out _));
        Assert.False(map.TryGet(3, out _));
        Assert.Equal(1, map.Count);
    }

    [Fact]
    public void Capacity_below_two_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TwoGenerationMap<int, int>(1));

    private static int? Do(TwoGenerationMap<int, int> map, Act act, int key, int value)
    {
        switch (act)
        {
            case Act.Set:
                map.Set(key, value);
                break;
            case Act.Remove:
                map.Remove(key);
                break;
            default:
                return map.TryGet(key, out var found) ? found : null;
        }

        return null;
    }
}
