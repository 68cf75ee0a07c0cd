namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>A fault that was asked for happened: a run in which it did not proves nothing.</summary>
public sealed class FaultHappened : SimInvariant
{
    private readonly string _fault;
    private readonly Func<SimWorld, long> _count;

    /// <summary>Makes one.</summary>
    /// <param name="fault">What was asked for.</param>
    /// <param name="count">How often it happened.</param>
    public FaultHappened(string fault, Func<SimWorld, long> count) => (_fault, _count) = (fault, count);

    /// <summary>Datagrams were dropped for this reason.</summary>
    public FaultHappened(DropReason reason) : this(reason.ToString(), world => world.Network.Counters.DroppedFor(reason))
    {
    }

    /// <inheritdoc/>
    public override string Name => "asked-for faults";

    /// <inheritdoc/>
    public override string? Check(SimWorld world) => null;

    /// <inheritdoc/>
    public override string? CheckAtEnd(SimWorld world) =>
        _count(world) > 0 ? null : $"{_fault} was asked for and never happened";
}
