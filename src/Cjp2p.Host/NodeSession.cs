using Akka.Actor;
using Akka.Hosting.Logging;
using Cjp2p.Actors.Hosting;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Logging;
using Serilog.Core;
using Serilog.Extensions.Logging;

namespace Cjp2p.Host;

/// <summary>
/// A node for as long as one command takes. Without a generic host, which would cost such a command a quarter of its time.
/// </summary>
internal sealed class NodeSession : IAsyncDisposable
{
    private static readonly TimeSpan SystemPatience = TimeSpan.FromSeconds(1);
    private readonly ActorSystem _system;
    private readonly Logger _logger;

    private NodeSession(ActorSystem system, Cjp2pNode node, Logger logger)
    {
        _system = system;
        _logger = logger;
        Node = node;
    }

    /// <summary>The node; it is up.</summary>
    public Cjp2pNode Node { get; }

    /// <summary>Starts a node.</summary>
    /// <exception cref="UserException">It cannot run; one line says why.</exception>
    public static async Task<NodeSession> StartAsync(HostSettings settings, LogOptions log, CancellationToken cancelled)
    {
        var logger = HostLogging.Create(log);
        var setup = BootstrapSetup.Create()
            .WithConfig(settings.System.WithFallback(HostLogging.AkkaConfig(log)))
            .And(new LoggerFactorySetup(new SerilogLoggerFactory(logger)));
        var system = ActorSystem.Create("cjp2p", setup);
        try
        {
            var node = await Cjp2pNode.StartAsync(system, settings.Node, cancellationToken: cancelled).ConfigureAwait(false);
            return new NodeSession(system, node, logger);
        }
        catch (NodeException e)
        {
            await system.Terminate().ConfigureAwait(false);
            await logger.DisposeAsync().ConfigureAwait(false);
            throw UserException.Failed(e.Message, e);
        }
    }

    /// <summary>Stops the node in order: what is unfinished is saved. Bounded by its shutdown-timeout.</summary>
    public async ValueTask DisposeAsync()
    {
        await Node.StopAsync().ConfigureAwait(false);
        // An actor that waits for a disk that does not answer would keep it for ever.
        await Bounded.EndsAsync(_system.Terminate(), SystemPatience).ConfigureAwait(false);
        await _logger.DisposeAsync().ConfigureAwait(false);
    }
}
