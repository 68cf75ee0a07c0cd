using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Cjp2p.Actors.Inspection;

/// <summary>The queue of a <see cref="NodeMailbox"/>.</summary>
/// <param name="clock">The time of the actor system.</param>
public sealed class NodeMessages(IScheduler clock) : IMessageQueue, IUnboundedMessageQueueSemantics, IObservedMessages
{
    private readonly ConcurrentQueue<Entry> _entries = new();

    /// <inheritdoc/>
    public bool HasMessages => !_entries.IsEmpty;

    /// <inheritdoc cref="IMessageQueue.Count"/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public void Enqueue(IActorRef receiver, Envelope envelope) =>
        _entries.Enqueue(new Entry(envelope, clock.HighResMonotonicClock));

    /// <inheritdoc/>
    public bool TryDequeue(out Envelope envelope)
    {
        var taken = _entries.TryDequeue(out var entry);
        envelope = entry.Envelope;
        return taken;
    }

    /// <inheritdoc/>
    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        ArgumentNullException.ThrowIfNull(deadletters);
        while (TryDequeue(out var envelope))
            deadletters.Enqueue(owner, envelope);
    }

    /// <inheritdoc/>
    public IEnumerable<WaitingMessage> Waiting()
    {
        foreach (var entry in _entries)
        {
            // A place whose message was just taken is empty.
            if (entry.Envelope.Message is { } message)
                yield return new WaitingMessage(message.GetType(), entry.At);
        }
    }

    private readonly record struct Entry(Envelope Envelope, TimeSpan At);
}
