using System.Collections.ObjectModel;

namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>The invariants of one world.</summary>
public sealed class SimInvariants : Collection<SimInvariant>
{
    /// <summary>Violations kept of each invariant; the first ones say most.</summary>
    internal const int KeptOfEach = 20;

    private readonly SimWorld _world;
    private readonly List<SimViolation> _violations = [];
    private readonly Dictionary<string, int> _seen = [];

    internal SimInvariants(SimWorld world) => _world = world;

    /// <summary>The first violations of each invariant, in the order in which they were seen.</summary>
    internal IReadOnlyList<SimViolation> Violations => _violations;

    /// <summary>Records a violation that was seen on the spot rather than at a look.</summary>
    internal void Report(string invariant, string what)
    {
        var seen = _seen.GetValueOrDefault(invariant);
        _seen[invariant] = seen + 1;
        if (seen < KeptOfEach)
            _violations.Add(new SimViolation(invariant, _world.Now, _world.Steps, what));
    }

    internal void Check()
    {
        foreach (var invariant in this)
        {
            if (invariant.Check(_world) is { } what)
                Report(invariant.Name, what);
        }
    }

    /// <inheritdoc/>
    protected override void InsertItem(int index, SimInvariant item)
    {
        ArgumentNullException.ThrowIfNull(item);
        base.InsertItem(index, item);
        item.Begin(_world);
    }

    /// <inheritdoc/>
    protected override void SetItem(int index, SimInvariant item)
    {
        ArgumentNullException.ThrowIfNull(item);
        base.SetItem(index, item);
        item.Begin(_world);
    }
}
