using Akka.Event;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>What is kept of a run, besides its result.</summary>
public sealed record ScenarioSettings
{
    /// <summary>Deliveries kept in <see cref="Trace.Last"/>.</summary>
    public int TraceEventsMax { get; init; }

    /// <summary>How long the tree of a node waits for its actors, in virtual time; null: as the scenario's nodes have it.</summary>
    public TimeSpan? AnswerTimeout { get; init; }

    /// <summary>Is shown every delivery, or null.</summary>
    public ISimTap? Tap { get; init; }

    /// <summary>What is logged from this level on is kept in <see cref="SimWorld.Log"/>; null keeps nothing.</summary>
    public LogLevel? LogLevel { get; init; }

    /// <summary>
    /// Buffers of 256 KiB for the spans of all nodes together. A node that finds none waits for one, so fewer of them slow
    /// large worlds down.
    /// </summary>
    public int SpanBuffersMax { get; init; } = 4096;

    /// <summary>The part of the world that is played; null: all of it, in one piece.</summary>
    public ScenarioSlice? Slice { get; init; }
}
