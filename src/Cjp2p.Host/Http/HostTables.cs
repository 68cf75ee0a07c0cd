using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Inspection;
using Cjp2p.Host.Hooks;
using Cjp2p.Host.Logging;
using Microsoft.Extensions.Hosting;

namespace Cjp2p.Host.Http;

/// <summary>Publishes the tables of the program that have a cap beside those of its node, once that is up.</summary>
internal sealed class HostTables(NodeHandle node, CaptureFiles captures, SubtreeLevels levels, HookGauge hooks) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            (await node.GetAsync(stoppingToken).ConfigureAwait(false)).Inspector.Inside.Node.Caps.Publish("program", () =>
            {
                var queue = hooks.Now;
                return
                [
                    new TableSize("captures", "files", captures.All.Length, CaptureFiles.FilesMax, captures.Refused),
                    new TableSize("log levels", "subtrees", levels.All.Count, SubtreeLevels.Most, levels.Refused),
                    new TableSize("cjp2p.hooks.running-max", "processes", queue.Running, queue.RunningMax),
                    new TableSize("cjp2p.hooks.waiting-max", "events", queue.Waiting, queue.WaitingMax, queue.Dropped),
                ];
            });
        }
        catch (Exception e) when (e is NodeException or OperationCanceledException)
        {
            // It is over, or never began.
        }
    }
}
