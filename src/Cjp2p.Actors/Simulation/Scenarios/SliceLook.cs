using System.Collections.Immutable;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>How things stand in a slice: from all of these it follows whether a run is over.</summary>
public sealed record SliceLook
{
    /// <summary>All peers have begun, nothing goes wrong and nothing will.</summary>
    public required bool IsQuiet { get; init; }

    /// <summary>Fetches of its peers.</summary>
    public required int Fetches { get; init; }

    /// <summary>Those that have completed.</summary>
    public required int Completed { get; init; }

    /// <summary>Datagrams delivered in it.</summary>
    public required long Delivered { get; init; }

    /// <summary>Contents that somebody in it has and can be asked for; empty in the safety phase, in which nothing follows from it.</summary>
    public required ImmutableArray<string> Has { get; init; }

    /// <summary>Contents that somebody in it still has to get, if they can be reached; empty in the safety phase.</summary>
    public required ImmutableArray<string> Wants { get; init; }
}
