using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of the actor that finds or makes downloads.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Running">Downloads that run, by id.</param>
/// <param name="Started">Downloads started since the actor was.</param>
/// <param name="IsStopping">Whether all of them are being stopped.</param>
/// <param name="RunningMax">How many may run.</param>
/// <param name="Refused">Downloads that were not started because so many ran.</param>
public sealed record DownloadManagerState(
    string Summary, ImmutableArray<ContentId> Running, int Started, bool IsStopping, int RunningMax, long Refused) : ActorState(Summary)
{
    /// <inheritdoc/>
    public override ImmutableArray<TableSize> Tables => [Table(Running.Length, RunningMax, Refused)];

    /// <summary>The table of running downloads.</summary>
    internal static TableSize Table(int running, int runningMax, long refused) =>
        new("cjp2p.downloads.running-max", "downloads", running, runningMax, refused);
}
