using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// Finds actors that are stuck: from their black boxes, without asking them, so that it needs no actor and no dispatcher that
/// may be stuck too. Whoever owns the process looks from time to time (the program does) and says what is new. Not thread-safe.
/// </summary>
public sealed class Watchdog
{
    private readonly TimeSpan _after;
    private ImmutableDictionary<string, StuckActor> _known = ImmutableDictionary<string, StuckActor>.Empty;

    /// <param name="after">How long an actor may take (<c>cjp2p.inspection.stuck-after</c>).</param>
    public Watchdog(TimeSpan after) => _after = after;

    /// <summary>The actors that have handled one message, or let one wait, for longer than that, by path.</summary>
    /// <param name="facts">As from <see cref="NodeInspection.Facts"/>.</param>
    /// <param name="after">How long an actor may take.</param>
    public static ImmutableArray<StuckActor> Stuck(IEnumerable<ActorFacts> facts, TimeSpan after) =>
    [
        .. facts
            .Where(actor => !actor.IsGone && (Handles(actor, after) || actor.MailboxOldestMs > after.TotalMilliseconds))
            .Select(actor => Handles(actor, after)
                ? new StuckActor(actor.Path, actor.Doing, actor.DoingForMs / 1000, actor.MailboxDepth)
                : new StuckActor(actor.Path, null, actor.MailboxOldestMs / 1000, actor.MailboxDepth))
            .OrderBy(actor => actor.Path, StringComparer.Ordinal),
    ];

    /// <summary>Looks again: which actors are stuck that were not before, and which paths are free again.</summary>
    /// <param name="facts">As from <see cref="NodeInspection.Facts"/>.</param>
    public (ImmutableArray<StuckActor> Stuck, ImmutableArray<string> Free) Look(IEnumerable<ActorFacts> facts)
    {
        var stuck = Stuck(facts, _after);
        var before = _known;
        _known = stuck.ToImmutableDictionary(actor => actor.Path);
        return (
            [.. stuck.Where(actor => !before.ContainsKey(actor.Path))],
            [.. before.Keys.Where(path => !_known.ContainsKey(path)).Order(StringComparer.Ordinal)]);
    }

    private static bool Handles(ActorFacts actor, TimeSpan after) =>
        actor.Doing is not null && actor.DoingForMs > after.TotalMilliseconds;
}

/// <summary>An actor that is stuck.</summary>
/// <param name="Path">Which.</param>
/// <param name="Doing">The message that it does not get done with; null: it does not come to what waits.</param>
/// <param name="ForSeconds">For how long.</param>
/// <param name="Waiting">Messages that wait.</param>
public sealed record StuckActor(string Path, string? Doing, double ForSeconds, int Waiting)
{
    /// <summary>In words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Path} is stuck: {(Doing is null ? "it does not come to what was told to it" : $"it has been handling {Doing} for")} {ForSeconds:0} s{(Doing is null ? " ago" : "")}, {Waiting} messages wait");
}
