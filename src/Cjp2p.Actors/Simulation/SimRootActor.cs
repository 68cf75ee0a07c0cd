using Akka.Actor;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The one actor that the guardian (of another thread) knows; everything simulated lives below it. It runs what the world
/// asks for inside its context, and notices which children are gone.
/// </summary>
internal sealed class SimRootActor(SimWorld world) : UntypedActor
{
    /// <summary>Something to do in the root's context.</summary>
    internal sealed record Perform(Action<IUntypedActorContext> Action);

    private sealed record ChildGone(SimMachine Machine);

    internal static Props Props(SimWorld world) => NodeProps.Of(() => new SimRootActor(world));

    /// <summary>Starts the top actor of a machine; called inside the root's context.</summary>
    internal static IActorRef StartChild(IUntypedActorContext context, SimMachine machine, Props props, string name) =>
        context.WatchWith(context.ActorOf(props, name), new ChildGone(machine));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Perform perform:
                perform.Action(Context);
                break;
            case ChildGone gone:
                gone.Machine.ActorGone();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>
    /// A top actor that fails is stopped and the failure kept: restarting it here would hide what in production ends the
    /// process. What a node survives, it survives below its own top actor.
    /// </summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(0, TimeSpan.Zero, cause =>
    {
        world.ActorFailed(Sender.Path.Name, cause);
        return Directive.Stop;
    });
}
