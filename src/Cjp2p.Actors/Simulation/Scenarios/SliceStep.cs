using System.Collections.Immutable;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>What a slice is told to do: one window of virtual time.</summary>
/// <param name="Until">Everything before this moment is to happen.</param>
/// <param name="Mail">What other slices sent to this one since the last step.</param>
/// <param name="Looks">The answer is to say how things stand.</param>
/// <param name="Ends">The run is over then.</param>
public sealed record SliceStep(TimeSpan Until, ImmutableArray<ReadOnlyMemory<byte>> Mail, bool Looks, bool Ends = false);
