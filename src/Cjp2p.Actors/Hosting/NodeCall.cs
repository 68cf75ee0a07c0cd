using Akka.Actor;

namespace Cjp2p.Actors.Hosting;

/// <summary>What a <see cref="NodeCallActor"/> asks, and who waits for the answer.</summary>
internal abstract class NodeCall(IActorRef node, object? question)
{
    /// <summary>Who is asked.</summary>
    public IActorRef Node { get; } = node;

    /// <summary>What; null: nothing, but it tells when it has stopped.</summary>
    public object? Question { get; } = question;

    /// <summary>How long it may stay silent; null: for ever.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>Whether answers come as long as there is somebody who wants them: none is the last one.</summary>
    public bool GoesOn { get; init; }

    /// <summary>What the node is told when the call is cancelled; its last answer is waited for then. Null: nothing.</summary>
    public object? CancelQuestion { get; init; }

    /// <summary>The actor that makes the call, once it is made.</summary>
    public IActorRef? Caller { get; set; }

    /// <summary>Whether it has ended.</summary>
    public abstract bool IsDone { get; }

    /// <summary>Takes an answer; true when it was the last one.</summary>
    public abstract bool Take(object answer);

    /// <summary>Nobody will answer.</summary>
    public abstract void Fail(Exception reason);

    /// <summary>The call was cancelled.</summary>
    public abstract void Cancel();
}

/// <summary>A call that ends with a value.</summary>
/// <param name="node">Who is asked.</param>
/// <param name="question">What.</param>
/// <param name="take">
/// Looks at an answer (<see cref="Node.NodeProtocol.Stopped"/> when the node is gone); the call ends with the value that it
/// returns, unless that is null, or with what it throws.
/// </param>
/// <param name="cancelled">Cancels the call.</param>
internal sealed class NodeCall<T>(IActorRef node, object? question, Func<object, T?> take, CancellationToken cancelled)
    : NodeCall(node, question)
    where T : class
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes the call.</summary>
    public async Task<T> RunAsync(INodeLine line)
    {
        cancelled.ThrowIfCancellationRequested();
        try
        {
            line.Begin(this);
        }
        catch (InvalidOperationException)
        {
            Take(Cjp2p.Actors.Node.NodeProtocol.Stopped.Instance);
            Fail(new NodeException("the actor system has stopped"));
            return await _done.Task.ConfigureAwait(false);
        }

        await using var registration = cancelled.Register(() => line.Cancel(this)).ConfigureAwait(false);
        return await _done.Task.ConfigureAwait(false);
    }

    public override bool IsDone => _done.Task.IsCompleted;

    public override bool Take(object answer)
    {
        try
        {
            return take(answer) is { } value && (_done.TrySetResult(value) || true);
        }
        catch (NodeException) when (cancelled.IsCancellationRequested)
        {
            // A refusal that follows a cancellation is what was asked for.
            return _done.TrySetCanceled(cancelled) || true;
        }
        catch (Exception e)
        {
            // Also what the caller's own code threw, such as a progress callback: it is the caller's to handle.
            return _done.TrySetException(e) || true;
        }
    }

    public override void Fail(Exception reason) => _done.TrySetException(reason);

    public override void Cancel() => _done.TrySetCanceled(cancelled);
}
