using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation;

/// <summary>Where a run is to be paused: at a virtual time, or at the first failure.</summary>
/// <param name="Time">The time; null: the first failure.</param>
internal sealed record PauseAt(TimeSpan? Time)
{
    /// <summary>Reads the value of <c>--pause-at</c>.</summary>
    public static bool TryParse(string text, out PauseAt pause)
    {
        pause = new PauseAt((TimeSpan?)null);
        if (text == "failure")
            return true;
        if (!ScenarioValues.TryTime(text, out var time) && !(ScenarioValues.TryNumber(text, out var seconds)
            && seconds is >= 0 and < 1e9 && ScenarioValues.TryTime(text + "s", out time)))
            return false;
        pause = new PauseAt(time);
        return time >= TimeSpan.Zero;
    }

    /// <summary>Whether a run is there.</summary>
    public bool IsReached(ScenarioRun run) => Time is { } time ? run.World.Now >= time : run.Troubles > 0;
}
