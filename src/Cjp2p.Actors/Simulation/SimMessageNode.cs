using Akka.Actor;

namespace Cjp2p.Actors.Simulation;

/// <summary>One message in a <see cref="SimMessages"/>.</summary>
public class SimMessageNode
{
    internal SimMessageNode? Next;
    internal Envelope Envelope;
    internal TimeSpan At;

    internal SimMessageNode()
    {
    }
}
