using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using Cjp2p.Actors.Inspection;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Dmitry Vyukov's queue for many producers and one consumer. The world's own actors are told by one thread, but guardians
/// and loggers of the same system use this mailbox too, so it is a real concurrent queue. The queue is its own first node.
/// </summary>
public sealed class SimMessages : SimMessageNode, IMessageQueue, IUnboundedMessageQueueSemantics, IObservedMessages
{
    private readonly IScheduler _clock;
    private SimMessageNode _first;
    private SimMessageNode _last;

    /// <summary>Makes an empty queue.</summary>
    public SimMessages(IScheduler clock)
    {
        _clock = clock;
        _first = _last = this;
    }

    /// <inheritdoc/>
    public bool HasMessages => Volatile.Read(ref _first.Next) != null;

    /// <summary>Walks the list: for inspection, not for decisions.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            for (var node = Volatile.Read(ref _first.Next); node != null; node = Volatile.Read(ref node.Next))
                count++;
            return count;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<WaitingMessage> Waiting()
    {
        for (var node = Volatile.Read(ref _first.Next); node != null; node = Volatile.Read(ref node.Next))
        {
            if (node.Envelope.Message is { } message)
                yield return new WaitingMessage(message.GetType(), node.At);
        }
    }

    /// <inheritdoc/>
    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        var node = new SimMessageNode { Envelope = envelope, At = _clock.HighResMonotonicClock };
        var before = Interlocked.Exchange(ref _last, node);

        // A consumer that looks right here finds nothing; the producer schedules the mailbox again after this.
        Volatile.Write(ref before.Next, node);
    }

    /// <inheritdoc/>
    public bool TryDequeue(out Envelope envelope)
    {
        var before = _first;
        var next = Volatile.Read(ref before.Next);
        if (next == null)
        {
            envelope = default;
            return false;
        }

        envelope = next.Envelope;
        next.Envelope = default;
        _first = next;

        // The first node of all is the queue itself, which lives on: it would keep every message's node that ever was.
        before.Next = null;
        return true;
    }

    /// <inheritdoc/>
    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        ArgumentNullException.ThrowIfNull(deadletters);
        while (TryDequeue(out var envelope))
            deadletters.Enqueue(owner, envelope);
    }
}
