using System.Globalization;

namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>
/// Every download of a node that runs gains bytes, or says why it does not. For nodes of <see cref="SimWorld.AddNode"/> and
/// those of a scenario.
/// </summary>
public sealed class DownloadsMove : SimInvariant
{
    private readonly TimeSpan _patience;
    private readonly Func<SimWorld, IEnumerable<WatchedDownload>> _running;

    /// <summary>Makes one.</summary>
    /// <param name="patience">Standstill without a word after which it is a violation; two minutes when nothing is said.</param>
    public DownloadsMove(TimeSpan? patience = null) : this(OfNodes, patience)
    {
    }

    /// <summary>Makes one for the downloads that somebody else knows of.</summary>
    internal DownloadsMove(Func<SimWorld, IEnumerable<WatchedDownload>> running, TimeSpan? patience = null)
    {
        _running = running;
        _patience = patience ?? TimeSpan.FromMinutes(2);
    }

    /// <inheritdoc/>
    public override string Name => "downloads move";

    /// <inheritdoc/>
    public override string? Check(SimWorld world)
    {
        ArgumentNullException.ThrowIfNull(world);
        foreach (var download in _running(world))
        {
            if (world.Now - download.MovedAt >= _patience && download.Why.Length == 0)
                return $"{download.Node}: {download.Content} stands {download.State} since {download.MovedAt:c}, and does not say why";
        }

        return null;
    }

    private static IEnumerable<WatchedDownload> OfNodes(SimWorld world)
    {
        foreach (var node in world.Nodes)
        {
            foreach (var download in node.Downloads)
            {
                if (download.EndedAt != null || !download.IsOfThisLife)
                    continue;
                var progress = download.Progress;
                yield return new WatchedDownload(
                    node.Machine.Name,
                    download.Id.ToString(),
                    download.ProgressAt,
                    progress?.Why ?? "",
                    progress is null ? "where nobody was ever told" : string.Create(
                        CultureInfo.InvariantCulture, $"at {progress.DoneBytes} of {progress.LengthBytes} bytes, {progress.Phase},"));
            }
        }
    }
}
