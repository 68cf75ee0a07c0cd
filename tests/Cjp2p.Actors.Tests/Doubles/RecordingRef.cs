using Akka.Actor;

namespace Cjp2p.Actors.Tests.Doubles;

/// <summary>Stands where an actor would, for code that is no actor, and keeps what it is told.</summary>
internal sealed class RecordingRef(string name = "recording") : MinimalActorRef
{
    private readonly Lock _lock = new();
    private readonly List<object> _messages = [];

    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / name;

    public override IActorRefProvider Provider => throw new NotSupportedException("it belongs to no system");

    public IReadOnlyList<object> Messages
    {
        get
        {
            lock (_lock)
                return [.. _messages];
        }
    }

    /// <summary>Takes out what it was told so far.</summary>
    public IReadOnlyList<object> Take()
    {
        lock (_lock)
        {
            object[] taken = [.. _messages];
            _messages.Clear();
            return taken;
        }
    }

    public IEnumerable<T> Of<T>() => Messages.OfType<T>();

    protected override void TellInternal(object message, IActorRef sender)
    {
        lock (_lock)
            _messages.Add(message);
    }
}
