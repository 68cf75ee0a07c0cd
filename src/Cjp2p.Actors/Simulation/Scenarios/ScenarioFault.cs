using System.Collections.Immutable;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Something that goes wrong in the safety phase of a scenario.</summary>
/// <param name="Name">Its name in the scenario; its chance depends on it and the seed alone.</param>
/// <param name="Kind">What goes wrong.</param>
/// <param name="At">When it begins.</param>
/// <param name="For">How long it lasts; zero: to the end of the safety phase, and a node that crashed or left stays away for good.</param>
public sealed record ScenarioFault(string Name, ScenarioFaultKind Kind, TimeSpan At, TimeSpan For)
{
    /// <summary>Groups that it may meet; empty: all nodes.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Exactly this many of them, chosen by the seed; 0: see <see cref="Share"/>.</summary>
    public int Count { get; init; }

    /// <summary>This part of them, from 0 to 1 and at least one.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Each is met up to this much later than the first.</summary>
    public TimeSpan Within { get; init; }

    /// <summary><see cref="ScenarioFaultKind.Loss"/>: chance that a packet is lost on the way to or from one of them.</summary>
    public double Chance { get; init; } = 0.5;

    /// <summary><see cref="ScenarioFaultKind.Churn"/>: half of the sessions are shorter than this.</summary>
    public TimeSpan Session { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary><see cref="ScenarioFaultKind.Churn"/>: half of the absences are shorter than this.</summary>
    public TimeSpan Away { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary><see cref="ScenarioFaultKind.Churn"/>: the part of sessions that end with a crash instead of in good order.</summary>
    public double Crashes { get; init; } = 0.5;

    /// <summary><see cref="ScenarioFaultKind.SlowDisk"/>: time for each operation. <see cref="ScenarioFaultKind.ClockJump"/>: forwards, or backwards when negative.</summary>
    public TimeSpan By { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary><see cref="ScenarioFaultKind.FullDisk"/>: bytes that can still be written.</summary>
    public long FreeBytes { get; init; }

    /// <summary><see cref="ScenarioFaultKind.ClockDrift"/>: 0.01 is one percent fast, negative is slow.</summary>
    public double Rate { get; init; } = 0.001;
}
