namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>
/// Every download of a node that runs gains bytes, or says why it does not. For nodes of <see cref="SimWorld.AddNode"/>.
/// </summary>
public sealed class DownloadsMove : SimInvariant
{
    private readonly TimeSpan _patience;

    /// <summary>Makes one.</summary>
    /// <param name="patience">Standstill without a word after which it is a violation; two minutes when nothing is said.</param>
    public DownloadsMove(TimeSpan? patience = null) => _patience = patience ?? TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public override string Name => "downloads move";

    /// <inheritdoc/>
    public override string? Check(SimWorld world)
    {
        ArgumentNullException.ThrowIfNull(world);
        foreach (var node in world.Nodes)
        {
            foreach (var download in node.Downloads)
            {
                if (download.EndedAt != null || !download.IsOfThisLife || world.Now - download.ProgressAt < _patience)
                    continue;
                if (download.Progress is not { } progress)
                    return $"{node.Machine.Name}: nothing was ever told of {download.Id}";
                if (progress.Why.Length == 0)
                    return $"{node.Machine.Name}: {download.Id} stands at {progress.DoneBytes} of {progress.LengthBytes} bytes since {download.ProgressAt:c}, {progress.Phase}, and does not say why";
            }
        }

        return null;
    }
}
