using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Executes nothing by itself: a mailbox with work is put into the world's one queue, and the world runs it when its turn
/// comes, on the thread that drives the world.
/// </summary>
/// <remarks>
/// An actor's children are kept by Akka in a dictionary whose order changes from process to process (the hash of a string is
/// seeded), and a stopping or failing actor tells its children in that order. The system messages of an actor to its own
/// children are therefore held until the end of its turn and delivered in the order of the children's names, so that what
/// they do in <c>PostStop</c> happens in the same order in every run. No actor can tell the difference: nobody else runs
/// before the end of the turn.
/// </remarks>
public sealed class SimDispatcher : MessageDispatcher
{
    /// <summary>Configuration key: an actor handles one message in a turn, so that it can pay for slow disks between two.</summary>
    internal const string OneMessagePerTurn = "one-message-per-turn";

    private readonly SimRunQueue _runs;

    internal SimDispatcher(
        MessageDispatcherConfigurator configurator, SimScheduler scheduler, string id, int throughput, bool oneMessagePerTurn)
        : base(configurator)
    {
        _runs = scheduler.Runs;
        Id = id;
        Throughput = throughput;

        // A deadline that lies in the past at every message. (A throughput of one is two messages in Akka.NET.)
        if (oneMessagePerTurn)
            ThroughputDeadlineTime = 1;

        // The shutdown of a dispatcher without actors is a timer; there is nothing here to shut down.
        ShutdownTimeout = TimeSpan.FromSeconds(1);
    }

    /// <inheritdoc/>
    public override void SystemDispatch(ActorCell cell, SystemMessage message)
    {
        if (!_runs.TryHold(this, cell, message))
            base.SystemDispatch(cell, message);
    }

    internal void Deliver(ActorCell cell, SystemMessage message) => base.SystemDispatch(cell, message);

    /// <inheritdoc/>
    protected override void ExecuteTask(IRunnable run) => _runs.Post(run);

    /// <inheritdoc/>
    protected override void Shutdown()
    {
    }
}
