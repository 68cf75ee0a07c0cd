using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class BacklogTests
{
    [Fact]
    public void As_many_may_enter_as_it_holds_and_one_more_when_one_has_left()
    {
        var backlog = new Backlog(2);
        Assert.True(backlog.TryEnter());
        Assert.True(backlog.TryEnter());
        Assert.False(backlog.TryEnter());
        Assert.Equal(2, backlog.Count);
        backlog.Leave();
        Assert.True(backlog.TryEnter());
        Assert.False(backlog.TryEnter());
        Assert.Equal(2, backlog.Count);
    }
}
