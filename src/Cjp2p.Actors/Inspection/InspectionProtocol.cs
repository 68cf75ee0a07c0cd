using Akka.Actor;
using Akka.Event;

namespace Cjp2p.Actors.Inspection;

/// <summary>What may be asked of a node and of every one of its actors.</summary>
public static class InspectionProtocol
{
    /// <summary>Answered by the node itself.</summary>
    public interface INodeQuery;

    /// <summary>
    /// Asks any actor of a node for its <see cref="ActorState"/>. Costs it one message; a peer that is asked does not count
    /// as heard.
    /// </summary>
    public sealed record Inspect : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        /// <summary>The one instance.</summary>
        public static Inspect Instance { get; } = new();
    }

    /// <summary>
    /// Asks the node for an <see cref="ActorTree"/>: the actors at and below a path, each asked for its state. Those that
    /// do not answer in time are shown without one.
    /// </summary>
    /// <param name="Path">As in <see cref="ActorFacts.Path"/>; "/" is the node.</param>
    /// <param name="DepthMax">Levels below that path; 0: that actor alone.</param>
    /// <param name="WithStates">Whether the states come along, or only their one-line summaries.</param>
    /// <param name="ActorsMax">Actors at the most; the tree says how many there are.</param>
    public sealed record GetTree(string Path = "/", int DepthMax = int.MaxValue, bool WithStates = false, int ActorsMax = 2000)
        : INodeQuery;

    /// <summary>
    /// Asks the node for the <see cref="ActorDetails"/> of one actor; answered with <see cref="NoSuchActor"/> when there is
    /// none and nothing is remembered of one.
    /// </summary>
    /// <param name="Path">As in <see cref="ActorFacts.Path"/>.</param>
    public sealed record GetActor(string Path) : INodeQuery;

    /// <summary>There is no such actor, and none of that name is remembered.</summary>
    /// <param name="Path">What was asked for.</param>
    public sealed record NoSuchActor(string Path);
}
