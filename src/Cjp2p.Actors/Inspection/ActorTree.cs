using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>The actors of a node at one moment, or those at and below one of them.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Path">Where it begins.</param>
/// <param name="TakenAt">Time of day.</param>
/// <param name="Total">Actors there are.</param>
/// <param name="Asked">Actors that were asked, which is all of them unless they are too many.</param>
/// <param name="Answered">Actors that answered in time.</param>
/// <param name="Actors">Those that were asked, by path: a parent stands before its children.</param>
/// <param name="Gone">Actors that have stopped there lately, the last one first; those that failed are remembered longest.</param>
public sealed record ActorTree(
    string Node,
    string Path,
    DateTimeOffset TakenAt,
    int Total,
    int Asked,
    int Answered,
    ImmutableArray<ActorEntry> Actors,
    ImmutableArray<ActorFacts> Gone)
{
    /// <summary>In words: "231 of 231 answered".</summary>
    public string Answers => $"{Answered} of {Total} answered";
}

/// <summary>An actor in a tree.</summary>
/// <param name="Facts">What is known without asking it.</param>
/// <param name="Answered">Whether it answered in time.</param>
/// <param name="Status">What it says in one line; of one that did not answer, that.</param>
/// <param name="State">Its state, when that was asked for.</param>
public sealed record ActorEntry(ActorFacts Facts, bool Answered, string Status, ActorState? State);
