using System.Globalization;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cjp2p.Host.Simulation;

/// <summary>A simulation on a terminal: a line while it runs, a table in the end.</summary>
internal static class SimulateView
{
    private const int BarMax = 30;
    private const int NamesMax = 8;

    /// <summary>Where a run is, in one line.</summary>
    public static string Line(ScenarioRun run, TimeSpan wall, int width, bool unicode)
    {
        var part = run.Fetches == 0 ? 0 : (double)run.Completed / run.Fetches;
        var (full, empty) = Bar.Draw(part, Math.Clamp(width / 4, 5, BarMax), unicode);
        var perSecond = wall.TotalSeconds > 0 ? run.World.Network.Counters.Delivered / wall.TotalSeconds : 0;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $" {run.Completed:#,0} of {run.Fetches:#,0} fetched  {Phase(run.Phase)}  {Amounts.Clock(run.World.Now)} virtual in {Amounts.Clock(wall)}  {perSecond:#,0} datagrams/s");
        return Visible.Cut(full + empty + text, width);
    }

    /// <summary>What is going to be played: the seed, and all that options decide.</summary>
    public static IEnumerable<string> Head(SimulateRequest request, ulong seed)
    {
        var scenario = request.Scenario;
        yield return $"{scenario.Name}: {(scenario.Description.Length > 0 ? scenario.Description : "a scenario")}";
        yield return $"seed {seed.ToString(CultureInfo.InvariantCulture)}, {string.Join(", ", Given(scenario))}";
        yield return "groups: " + string.Join(", ", scenario.Groups
            .Zip(scenario.Sizes(), (group, size) => $"{size.ToString("#,0", CultureInfo.InvariantCulture)} {group.Name}"));
        if (!scenario.Faults.IsEmpty)
            yield return "faults: " + string.Join(", ", scenario.Faults.Select(Describe));
    }

    /// <summary>How a run went.</summary>
    public static IRenderable Table(ScenarioResult result, TimeSpan wall)
    {
        var facts = new Grid()
            .AddColumn(new GridColumn { Padding = new Padding(0, 0, 2, 0), NoWrap = true })
            .AddColumn(new GridColumn { Padding = new Padding(0) });
        void Row(string name, string text, Color? color = null) =>
            facts.AddRow(new Text(name, new Style(Color.Grey)), new Text(Visible.Escape(text), new Style(color)));

        Row("fetched", Text($"{result.Completed:#,0} of {result.Fetches.Count:#,0}"),
            result.Completed == result.Fetches.Count ? Color.Green : Color.Yellow);
        if (result.Took(0.5) is { } median)
        {
            Row("took", Text(
                $"{Seconds(median)} (half), {Seconds(result.Took(0.9)!.Value)} (90 %), {Seconds(result.Took(0.99)!.Value)} (99 %), {Seconds(result.Took(1)!.Value)} (all)"));
        }

        Row("virtual time", Text($"{Amounts.Clock(result.VirtualTime)}, of it {Amounts.Clock(result.SafetyEnded)} with faults"));
        Row("wall time", Text(
            $"{Seconds(wall)}, {result.Delivered / Math.Max(wall.TotalSeconds, 0.001):#,0} datagrams/s, {result.Steps:#,0} steps"));
        Row("delivered", Text($"{result.Delivered:#,0} datagrams"));
        Row("dropped", Text($"{result.Dropped:#,0}") + (result.DroppedFor.Count == 0 ? "" : " (" + string.Join(", ", result.DroppedFor
            .OrderByDescending(pair => pair.Value)
            .Select(pair => Text($"{ScenarioValues.Name(pair.Key)} {pair.Value:#,0}"))) + ")"));
        Row("per node", $"{Amounts.Bytes((long)result.BytesPerNode)} sent and received");
        Row("given by", Givers(result));
        Row("waste", Text($"{result.Waste:0.0%} of what was of use"));
        foreach (var one in result.Events.Take(NamesMax))
        {
            Row(one.Name, Text(
                $"{ScenarioValues.Name(one.Kind)} of {Amounts.Count(one.Nodes.Count, "node")}, {Amounts.Clock(one.From)} to {(one.Until is { } until ? Amounts.Clock(until) : "the end")}"));
        }

        if (result.Events.Count > NamesMax)
            Row("", $"and {result.Events.Count - NamesMax} more faults");
        Row("trace", result.TraceHash);
        if (result.Violations.Count == 0)
            Row("violations", "none: every invariant held", Color.Green);
        foreach (var violation in result.Violations.Take(2 * NamesMax))
        {
            Row("violation", Text(
                $"{violation.Invariant} at {Amounts.Clock(violation.At)}, step {violation.Step}: {violation.What}"), Color.Red);
        }

        if (result.Violations.Count > 2 * NamesMax)
            Row("", $"and {result.Violations.Count - (2 * NamesMax)} more violations", Color.Red);
        return facts;
    }

    private static IEnumerable<string> Given(Scenario scenario)
    {
        yield return Amounts.Count(scenario.Peers, "peer");
        yield return scenario.Loss is { } loss ? Text($"loss {loss:0.###%}") : "loss as the links have it";
        yield return $"faults for {ScenarioValues.Time(scenario.Duration)} at the most, then {ScenarioValues.Time(scenario.Liveness)} to complete";
        foreach (var content in scenario.Contents.Take(NamesMax))
            yield return $"{content.Name} of {Amounts.Bytes(content.LengthBytes)}";
    }

    private static string Describe(ScenarioFault fault) =>
        $"{ScenarioValues.Name(fault.Kind)} at {ScenarioValues.Time(fault.At)}{(fault.For > TimeSpan.Zero ? $" for {ScenarioValues.Time(fault.For)}" : "")}";

    private static string Givers(ScenarioResult result)
    {
        var total = result.Flows.Sum(flow => flow.Bytes);
        if (total == 0)
            return "nobody";
        return string.Join(", ", result.Flows
            .GroupBy(flow => result.Peers[flow.From].Group)
            .Select(group => (Name: group.Key, Part: (double)group.Sum(flow => flow.Bytes) / total))
            .OrderByDescending(group => group.Part)
            .Select(group => Text($"{group.Name} {group.Part:0.0%}")));
    }

    private static string Phase(ScenarioPhase phase) => phase switch
    {
        ScenarioPhase.Safety => "safety",
        ScenarioPhase.Liveness => "liveness",
        _ => "over",
    };

    private static string Seconds(TimeSpan time) => Amounts.Seconds(time);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
