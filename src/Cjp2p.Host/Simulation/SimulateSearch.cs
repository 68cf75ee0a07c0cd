using System.Globalization;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Output;
using Spectre.Console;

namespace Cjp2p.Host.Simulation;

/// <summary><c>simulate --seeds</c>: plays seed after seed until one fails, then looks for a smaller scenario that still does.</summary>
internal sealed class SimulateSearch(SimulateRequest request, SimulateRunner runner)
{
    private const int TriesMax = 60;
    // A smaller scenario plays differently, so it may fail from another seed nearby.
    private const int SeedsEach = 3;

    /// <summary>Searches; returns the exit code.</summary>
    public int Run()
    {
        var last = request.LastSeed!.Value;
        if (!request.Json)
        {
            foreach (var line in SimulateView.Head(request, request.Seed).Take(1).Concat(SimulateView.Head(request, request.Seed).Skip(2)))
                Terminal.WriteLine(line);
        }

        for (var seed = request.Seed; ; seed++)
        {
            var (result, wall) = Play(request.Scenario, seed, Text($"seed {seed} of {request.Seed}..{last}  "));
            if (request.Json)
                Terminal.WriteJson(SimulateReport.Of(result, wall), Json.Lines.SimulateReport);
            if (result.Violations.Count > 0)
                return Failed(result, wall);
            if (!request.Json)
                Terminal.WriteLine(Text($"seed {seed}: {result.Completed} of {result.Fetches.Count} fetched, every invariant held, trace {result.TraceHash}"));
            if (seed == last)
                return ExitCodes.Done;
        }
    }

    private int Failed(ScenarioResult result, TimeSpan wall)
    {
        var violation = result.Violations[0];
        if (!request.Json)
            AnsiConsole.Console.Write(SimulateView.Table(result, wall));
        Terminal.WriteErrorLine(
            $"cjp2p simulate: seed {Text($"{result.Seed}")} fails ({violation.Invariant}); the same again: "
            + request.Command(result.Seed, Text($" --stop-at-step {violation.Step}")));

        var (smaller, seed, tries) = ScenarioShrinker.Shrink(request.Scenario, result.Seed, FailsFrom, TriesMax);
        if (ReferenceEquals(smaller, request.Scenario))
        {
            Terminal.WriteErrorLine(Text($"cjp2p simulate: no smaller scenario fails in the same way ({tries} tried)"));
            return ExitCodes.Failed;
        }

        var file = request.Shrunk ?? Text($"{request.Scenario.Name}-{result.Seed}.conf");
        Files.Write(file, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(Text($"# Fails from seed {seed}: {violation.Invariant}. Shrunk from {request.Scenario.Name}, seed {result.Seed}.\n"));
            writer.Write(ScenarioFile.Write(smaller));
        });
        Terminal.WriteErrorLine(
            Text($"cjp2p simulate: a smaller one fails in the same way ({tries} tried): {Amounts.Count(smaller.Peers, "peer")}, ")
            + Text($"{Amounts.Count(smaller.Groups.Length, "group")}, {Amounts.Count(smaller.Faults.Length, "fault")}; ")
            + Text($"play it with: cjp2p simulate --scenario {file} --seed {seed}"));
        return ExitCodes.Failed;

        ulong? FailsFrom(Scenario candidate, ulong first)
        {
            for (var i = 0UL; i < SeedsEach; i++)
            {
                var (tried, _) = Play(candidate, first + i, Text($"shrinking: {candidate.Peers} peers, {candidate.Faults.Length} faults  "));
                if (tried.Violations.Any(one => one.Invariant == violation.Invariant))
                    return first + i;
            }

            return null;
        }
    }

    private (ScenarioResult Result, TimeSpan Wall) Play(Scenario scenario, ulong seed, string title)
    {
        using var run = new ScenarioRun(scenario, seed);
        var wall = runner.Play(run, null, title);
        return (run.Finish(), wall);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
