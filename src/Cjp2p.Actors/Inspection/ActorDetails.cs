using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>All that can be said about one actor.</summary>
/// <param name="TakenAt">Time of day.</param>
/// <param name="Facts">What is known without asking it.</param>
/// <param name="Answered">Whether it answered in time.</param>
/// <param name="State">What it answered; null: nothing.</param>
/// <param name="Handled">What it has handled, by type of message.</param>
/// <param name="Mailbox">What waits, by type of message; of a very long mailbox the oldest 10,000.</param>
/// <param name="Last">The last messages that it handled, oldest first.</param>
/// <param name="Events">What happened to it and what it logged, oldest first.</param>
/// <param name="Failures">Its last failures and those of its children, oldest first.</param>
/// <param name="Children">Paths of its children, in order.</param>
public sealed record ActorDetails(
    DateTimeOffset TakenAt,
    ActorFacts Facts,
    bool Answered,
    ActorState? State,
    ImmutableArray<HandledMessages> Handled,
    ImmutableArray<WaitingMessages> Mailbox,
    ImmutableArray<HandledMessage> Last,
    ImmutableArray<ActorEvent> Events,
    ImmutableArray<ActorFailure> Failures,
    ImmutableArray<string> Children);

/// <summary>What an actor has handled of one type of message.</summary>
/// <param name="Type">The type.</param>
/// <param name="Count">How many.</param>
/// <param name="TotalMs">Time that all of them took, in milliseconds.</param>
/// <param name="P50Ms">Time that half of them did not exceed.</param>
/// <param name="P99Ms">Time that 99 of 100 did not exceed.</param>
/// <param name="MaxMs">The longest.</param>
public sealed record HandledMessages(string Type, long Count, double TotalMs, double P50Ms, double P99Ms, double MaxMs);

/// <summary>Messages of one type that wait in a mailbox.</summary>
/// <param name="Type">The type.</param>
/// <param name="Count">How many.</param>
/// <param name="OldestMs">How long the oldest has waited, in milliseconds.</param>
public sealed record WaitingMessages(string Type, int Count, double OldestMs);

/// <summary>A message that an actor has handled.</summary>
/// <param name="At">Time of day when it began.</param>
/// <param name="Type">Type of the message.</param>
/// <param name="TookMs">How long that took, in milliseconds.</param>
public sealed record HandledMessage(DateTimeOffset At, string Type, double TookMs);

/// <summary>Something that happened to an actor.</summary>
/// <param name="At">Time of day.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Text">In words; may hold text of strangers.</param>
public sealed record ActorEvent(DateTimeOffset At, ActorEventKind Kind, string Text);

/// <summary>Kinds of events in the life of an actor.</summary>
public enum ActorEventKind
{
    /// <summary>It was started.</summary>
    Started,

    /// <summary>It logged something.</summary>
    Logged,

    /// <summary>A child of it failed.</summary>
    ChildFailed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was restarted after a failure.</summary>
    Restarted,

    /// <summary>It stopped.</summary>
    Stopped,
}
