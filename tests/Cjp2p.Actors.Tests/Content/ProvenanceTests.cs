using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Tests.Content;

public sealed class ProvenanceTests
{
    private readonly Provenance _provenance = new();

    [Fact]
    public void Nobody_is_guilty_of_what_nobody_gave() => Assert.Null(_provenance.OnlyGiver);

    [Fact]
    public void One_who_gave_everything_is_the_only_giver()
    {
        _provenance.Gave([3]);
        _provenance.Gave([3, 3]);
        Assert.Equal(3, _provenance.OnlyGiver);
        Assert.False(_provenance.IsMixed);
    }

    [Fact]
    public void With_a_second_giver_nobody_is_the_only_one_not_even_when_one_is_gone()
    {
        _provenance.Gave([3]);
        _provenance.Gave([4]);
        Assert.Null(_provenance.OnlyGiver);
        Assert.True(_provenance.IsMixed);
        Assert.Equal([3, 4], _provenance.Givers.Order());
    }

    [Fact]
    public void What_was_there_before_may_be_what_is_wrong()
    {
        _provenance.Gave([3]);
        _provenance.FoundOlder();
        Assert.Null(_provenance.OnlyGiver);
        Assert.True(_provenance.IsMixed);
    }

    [Fact]
    public void After_everything_is_fetched_again_only_the_new_givers_count()
    {
        _provenance.Gave([3, 4]);
        _provenance.FoundOlder();
        _provenance.Clear();
        Assert.False(_provenance.HasOlder);
        _provenance.Gave([5]);
        Assert.Equal(5, _provenance.OnlyGiver);
    }
}
