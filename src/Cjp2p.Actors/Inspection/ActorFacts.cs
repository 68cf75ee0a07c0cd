namespace Cjp2p.Actors.Inspection;

/// <summary>What is known of an actor without asking it, also of one that hangs or is gone.</summary>
/// <param name="Path">Its path below its node, with names as Akka escapes them: <c>/</c>, <c>/peers/127.0.0.1%3A24254</c>.</param>
/// <param name="Type">Its class.</param>
/// <param name="StartedAt">Time of day when it was started first.</param>
/// <param name="AgeSeconds">Since then; of one that is gone: how old it got.</param>
/// <param name="IsGone">Whether it has stopped.</param>
/// <param name="Restarts">How often it was restarted after a failure.</param>
/// <param name="ChildFailures">Failures of its children that it decided about.</param>
/// <param name="Handled">Messages that it has handled.</param>
/// <param name="BusySeconds">Time that it spent handling them.</param>
/// <param name="MailboxDepth">Messages that wait.</param>
/// <param name="MailboxOldestMs">How long the oldest of them has waited, in milliseconds; 0: none waits.</param>
/// <param name="Doing">Type of the message that it is handling right now; null: none.</param>
/// <param name="DoingForMs">For how long, in milliseconds.</param>
/// <param name="LastFailure">Its last failure, or null.</param>
public sealed record ActorFacts(
    string Path,
    string Type,
    DateTimeOffset StartedAt,
    double AgeSeconds,
    bool IsGone,
    int Restarts,
    int ChildFailures,
    long Handled,
    double BusySeconds,
    int MailboxDepth,
    double MailboxOldestMs,
    string? Doing,
    double DoingForMs,
    ActorFailure? LastFailure);

/// <summary>A failure of an actor.</summary>
/// <param name="At">Time of day.</param>
/// <param name="Path">Which actor failed.</param>
/// <param name="Message">Type of the message that it was handling; null: none.</param>
/// <param name="Error">Type of the exception.</param>
/// <param name="Reason">What the exception says.</param>
/// <param name="Decision">What its parent decided: Restart, Stop, ...; empty when it is not known.</param>
/// <param name="Stack">Where it happened; cut after 4,000 characters.</param>
public sealed record ActorFailure(
    DateTimeOffset At, string Path, string? Message, string Error, string Reason, string Decision, string Stack);
