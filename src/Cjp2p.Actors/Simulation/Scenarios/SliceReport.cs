using System.Collections.Immutable;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>What a slice says after a window.</summary>
public sealed record SliceReport
{
    /// <summary>When the next thing happens in it, if nothing comes from elsewhere; null: nothing ever will.</summary>
    public required TimeSpan? NextDue { get; init; }

    /// <summary>Where it is.</summary>
    public required ScenarioPhase Phase { get; init; }

    /// <summary>What it sent to others.</summary>
    public required ImmutableArray<SliceMail> Mail { get; init; }

    /// <summary>How things stand, when that was asked for.</summary>
    public SliceLook? Look { get; init; }
}
