using Cjp2p.Actors.Simulation.Invariants;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>How a run went.</summary>
public sealed record ScenarioResult
{
    /// <summary>What was run, with all that options changed in it.</summary>
    public required Scenario Scenario { get; init; }

    /// <summary>From which seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Hash of all that happened.</summary>
    public required string TraceHash { get; init; }

    /// <summary>Virtual time that passed.</summary>
    public required TimeSpan VirtualTime { get; init; }

    /// <summary>When the safety phase ended.</summary>
    public required TimeSpan SafetyEnded { get; init; }

    /// <summary>Entries that the world fired.</summary>
    public required long Steps { get; init; }

    /// <summary>Datagrams delivered.</summary>
    public required long Delivered { get; init; }

    /// <summary>Datagrams dropped.</summary>
    public required long Dropped { get; init; }

    /// <summary>Datagrams dropped, by reason; only reasons that there were.</summary>
    public required IReadOnlyList<KeyValuePair<DropReason, long>> DroppedFor { get; init; }

    /// <summary>What was measured, for each measure.</summary>
    public required IReadOnlyDictionary<ScenarioMeasure, double> Measures { get; init; }

    /// <summary>What did not hold; empty when all is well.</summary>
    public required IReadOnlyList<SimViolation> Violations { get; init; }

    /// <summary>What was fetched, by machine.</summary>
    public required IReadOnlyList<ScenarioFetch> Fetches { get; init; }

    /// <summary>The peers, by machine.</summary>
    public required IReadOnlyList<ScenarioPeer> Peers { get; init; }

    /// <summary>Who gave to whom, by machines.</summary>
    public required IReadOnlyList<ScenarioFlow> Flows { get; init; }

    /// <summary>The run over time; at most 480 moments, however long it was.</summary>
    public required IReadOnlyList<ScenarioSample> Samples { get; init; }

    /// <summary>Faults that happened.</summary>
    public required IReadOnlyList<ScenarioEvent> Events { get; init; }

    /// <summary>The trace's checkpoints: two runs that differ part between two of them.</summary>
    public required IReadOnlyList<TraceCheckpoint> Checkpoints { get; init; }

    /// <summary>Fetches that completed.</summary>
    public int Completed => Fetches.Count(fetch => fetch.Until is not null);

    /// <summary>Payload bytes that a peer sent and received, on average.</summary>
    public double BytesPerNode => Peers.Average(peer => (double)peer.BytesSent + peer.BytesReceived);

    /// <summary>Part of the content bytes that arrived and were of no use, compared with those that were of use.</summary>
    public double Waste => Measures[ScenarioMeasure.Waste];

    /// <summary>How long the fetch took that is slower than this part (0 to 1) of those that completed; null: none did.</summary>
    public TimeSpan? Took(double part)
    {
        var took = Fetches.Where(fetch => fetch.Took is not null).Select(fetch => fetch.Took!.Value).Order().ToArray();
        return took.Length == 0 ? null : took[Math.Clamp((int)Math.Ceiling(part * took.Length) - 1, 0, took.Length - 1)];
    }
}
