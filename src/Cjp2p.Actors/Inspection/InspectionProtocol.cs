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
    /// <param name="ActorsMax">
    /// Actors at the most, and never more than <c>cjp2p.inspection.actors-max</c>: those deepest down are left out; the tree says how
    /// many there are.
    /// </param>
    public sealed record GetTree(string Path = "/", int DepthMax = int.MaxValue, bool WithStates = false, int ActorsMax = int.MaxValue)
        : INodeQuery;

    /// <summary>
    /// Asks the node for the <see cref="ActorDetails"/> of one actor; answered with <see cref="NoSuchActor"/> when there is
    /// none and nothing is remembered of one.
    /// </summary>
    /// <param name="Path">As in <see cref="ActorFacts.Path"/>.</param>
    public sealed record GetActor(string Path) : INodeQuery;

    /// <summary>Asks the node for an <see cref="ActorTree"/> of just these actors, with states; those that do not exist are left out.</summary>
    /// <param name="Paths">As in <see cref="ActorFacts.Path"/>.</param>
    public sealed record GetStates(System.Collections.Immutable.ImmutableArray<string> Paths) : INodeQuery;

    /// <summary>
    /// Asks the node to tell the sender of every <see cref="FieldChange"/> of one field of one actor, until the sender stops;
    /// ends with <see cref="WatchEnded"/> when the actor stops, or there is no such actor or field.
    /// </summary>
    /// <param name="Path">As in <see cref="ActorFacts.Path"/>.</param>
    /// <param name="Field">As <see cref="FieldReader"/> takes it.</param>
    /// <param name="Interval">Time between two looks; at least <c>cjp2p.inspection.watch-interval-min</c>.</param>
    public sealed record Watch(string Path, string Field, TimeSpan Interval);

    /// <summary>A field is not watched any more.</summary>
    /// <param name="Reason">Why, in one line.</param>
    public sealed record WatchEnded(string Reason);

    /// <summary>There is no such actor, and none of that name is remembered.</summary>
    /// <param name="Path">What was asked for.</param>
    public sealed record NoSuchActor(string Path);
}
