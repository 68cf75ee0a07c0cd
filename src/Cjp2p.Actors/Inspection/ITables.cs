using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>Has tables that have a cap.</summary>
internal interface ITables
{
    /// <summary>Their sizes now; called by any thread.</summary>
    ImmutableArray<TableSize> Tables();
}
