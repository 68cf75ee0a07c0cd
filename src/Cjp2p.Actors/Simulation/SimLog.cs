using Akka.Actor;
using Akka.Event;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Listens to the event stream without being an actor: what is logged is kept at once, in the order in which it was logged,
/// with the virtual time. (A logging actor would run on another thread, at some real time later.)
/// </summary>
internal sealed class SimLog(SimWorld world, ActorSystem system, int linesMax) : MinimalActorRef
{
    private readonly Queue<SimLogLine> _lines = new();

    public override ActorPath Path { get; } = system.DeadLetters.Path.Root / "simulation-log";

    public override IActorRefProvider Provider { get; } = ((ExtendedActorSystem)system).Provider;

    internal IReadOnlyCollection<SimLogLine> Lines => _lines;

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is not LogEvent line)
            return;
        var text = line.Cause == null ? $"{line.Message}" : $"{line.Message} {line.Cause}";
        lock (_lines)
        {
            if (_lines.Count == linesMax)
                _lines.Dequeue();
            _lines.Enqueue(new SimLogLine(world.Now, world.Steps, line.LogLevel(), line.LogSource, text));
        }
    }
}
