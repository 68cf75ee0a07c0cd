using Akka.Configuration;
using Akka.Dispatch;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Builds a <see cref="SimDispatcher"/> for each dispatcher id whose <c>type</c> names it; all of them share the run queue
/// of the world, which they find through the scheduler.
/// </summary>
public sealed class SimDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly SimDispatcher _dispatcher;

    /// <summary>Built by Akka.</summary>
    /// <exception cref="ConfigurationException">The system's scheduler is not a <see cref="SimScheduler"/>.</exception>
    public SimDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites) : base(config, prerequisites)
    {
        ArgumentNullException.ThrowIfNull(prerequisites);
        if (prerequisites.Scheduler is not SimScheduler scheduler)
            throw new ConfigurationException(
                "A simulated dispatcher needs akka.scheduler.implementation to be the simulated scheduler.");
        _dispatcher = new SimDispatcher(
            this,
            scheduler,
            Config.GetString("id", null),
            Config.GetInt("throughput", MessageDispatcher.DefaultThroughput),
            Config.GetBoolean(SimDispatcher.OneMessagePerTurn, false));
    }

    /// <inheritdoc/>
    public override MessageDispatcher Dispatcher() => _dispatcher;
}
