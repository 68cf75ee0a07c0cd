namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>When all machines have stopped in good order, no actor, no timer, no span buffer and no open endpoint is left.</summary>
public sealed class NothingIsLeft : SimInvariant
{
    /// <inheritdoc/>
    public override string Name => "nothing is left";

    /// <inheritdoc/>
    public override string? Check(SimWorld world) => null;

    /// <inheritdoc/>
    public override string? CheckAtEnd(SimWorld world)
    {
        ArgumentNullException.ThrowIfNull(world);
        if (world.SpanBuffers.Rented != 0)
            return $"{world.SpanBuffers.Rented} span buffers were not given back";
        if (world.Scheduler.CountTimers() is var timers and not 0)
            return $"{timers} timers wait";
        if (world.Network.Hosts.FirstOrDefault(host => host.Open.Count > 0) is { } host)
            return $"host {host.Number} has open endpoints";
        var children = world.InWorld(context => context.GetChildren().Count());
        return children == 0 ? null : $"{children} actors are left below the world";
    }
}
