using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of the actor that keeps what the node knows across restarts.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Folder">Where it is kept.</param>
/// <param name="IsOpen">Whether it could be opened.</param>
/// <param name="Waiting">Changes that wait to be written.</param>
/// <param name="Written">Changes written since the start.</param>
/// <param name="Batches">Steps in which they were written.</param>
/// <param name="Dropped">Changes that found no room while the disk failed.</param>
/// <param name="Trouble">Why nothing can be written; empty when it can.</param>
/// <param name="WaitingMax">Changes that may wait.</param>
public sealed record StorageState(
    string Summary, string Folder, bool IsOpen, int Waiting, long Written, long Batches, long Dropped, string Trouble, int WaitingMax)
    : ActorState(Summary)
{
    /// <inheritdoc/>
    public override ImmutableArray<TableSize> Tables =>
        [new TableSize("cjp2p.storage.waiting-max", "changes", Waiting, WaitingMax, Dropped)];
}
