namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>
/// Something that must hold at every moment of a simulated world. Looked at again and again while the world runs
/// (<see cref="SimWorldSettings.InvariantInterval"/>) and when it ends, so it should cost little.
/// </summary>
public abstract class SimInvariant
{
    /// <summary>What it is called in a report.</summary>
    public abstract string Name { get; }

    /// <summary>One line that says what is wrong; null: it holds.</summary>
    public abstract string? Check(SimWorld world);

    /// <summary>Called once, when it is added to a world: the place to listen to what it needs to know.</summary>
    protected internal virtual void Begin(SimWorld world)
    {
    }
}
