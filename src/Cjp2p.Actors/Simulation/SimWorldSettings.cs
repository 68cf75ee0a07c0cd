using Akka.Configuration;
using Akka.Event;

namespace Cjp2p.Actors.Simulation;

/// <summary>What a simulated world is made from; together with what is done to it, this decides everything in it.</summary>
public sealed record SimWorldSettings
{
    /// <summary>Decides all chance: of the nodes, the links and the disks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>HOCON for the actors; what the simulation needs to set itself wins over it.</summary>
    public Config Config { get; init; } = Config.Empty;

    /// <summary>
    /// What is logged from this level on is kept in <see cref="SimWorld.Log"/>; null (the default) keeps nothing and makes
    /// logging as cheap as it can be.
    /// </summary>
    public LogLevel? LogLevel { get; init; }

    /// <summary>Log lines kept; the oldest are forgotten.</summary>
    public int LogLinesMax { get; init; } = 10_000;

    /// <summary>
    /// Turns of actors at one moment after which the simulation is stuck: two actors that tell each other without end would
    /// never let time go on.
    /// </summary>
    public long TurnsPerStepMax { get; init; } = 10_000_000;

    /// <summary>Entries that fire at one and the same tick after which the simulation is stuck: timers of zero delay.</summary>
    public long StepsPerInstantMax { get; init; } = 10_000_000;

    /// <summary>
    /// Virtual time between two looks at <see cref="SimWorld.Invariants"/>. Where fewer than two steps a machine happen
    /// meanwhile it takes that many, or sixty times as long.
    /// </summary>
    public TimeSpan InvariantInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Steps between two looks at <see cref="SimWorld.Invariants"/> at the most.</summary>
    public long InvariantStepsMax { get; init; } = 100_000;

    /// <summary>Deliveries kept in <see cref="Trace.Last"/>.</summary>
    public int TraceEventsMax { get; init; }

    /// <summary>Limits of the network.</summary>
    public SimNetworkSettings Network { get; init; } = new();
}
