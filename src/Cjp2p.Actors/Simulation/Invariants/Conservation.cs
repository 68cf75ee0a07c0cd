namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>
/// No datagram is lost without a reason, and none comes from nowhere: as many buffers are out as datagrams are under way by
/// the counters, and no actor keeps a send batch beyond its turn.
/// </summary>
public sealed class Conservation : SimInvariant
{
    /// <inheritdoc/>
    public override string Name => "conservation";

    /// <inheritdoc/>
    public override string? Check(SimWorld world)
    {
        ArgumentNullException.ThrowIfNull(world);
        var network = world.Network;
        if (network.BatchesRented != 0)
            return $"{network.BatchesRented} send batches are out while no actor has its turn";
        return network.BuffersRented == network.Counters.InFlight
            ? null
            : $"{network.BuffersRented} buffers are out for {network.Counters.InFlight} datagrams under way";
    }
}
