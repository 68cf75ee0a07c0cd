using Akka.Actor;

namespace Cjp2p.Actors.Node;

/// <summary>
/// Recipes of actors as plain functions. Akka's own Props.Create takes the function apart as an expression tree and
/// interprets its arguments: a tenth of a millisecond for each actor, of which a download makes one for every 256 KiB, and one
/// more library to load at the start.
/// </summary>
internal static class NodeProps
{
    /// <summary>Makes an actor by calling <paramref name="make"/>, and again when it is restarted.</summary>
    public static Props Of<TActor>(Func<TActor> make)
        where TActor : ActorBase => Props.CreateBy(new Producer<TActor>(make));

    private sealed class Producer<TActor>(Func<TActor> make) : IIndirectActorProducer
        where TActor : ActorBase
    {
        public Type ActorType => typeof(TActor);

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
            // It let go of what it had in PostStop.
        }
    }
}
