using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Inspection;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>
/// Asks a node what the page asks while it is open, as often as the page does, and reads a tap on all datagrams. What a browser
/// costs that draws it is not in it.
/// </summary>
internal static class DashboardReader
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Reads until it is cancelled.</summary>
    public static async Task RunAsync(Cjp2pNode node, CancellationToken cancel)
    {
        using var tap = node.Inspector.Inside.OpenTap(new TapFilter());
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            for (var look = 0; await timer.WaitForNextTickAsync(cancel); look++)
            {
                await node.StatusAsync(cancel);
                await node.Inspector.DownloadsAsync(cancellationToken: cancel);
                if (look % 2 == 0)
                    await node.Inspector.TreeAsync(new InspectionProtocol.GetTree(), cancel);
                await node.Inspector.ActorAsync("/downloads", cancel);
                while (tap.TryRead(out _))
                {
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
