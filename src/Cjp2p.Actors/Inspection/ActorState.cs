using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// What an actor says about itself: an immutable copy of its state at one moment, with units in the names of its fields.
/// Each kind of actor has a record of its own.
/// </summary>
/// <param name="Summary">The whole in one line.</param>
public abstract record ActorState(string Summary)
{
    /// <summary>Its tables that have a cap.</summary>
    public virtual ImmutableArray<TableSize> Tables { get; init; } = [];
}

/// <summary>Size of a table that has a cap.</summary>
/// <param name="Key">The setting that is the cap, or a name for one that is fixed.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Size">How many there are.</param>
/// <param name="Cap">How many there may be.</param>
/// <param name="Evictions">How many had to make room or were refused since the node, or its owner, started; -1: none ever does, what finds no room waits.</param>
public sealed record TableSize(string Key, string Unit, long Size, long Cap, long Evictions = -1);
