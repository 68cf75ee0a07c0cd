namespace Cjp2p.Actors.Inspection;

/// <summary>A mailbox that can be looked into from outside: our own border to Akka, where messages are counted.</summary>
public interface IObservedMessages
{
    /// <summary>Messages waiting.</summary>
    int Count { get; }

    /// <summary>
    /// The waiting messages, oldest first, with the time on the system's clock when they came in. May be walked while
    /// others add and take.
    /// </summary>
    IEnumerable<WaitingMessage> Waiting();
}

/// <summary>A message in a mailbox.</summary>
/// <param name="Type">Its type.</param>
/// <param name="At">When it came in, on the system's monotonic clock.</param>
public readonly record struct WaitingMessage(Type Type, TimeSpan At);
