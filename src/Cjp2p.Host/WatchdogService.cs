using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Inspection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cjp2p.Host;

/// <summary>Looks for actors of the node that are stuck, and logs which; on a thread of the pool, not on one of theirs.</summary>
internal sealed partial class WatchdogService(
    IServiceProvider services, TimeSpan stuckAfter, TimeProvider time, ILogger<WatchdogService> log) : BackgroundService
{
    // So that one is found after at most a quarter more than it may take.
    private const int LooksWhileStuck = 4;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var node = await Cjp2pNode.GetAsync(services, stoppingToken).ConfigureAwait(false);
            var watchdog = new Watchdog(stuckAfter);
            using var timer = new PeriodicTimer(stuckAfter / LooksWhileStuck, time);
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                var (stuck, free) = watchdog.Look(node.Inspector.Inside.Facts());
                foreach (var actor in stuck)
                    LogStuck(actor);
                foreach (var path in free)
                    LogFree(path);
            }
        }
        catch (Exception e) when (e is NodeException or OperationCanceledException)
        {
            // It does not run, which the command says, or it is being stopped.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Actor}")]
    private partial void LogStuck(StuckActor actor);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Path} is not stuck any more")]
    private partial void LogFree(string path);
}
