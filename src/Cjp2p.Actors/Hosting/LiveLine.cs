using Akka.Actor;

namespace Cjp2p.Actors.Hosting;

/// <summary>The way to a live node.</summary>
/// <param name="system">Its actor system.</param>
internal sealed class LiveLine(ActorSystem system) : INodeLine
{
    public void Begin(NodeCall call) => call.Caller = system.ActorOf(NodeCallActor.Props(call));

    public void Cancel(NodeCall call) => call.Caller?.Tell(NodeCallActor.Cancel.Instance, ActorRefs.NoSender);

    public void Tell(IActorRef actor, object message) => actor.Tell(message, ActorRefs.NoSender);
}
