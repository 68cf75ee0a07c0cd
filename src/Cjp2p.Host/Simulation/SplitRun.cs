using System.Globalization;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Simulation;

/// <summary>A world in slices: <c>simulate --threads</c> plays them all here, and <c>--cluster</c> in several processes.</summary>
internal static class SplitRun
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    /// <summary>Plays the world in this process.</summary>
    /// <param name="request">What is played.</param>
    /// <param name="threads">Slices, which play at the same time.</param>
    /// <param name="cancelled">The user wants no more.</param>
    public static async Task<ScenarioResult> PlayHereAsync(SimulateRequest request, int threads, CancellationToken cancelled)
    {
        CheckWindow(request.Scenario);
        using var slices = await SlicesOnThreads.BuildAsync(request.Scenario, request.Seed, threads).ConfigureAwait(false);
        return await DriveAsync(request, slices, cancelled).ConfigureAwait(false);
    }

    /// <summary>Says in one line why a world cannot be cut.</summary>
    public static void CheckWindow(Scenario scenario)
    {
        try
        {
            SlicedScenario.Window(scenario);
        }
        catch (ScenarioException e)
        {
            throw UserException.Failed($"{scenario.Name}: {e.Key}: {e.Line}");
        }
    }

    /// <summary>Drives all slices of the world to its end, and tells how far it is.</summary>
    public static async Task<ScenarioResult> DriveAsync(
        SimulateRequest request, IScenarioSlices slices, CancellationToken cancelled)
    {
        var run = new SlicedScenario(request.Scenario, request.Seed, slices);
        var began = TimeProvider.System.GetTimestamp();
        var toldAt = TimeSpan.Zero;
        var result = await run.RunAsync(() =>
        {
            cancelled.ThrowIfCancellationRequested();
            var wall = TimeProvider.System.GetElapsedTime(began);
            if (request.Json || wall < toldAt + TellEvery)
                return;
            toldAt = wall;
            Terminal.WriteErrorLine(Line(run, wall));
        }).ConfigureAwait(false);
        if (!request.Json)
            Terminal.WriteErrorLine(Line(run, TimeProvider.System.GetElapsedTime(began)));
        return result;
    }

    private static string Line(SlicedScenario run, TimeSpan wall) => string.Create(
        CultureInfo.InvariantCulture,
        $"{run.Looks.Sum(look => look.Completed):#,0} of {run.Looks.Sum(look => look.Fetches):#,0} fetched  {Amounts.Clock(run.Now)} virtual in {Amounts.Clock(wall)}");
}
