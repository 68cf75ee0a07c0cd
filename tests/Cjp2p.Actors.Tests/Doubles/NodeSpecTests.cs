using Akka.Actor;

namespace Cjp2p.Actors.Tests.Doubles;

public sealed class NodeSpecTests : NodeSpec
{
    [Fact]
    public void Actors_run_only_when_the_test_lets_them()
    {
        var probe = CreateTestProbe();
        var echo = Top(Props.Create(() => new EchoActor(this, false)), "echo");
        echo.Tell("a", probe.Ref);
        Assert.False(probe.HasMessages);
        Settle();
        Assert.Equal("a", Only<string>(probe));
    }
    [Fact]
    public void Time_stands_still_until_the_test_moves_it()
    {
        var start = Now;
        var fired = TimeSpan.Zero;
        Time.After(TimeSpan.FromHours(1), () => fired = Now);
        Settle();
        Assert.Equal(TimeSpan.Zero, fired);
        Advance(TimeSpan.FromHours(2));
        Assert.Equal(start + TimeSpan.FromHours(1), fired);
        Assert.Equal(start + TimeSpan.FromHours(2), Now);
    }

    private sealed class EchoActor : UntypedActor
    {
        public EchoActor(object _, bool __) { }
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
