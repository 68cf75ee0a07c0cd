using Cjp2p.Actors.Simulation.Invariants;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>How a run went in one slice; see <see cref="ScenarioResult"/>.</summary>
public sealed record SliceResult
{
    /// <summary>The hash of what was delivered to each of its machines, by number.</summary>
    public required IReadOnlyList<KeyValuePair<int, ulong>> Hashes { get; init; }

    /// <summary>Virtual time that passed.</summary>
    public required TimeSpan VirtualTime { get; init; }

    /// <summary>When the safety phase ended.</summary>
    public required TimeSpan SafetyEnded { get; init; }

    /// <summary>Entries that it fired.</summary>
    public required long Steps { get; init; }

    /// <summary>Datagrams delivered in it.</summary>
    public required long Delivered { get; init; }

    /// <summary>Datagrams dropped in it.</summary>
    public required long Dropped { get; init; }

    /// <summary>Datagrams dropped, by reason.</summary>
    public required IReadOnlyList<KeyValuePair<DropReason, long>> DroppedFor { get; init; }

    /// <summary>What was measured in it; those that are shares are not, for they do not add up.</summary>
    public required IReadOnlyList<KeyValuePair<ScenarioMeasure, double>> Measures { get; init; }

    /// <summary>What did not hold.</summary>
    public required IReadOnlyList<SimViolation> Violations { get; init; }

    /// <summary>What its peers fetched.</summary>
    public required IReadOnlyList<ScenarioFetch> Fetches { get; init; }

    /// <summary>Its peers.</summary>
    public required IReadOnlyList<ScenarioPeer> Peers { get; init; }

    /// <summary>Faults that happened, to whomever.</summary>
    public required IReadOnlyList<ScenarioEvent> Events { get; init; }
}
