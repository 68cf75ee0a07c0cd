using System.Globalization;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Hosting;

/// <summary>A node in a host of Microsoft.Extensions.Hosting, by Akka.Hosting.</summary>
public static class Cjp2pHostingExtensions
{
    /// <summary>How much longer than the node's own bound the phase of an orderly stop may take before it is cut off.</summary>
    private static readonly TimeSpan PhaseReserve = TimeSpan.FromSeconds(1.2);

    /// <summary>
    /// Adds one node, found as <c>IRequiredActor&lt;NodeActor&gt;</c> and by <see cref="Cjp2pNode.GetAsync"/>. The host
    /// starts only when the node could open its sockets; when the host stops, the node saves its downloads and closes
    /// them, within <see cref="NodeSettings.ShutdownTimeout"/>.
    /// </summary>
    /// <param name="builder">The actor system that is being configured.</param>
    /// <param name="settings">Settings of the node.</param>
    /// <param name="environment">Its outside world; null: real sockets and files.</param>
    /// <param name="mustStart">
    /// Whether the host refuses to start when the node cannot open its sockets. If not, <see cref="Cjp2pNode.GetAsync"/>
    /// throws then, and the rest of the host runs without a node.
    /// </param>
    public static AkkaConfigurationBuilder AddCjp2pNode(
        this AkkaConfigurationBuilder builder,
        NodeSettings settings,
        NodeEnvironment? environment = null,
        bool mustStart = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        builder
            // Appended, not prepended: what the user says about dispatchers or phases wins over what we bring.
            .AddHocon(SystemConfig(settings), HoconAddMode.Append)
            .WithActors((system, registry, _) =>
            {
                var node = system.ActorOf(
                    NodeActor.Props(settings, environment ?? NodeEnvironment.Real()), settings.Name);
                registry.Register<NodeActor>(node);
                StopInOrder(system, node);
            });
        // A node that cannot work does not pretend to: the host does not start either.
        return mustStart
            ? builder.AddStartup(async (system, registry) =>
                await Cjp2pNode.WhenUpAsync(new LiveLine(system), registry.Get<NodeActor>(), CancellationToken.None).ConfigureAwait(false))
            : builder;
    }

    /// <summary>
    /// What a node needs in the configuration of its actor system: the dispatchers of the reference configuration, and time
    /// for an orderly stop. To be used as a fallback of the user's own.
    /// </summary>
    /// <param name="settings">Settings of the node.</param>
    public static Config SystemConfig(NodeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var phaseMs = (settings.ShutdownTimeout + PhaseReserve).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        return ConfigurationFactory
            .ParseString($"akka.coordinated-shutdown.phases.service-stop.timeout = {phaseMs}ms")
            .WithFallback(NodeSettings.Reference);
    }

    private static void StopInOrder(ActorSystem system, IActorRef node) =>
        CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseServiceStop,
            "stop-" + node.Path.Name,
            async () =>
            {
                await Cjp2pNode.StopActorAsync(new LiveLine(system), node).ConfigureAwait(false);
                return Done.Instance;
            });
}
