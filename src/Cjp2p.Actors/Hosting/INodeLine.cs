using Akka.Actor;

namespace Cjp2p.Actors.Hosting;

/// <summary>
/// The way from code that is no actor to a node: straight into the actor system of a live node, by way of the thread that
/// drives it into a simulated world.
/// </summary>
internal interface INodeLine
{
    /// <summary>Makes a call; <see cref="NodeCall.Caller"/> is who makes it.</summary>
    /// <exception cref="InvalidOperationException">The actor system has stopped.</exception>
    void Begin(NodeCall call);

    /// <summary>Whoever made a call does not want to know any more.</summary>
    void Cancel(NodeCall call);

    /// <summary>Tells an actor of the node something.</summary>
    void Tell(IActorRef actor, object message);
}
