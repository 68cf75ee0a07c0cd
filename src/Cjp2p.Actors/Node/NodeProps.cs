using Akka.Actor;
using Cjp2p.Actors.Inspection;

namespace Cjp2p.Actors.Node;

/// <summary>
/// Recipes of actors as plain functions. Akka's own Props.Create takes the function apart as an expression tree and
/// interprets its arguments: a tenth of a millisecond for each actor, of which a download makes one for every 256 KiB, and one
/// more library to load at the start.
/// </summary>
internal static class NodeProps
{
    private static readonly Deploy Node = Deploy.None.WithMailbox(NodeMailbox.Id);
    private static readonly Deploy Disk = Node.WithDispatcher(NodeActor.DiskDispatcher);
    private static readonly Deploy Storage = Node.WithDispatcher(NodeActor.StorageDispatcher);

    /// <summary>Makes an actor by calling <paramref name="make"/>, and again when it is restarted.</summary>
    public static Props Of<TActor>(Func<TActor> make)
        where TActor : ActorBase => new Recipe<TActor, Func<TActor>>(make, static make => make(), Deploy.None);

    /// <summary>As <see cref="Of"/>, one of the actors of a node, in whose mailbox each message has a time.</summary>
    /// <param name="arguments">What it is made of: a tuple, so that a million idle nodes have no closures.</param>
    /// <param name="make">Makes it; a static function.</param>
    public static Props Inspected<TActor, TArguments>(TArguments arguments, Func<TArguments, TActor> make)
        where TActor : InspectedActor => new Recipe<TActor, TArguments>(arguments, make, Node);

    /// <summary>As <see cref="Inspected"/>, one that blocks on the disk.</summary>
    public static Props OnDisk<TActor, TArguments>(TArguments arguments, Func<TArguments, TActor> make)
        where TActor : InspectedActor => new Recipe<TActor, TArguments>(arguments, make, Disk);

    /// <summary>As <see cref="Inspected"/>, one that blocks on the database.</summary>
    public static Props OnStorage<TActor, TArguments>(TArguments arguments, Func<TArguments, TActor> make)
        where TActor : InspectedActor => new Recipe<TActor, TArguments>(arguments, make, Storage);

    // Akka keeps one for each actor, as long as it lives; all that can be shared is.
    private sealed class Recipe<TActor, TArguments> : Props
        where TActor : ActorBase
    {
        private static readonly Props OfType = new(typeof(TActor));
        private readonly TArguments _arguments;
        private readonly Func<TArguments, TActor> _make;

        public Recipe(TArguments arguments, Func<TArguments, TActor> make, Deploy deploy) : base(OfType)
        {
            _arguments = arguments;
            _make = make;
            Deploy = deploy;
        }

        public override ActorBase NewActor() => _make(_arguments);

        protected override Props Copy() => new Recipe<TActor, TArguments>(_arguments, _make, Deploy) { SupervisorStrategy = SupervisorStrategy };
    }
}
