using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Output;
using Spectre.Console;

namespace Cjp2p.Host.Simulation;

/// <summary>Plays runs, and shows on standard error how they go.</summary>
internal sealed class SimulateRunner(bool quiet, CancellationToken cancelled)
{
    private const long StepsAtOnce = 2000;
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    /// <summary>Plays a run to its end, or to a step.</summary>
    /// <param name="run">The run.</param>
    /// <param name="stopAtStep">Where to stop; null: at its end.</param>
    /// <param name="pause">Where to stop besides; null: nowhere.</param>
    /// <param name="title">What to show before the line, or empty.</param>
    /// <returns>How long it took.</returns>
    public TimeSpan Play(ScenarioRun run, long? stopAtStep = null, string title = "", PauseAt? pause = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        TimeSpan Wall() => TimeProvider.System.GetElapsedTime(start);
        bool Next()
        {
            cancelled.ThrowIfCancellationRequested();
            if (pause is not null)
                return !pause.IsReached(run) && run.Advance(StepsAtOnce, pause.Time, stopAtTrouble: pause.Time is null);
            return stopAtStep is { } stop
                ? run.World.Steps < stop && run.Advance(Math.Min(StepsAtOnce, stop - run.World.Steps))
                : run.Advance(StepsAtOnce);
        }

        if (quiet || !Terminal.CanDrawError)
        {
            var toldAt = TellEvery;
            while (Next())
            {
                if (quiet || Wall() < toldAt)
                    continue;
                toldAt = Wall() + TellEvery;
                Terminal.WriteErrorLine(title + SimulateView.Line(run, Wall(), int.MaxValue, unicode: false));
            }

            return Wall();
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Live(Text.Empty).AutoClear(true).Start(context =>
        {
            var drawAt = DrawEvery;
            while (Next())
            {
                if (Wall() < drawAt)
                    continue;
                Terminal.FitWidth(console);
                context.UpdateTarget(new Text(title + SimulateView.Line(
                    run, Wall(), console.Profile.Width - title.Length, console.Profile.Capabilities.Unicode)));
                drawAt = Wall() + DrawEvery;
            }
        });
        return Wall();
    }
}
