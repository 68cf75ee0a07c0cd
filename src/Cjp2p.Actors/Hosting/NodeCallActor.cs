using Akka.Actor;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Hosting;

/// <summary>
/// Asks a node something on behalf of code that is no actor, and hands each answer to a function until that has what it
/// waits for. Unlike Ask it takes more than one answer, and it ends when the node does.
/// </summary>
/// <remarks>One lives for each call and stops with it. Has no children.</remarks>
internal sealed class NodeCallActor : UntypedActor
{
    // Calling --(last answer, timeout, node gone)--> stopped
    //    `--(Cancel)--> Cancelling --(last answer, timeout, node gone)--> stopped
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(5);

    private readonly NodeCall _call;

    public NodeCallActor(NodeCall call) => _call = call;

    public static Props Props(NodeCall call) => NodeProps.Of(() => new NodeCallActor(call));

    protected override void PreStart()
    {
        Context.WatchWith(_call.Node, NodeGone.Instance);
        if (_call.Patience is { } patience)
            SetReceiveTimeout(patience);
        if (_call.Question is { } question)
            _call.Node.Tell(question);
    }

    protected override void PostStop() =>
        _call.Fail(new NodeException("the node was stopped before it answered"));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeGone:
                // It may be gone because it was told to stop, which is then the answer.
                _call.Take(NodeProtocol.Stopped.Instance);
                Context.Stop(Self);
                break;
            case ReceiveTimeout:
                _call.Fail(new NodeException($"the node did not answer within {_call.Patience?.TotalSeconds:0.#} s"));
                Context.Stop(Self);
                break;
            case Cancel when _call.CancelQuestion is { } cancel:
                _call.Node.Tell(cancel);
                SetReceiveTimeout(CancelPatience);
                Become(Cancelling);
                break;
            case Cancel:
                _call.Cancel();
                Context.Stop(Self);
                break;
            default:
                Answer(message);
                break;
        }
    }

    // The answer may have been on its way already: then the call succeeds after all.
    private void Cancelling(object message)
    {
        switch (message)
        {
            case NodeGone or ReceiveTimeout:
                _call.Cancel();
                Context.Stop(Self);
                break;
            case Cancel:
                break;
            default:
                Answer(message);
                break;
        }
    }

    private void Answer(object message)
    {
        if (_call.Take(message))
            Context.Stop(Self);
    }

    /// <summary>Whoever asked does not want to know any more.</summary>
    internal sealed record Cancel
    {
        public static Cancel Instance { get; } = new();
    }

    private sealed record NodeGone
    {
        public static NodeGone Instance { get; } = new();
    }
}
