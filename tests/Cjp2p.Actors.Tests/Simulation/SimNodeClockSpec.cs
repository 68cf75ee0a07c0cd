using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>The clock of one machine.</summary>
public sealed class SimNodeClockSpec
{
    [Fact]
    public void A_clock_that_nobody_touched_is_the_worlds()
    {
        using var world = new SimWorld();
        var machine = world.AddMachine();
        world.RunFor(TimeSpan.FromHours(3));
        Assert.Equal(world.Now, machine.Clock.Now);
        Assert.Equal(world.Clock.GetUtcNow(), machine.Clock.UtcNow);
    }

    [Fact]
    public void A_clock_that_drifts_gains_its_share_and_keeps_what_it_gained()
    {
        using var world = new SimWorld();
        var machine = world.AddMachine();
        machine.ClockDrift = 0.001;
        world.RunFor(TimeSpan.FromSeconds(1000));
        Assert.Equal(TimeSpan.FromSeconds(1001), machine.Clock.Now);
        machine.ClockDrift = -0.001;
        world.RunFor(TimeSpan.FromSeconds(1000));
        Assert.Equal(TimeSpan.FromSeconds(2000), machine.Clock.Now);
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.ClockDrift = 0.6);
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.ClockDrift = double.NaN);
    }

    [Fact]
    public void A_jump_forward_moves_both_clocks_and_a_jump_back_the_time_of_day_alone()
    {
        using var world = new SimWorld();
        var machine = world.AddMachine();
        machine.JumpClock(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromHours(1), machine.Clock.Now);
        machine.JumpClock(TimeSpan.FromHours(-3));
        Assert.Equal(TimeSpan.FromHours(1), machine.Clock.Now);
        Assert.Equal(world.Clock.GetUtcNow() - TimeSpan.FromHours(2), machine.Clock.UtcNow);
        machine.JumpClock(-TimeSpan.FromDays(1_000_000));
        Assert.Equal(DateTimeOffset.MinValue, machine.Clock.UtcNow);
    }

    [Fact]
    public void A_node_sees_the_clock_of_its_machine()
    {
        using var world = new SimWorld();
        var node = world.AddNode();
        node.Machine.JumpClock(TimeSpan.FromHours(5));
        var status = world.Ask<Actors.Node.NodeProtocol.NodeStatus>(node.Machine.Actor!, Actors.Node.NodeProtocol.GetStatus.Instance);
        Assert.Equal(SimClock.Start + TimeSpan.FromHours(5), status.TakenAt);
        Assert.InRange(status.Uptime, TimeSpan.FromHours(5), TimeSpan.FromHours(5.1));
    }
}
