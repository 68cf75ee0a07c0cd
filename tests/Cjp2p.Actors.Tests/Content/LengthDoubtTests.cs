using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Tests.Content;

public sealed class LengthDoubtTests
{
    private readonly LengthDoubt _doubt = new(At(3));

    [Fact]
    public void Length_has_its_time_after_all_who_stand_by_it_were_asked()
    {
        Assert.False(_doubt.IsDue(At(10), true, [At(9), At(8)]));
        Assert.False(_doubt.IsDue(At(20), true, [At(11), At(8)]));
        Assert.False(_doubt.IsDue(At(21), true, [At(11), At(20.5)]));
        Assert.False(_doubt.IsDue(At(23.9), true, [At(11), At(20.5)]));
        Assert.True(_doubt.IsDue(At(24), true, [At(11), At(20.5)]));
    }

    [Fact]
    public void Who_is_asked_when_the_other_is_heard_was_asked_in_time()
    {
        Assert.False(_doubt.IsDue(At(10), true, [At(10)]));
        Assert.True(_doubt.IsDue(At(13), true, [At(10)]));
    }

    [Fact]
    public void Length_that_nobody_stands_by_any_more_has_its_time_too()
    {
        Assert.False(_doubt.IsDue(At(10), true, []));
        Assert.True(_doubt.IsDue(At(13), true, []));
    }

    [Fact]
    public void Progress_or_silence_of_the_others_ends_the_doubt()
    {
        Assert.False(_doubt.IsDue(At(10), true, [At(10)]));
        Assert.False(_doubt.IsDue(At(14), false, [At(10)]));
        Assert.False(_doubt.IsDue(At(15), true, [At(10)]));
        Assert.False(_doubt.IsDue(At(30), true, [At(10)]));
        Assert.False(_doubt.IsDue(At(31), true, [At(30)]));
        Assert.True(_doubt.IsDue(At(34), true, [At(30)]));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
