using System.Globalization;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation;

/// <summary>A run that was stopped at a step, as text: every node, and what was delivered last.</summary>
internal static class SimulateState
{
    /// <summary>Deliveries shown.</summary>
    public const int DeliveriesMax = 20;

    public static IEnumerable<string> Lines(ScenarioRun run)
    {
        yield return Text(
            $"stopped at step {run.World.Steps}, {run.World.Now:c} of virtual time, {run.Phase} phase, trace {run.World.Trace.HashText}");
        foreach (var violation in run.Violations)
            yield return Text($"violation: {violation.Invariant} at step {violation.Step}: {violation.What}");
        foreach (var state in run.States())
        {
            var fetches = string.Join(", ", state.Fetches.Select(Describe));
            yield return Text(
                $"n{state.Number,-5} {state.Group,-12} {state.Address,-22} {(state.IsUp ? "up  " : "away")} {Amounts.Count(state.Starts, "start"),-9} {fetches}").TrimEnd();
        }

        yield return "delivered last (number #step time from -> to length hash):";
        foreach (var delivery in run.World.Trace.Last)
            yield return "  " + delivery;
    }

    private static string Describe(ScenarioFetch fetch) =>
        fetch.Until is not null ? $"{fetch.Content} done"
        : fetch.From is null ? $"{fetch.Content} not begun"
        : Text($"{fetch.Content} {(fetch.LengthBytes == 0 ? 0 : (double)fetch.DoneBytes / fetch.LengthBytes):0%}")
            + (fetch.Why.Length > 0 ? $" ({fetch.Why})" : "");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
