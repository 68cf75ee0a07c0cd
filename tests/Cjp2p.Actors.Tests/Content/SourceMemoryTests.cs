using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Content;

public sealed class SourceMemoryTests
{
    private readonly SourceMemory _memory = new(contentsMax: 4, sourcesMax: 3);

    [Fact]
    public void Newest_source_comes_first_and_each_once()
    {
        _memory.Add(Id(1), Source(1));
        _memory.Add(Id(1), Source(2));
        _memory.Add(Id(1), Source(1));
        _memory.Add(Id(1), Source(1));
        Assert.Equal<PeerAddress>([Source(1), Source(2)], _memory.Find(Id(1)));
        Assert.Empty(_memory.Find(Id(2)));
    }

    [Fact]
    public void Sources_of_a_content_are_capped_at_the_limit_and_one_over()
    {
        for (var i = 0; i < 3; i++)
            _memory.Add(Id(1), Source(i));
        Assert.Equal<PeerAddress>([Source(2), Source(1), Source(0)], _memory.Find(Id(1)));
        _memory.Add(Id(1), Source(3));
        Assert.Equal<PeerAddress>([Source(3), Source(2), Source(1)], _memory.Find(Id(1)));
    }

    // The July node keeps a file for each id that anybody ever asked for.
    [Fact]
    public void Contents_are_capped_and_the_least_recently_used_are_forgotten()
    {
        for (var i = 0; i < 100; i++)
        {
            _memory.Add(Id(i), Source(1));
            Assert.InRange(_memory.Count, 1, 4);
        }

        Assert.NotEmpty(_memory.Find(Id(99)));
        Assert.Empty(_memory.Find(Id(0)));
    }

    [Fact]
    public void Removed_source_is_forgotten_and_others_stay()
    {
        _memory.Add(Id(1), Source(1));
        _memory.Add(Id(1), Source(2));
        _memory.Remove(Id(1), Source(1));
        _memory.Remove(Id(2), Source(1));
        Assert.Equal<PeerAddress>([Source(2)], _memory.Find(Id(1)));
    }

    private static ContentId Id(int i) => ContentId.TryParse("name" + i, out var id) ? id : throw new FormatException();

    private static PeerAddress Source(int i) => PeerAddress.FromIPv4(0x08000000 + (uint)i, 1);
}
