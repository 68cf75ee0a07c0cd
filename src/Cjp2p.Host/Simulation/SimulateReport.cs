using Cjp2p.Actors.Simulation.Invariants;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation;

/// <summary>What <c>simulate --json</c> prints, for each run.</summary>
/// <param name="Scenario">Name of the scenario.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Peers">Peers in all.</param>
/// <param name="TraceHash">Hash of all that happened: two runs with the same one were the same run.</param>
/// <param name="VirtualSeconds">Virtual time that passed.</param>
/// <param name="WallSeconds">Time that it took.</param>
/// <param name="Delivered">Datagrams delivered.</param>
/// <param name="Dropped">Datagrams dropped.</param>
/// <param name="BytesPerNode">Payload bytes that a peer sent and received, on average.</param>
/// <param name="Completed">Fetches that completed.</param>
/// <param name="Violations">What did not hold; empty when all is well.</param>
internal sealed record SimulateReport(
    string Scenario,
    ulong Seed,
    int Peers,
    string TraceHash,
    double VirtualSeconds,
    double WallSeconds,
    long Delivered,
    long Dropped,
    long BytesPerNode,
    int Completed,
    IReadOnlyList<ViolationReport> Violations)
{
    public static SimulateReport Of(ScenarioResult result, TimeSpan wall) => new(
        result.Scenario.Name,
        result.Seed,
        result.Scenario.Peers,
        result.TraceHash,
        Math.Round(result.VirtualTime.TotalSeconds, 6),
        Math.Round(wall.TotalSeconds, 3),
        result.Delivered,
        result.Dropped,
        (long)Math.Round(result.BytesPerNode),
        result.Completed,
        [.. result.Violations.Select(ViolationReport.Of)]);
}

/// <summary>One violation of <see cref="SimulateReport"/>.</summary>
/// <param name="Invariant">What did not hold.</param>
/// <param name="VirtualSeconds">When it was seen.</param>
/// <param name="Step">The world's step then.</param>
/// <param name="What">What was wrong.</param>
internal sealed record ViolationReport(string Invariant, double VirtualSeconds, long Step, string What)
{
    public static ViolationReport Of(SimViolation violation) =>
        new(violation.Invariant, Math.Round(violation.At.TotalSeconds, 6), violation.Step, violation.What);
}
