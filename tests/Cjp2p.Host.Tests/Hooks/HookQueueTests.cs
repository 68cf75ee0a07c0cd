using Cjp2p.Host.Hooks;

namespace Cjp2p.Host.Tests.Hooks;

public sealed class HookQueueTests
{
    private readonly HookQueue _queue = new();

    [Fact]
    public void Events_have_their_turn_in_order_and_no_more_than_allowed_run()
    {
        Assert.All(Enumerable.Range(0, 3), i => Assert.True(_queue.Add(Event(i), waitingMax: 10)));
        Assert.True(_queue.TryStart(2, out var first));
        Assert.True(_queue.TryStart(2, out var second));
        Assert.False(_queue.TryStart(2, out _));
        Assert.Equal(("0", "1"), (first!.Id, second!.Id));
        _queue.Ended();
        Assert.True(_queue.TryStart(2, out var third));
        Assert.Equal("2", third!.Id);
        Assert.False(_queue.TryStart(2, out _));
    }

    [Fact]
    public void One_over_the_limit_is_dropped_and_counted()
    {
        Assert.True(_queue.Add(Event(0), waitingMax: 2));
        Assert.True(_queue.Add(Event(1), waitingMax: 2));
        Assert.False(_queue.Add(Event(2), waitingMax: 2));
        Assert.Equal((2, 1), (_queue.Waiting, _queue.Dropped));
        Assert.Equal(1, _queue.TakeDropped());
        Assert.Equal(0, _queue.Dropped);
    }

    private static HookEvent Event(int number) => new(HookKind.Added, $"{number}", "/path", 1);
}
