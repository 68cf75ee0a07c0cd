using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of the actor that keeps what the node wants to know again after a restart.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Folder">Where.</param>
/// <param name="Waiting">Changes that wait to be written.</param>
/// <param name="WaitingMax">How many may wait.</param>
/// <param name="Written">Changes written since the start.</param>
/// <param name="Batches">Steps in which they were written.</param>
/// <param name="Dropped">Changes that found no room while the disk failed.</param>
/// <param name="Trouble">Why nothing can be written; empty when it can.</param>
public sealed record StorageState(
    string Summary, string Folder, int Waiting, int WaitingMax, long Written, long Batches, long Dropped, string Trouble)
    : ActorState(Summary)
{
    /// <inheritdoc/>
    public override ImmutableArray<TableSize> Tables =>
        [Table(Waiting, WaitingMax, Dropped)];

    /// <summary>The table of changes that wait.</summary>
    internal static TableSize Table(int waiting, int waitingMax, long dropped) =>
        new("cjp2p.storage.waiting-max", "changes", waiting, waitingMax, dropped);
}
