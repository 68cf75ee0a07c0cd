namespace Cjp2p.Actors.Simulation;

/// <summary>What a link does with one datagram.</summary>
/// <param name="Drop">Why it does not arrive, or <see cref="DropReason.None"/>.</param>
/// <param name="ArrivalTicks">When it arrives at the other end, in ticks of virtual time.</param>
/// <param name="CopyArrivalTicks">When a copy of it arrives, or -1 when there is none.</param>
/// <param name="FlippedBit">The bit of the payload that arrives flipped, or -1 when none does.</param>
/// <param name="Overtakes">It arrives before one that was sent earlier.</param>
public readonly record struct LinkOutcome(
    DropReason Drop, long ArrivalTicks, long CopyArrivalTicks, int FlippedBit, bool Overtakes)
{
    internal static LinkOutcome Dropped(DropReason reason) => new(reason, 0, -1, -1, false);
}
