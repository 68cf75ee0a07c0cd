using System.Globalization;
using Cjp2p.Actors.Simulation.Invariants;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>
/// Plays a scenario in slices, each a world of its own. What leaves a host cannot arrive in another slice before a window of virtual
/// time, the smallest delay of a link, has passed, so that all slices can play for as long as they keep that close to each other
/// (<see cref="IScenarioSlices"/>). The outcome is the same for any number of slices, one included.
/// </summary>
/// <remarks>
/// The order of events does not depend on the cut (<c>SimSlicing</c>), and whether the run is over is looked at at fixed
/// moments, every <see cref="LookEvery"/>.
/// </remarks>
public sealed class SlicedScenario
{
    /// <summary>Virtual time between two looks at whether the run is over.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly Scenario _scenario;
    private readonly ulong _seed;
    private readonly IScenarioSlices _slices;
    private IReadOnlyList<SliceReport> _reports = [];
    private TimeSpan _now;

    /// <param name="scenario">What is played.</param>
    /// <param name="seed">From which seed.</param>
    /// <param name="slices">All slices of it.</param>
    public SlicedScenario(Scenario scenario, ulong seed, IScenarioSlices slices) => (_scenario, _seed, _slices) = (scenario, seed, slices);

    /// <summary>Virtual time so far.</summary>
    public TimeSpan Now => _now;

    /// <summary>How things stood when they were last looked at, by slice.</summary>
    public IReadOnlyList<SliceLook> Looks { get; private set; } = [];

    /// <summary>The length of a window: the smallest time that a datagram needs to leave a host.</summary>
    /// <exception cref="ScenarioException">A link has no delay.</exception>
    public static TimeSpan Window(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var window = TimeSpan.MaxValue;
        foreach (var group in scenario.Groups)
        {
            var up = group.Link.Up;
            // The bell is cut off at half of the latency; see LinkModel.
            var least = up.Jitter > TimeSpan.Zero && up.JitterShape == JitterShape.Normal ? up.Latency / 2 : up.Latency;
            if (least <= TimeSpan.Zero)
                throw new ScenarioException($"groups.{group.Name}.link", "a world is cut where links have a delay: this one has none");
            if (least < window)
                window = least;
        }

        return window;
    }

    /// <summary>Plays it to its end.</summary>
    /// <param name="looked">Called after each look, or null.</param>
    public async Task<ScenarioResult> RunAsync(Action? looked = null)
    {
        await AdvanceAsync(TimeSpan.Zero).ConfigureAwait(false);
        while (!IsOver)
        {
            // Nothing happens before the next event: what is seen now is what would be seen at every look until then.
            if (Next() is not { } next)
                break;
            await AdvanceAsync(NextLook(next > _now ? next : _now)).ConfigureAwait(false);
            if (IsOver)
                break;
            looked?.Invoke();
            if (!ShouldEnd())
                continue;
            await AdvanceAsync(_now, ends: true).ConfigureAwait(false);
            break;
        }

        var reachable = Looks.SelectMany(one => one.Has).Distinct().Order(StringComparer.Ordinal).ToArray();
        return Merge(await _slices.FinishAsync(reachable).ConfigureAwait(false));
    }

    private bool IsOver => _reports.Any(report => report.Phase == ScenarioPhase.Over);

    private static TimeSpan NextLook(TimeSpan at) => new(((at.Ticks / LookEvery.Ticks) + 1) * LookEvery.Ticks);

    private TimeSpan? Next() => _reports.Min(report => report.NextDue);

    private async Task AdvanceAsync(TimeSpan until, bool ends = false)
    {
        _reports = await _slices.AdvanceAsync(until, ends).ConfigureAwait(false);
        _now = until;
        Looks = [.. _reports.Select(report => report.Look!)];
    }

    private bool ShouldEnd()
    {
        if (!Looks.All(look => look.IsQuiet))
            return false;
        if (Looks.All(look => look.Completed == look.Fetches))
            return true;
        if (_reports[0].Phase != ScenarioPhase.Liveness)
            return false;
        var reachable = Looks.SelectMany(look => look.Has).ToHashSet(StringComparer.Ordinal);
        return !Looks.Any(look => look.Wants.Any(reachable.Contains));
    }

    private ScenarioResult Merge(SliceResult[] parts)
    {
        var fetches = parts.SelectMany(part => part.Fetches).OrderBy(fetch => fetch.Node).ThenBy(fetch => fetch.Content, StringComparer.Ordinal).ToArray();
        var measures = parts.SelectMany(part => part.Measures).GroupBy(pair => pair.Key)
            .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value));
        var wasted = fetches.Sum(fetch => Math.Max(0, fetch.FetchedBytes - fetch.DoneBytes));
        var fetched = fetches.Sum(fetch => fetch.FetchedBytes);
        measures[ScenarioMeasure.Completed] = fetches.Length == 0 ? 1 : (double)fetches.Count(fetch => fetch.Until is not null) / fetches.Length;
        measures[ScenarioMeasure.Waste] = fetched == wasted ? 0 : (double)wasted / (fetched - wasted);
        var last = parts[0];
        var violations = parts.SelectMany(part => part.Violations).OrderBy(violation => violation.At).ToList();
        if (IsOver)
        {
            violations.AddRange(ScenarioRun.Disappointments(_scenario, measures)
                .Select(what => new SimViolation("expectation", last.VirtualTime, last.Steps, what)));
        }

        var hash = SimSlicing.Combine(parts.SelectMany(part => part.Hashes).OrderBy(pair => pair.Key).Select(pair => pair.Value));
        return new ScenarioResult
        {
            Scenario = _scenario,
            Seed = _seed,
            TraceHash = hash.ToString("x16", CultureInfo.InvariantCulture),
            VirtualTime = last.VirtualTime,
            SafetyEnded = last.SafetyEnded,
            Steps = parts.Sum(part => part.Steps),
            Delivered = parts.Sum(part => part.Delivered),
            Dropped = parts.Sum(part => part.Dropped),
            DroppedFor =
            [
                .. parts.SelectMany(part => part.DroppedFor).GroupBy(pair => pair.Key).OrderBy(group => group.Key)
                    .Select(group => KeyValuePair.Create(group.Key, group.Sum(pair => pair.Value))),
            ],
            Measures = measures,
            Violations = violations,
            Fetches = fetches,
            Peers = [.. parts.SelectMany(part => part.Peers).OrderBy(peer => peer.Number)],
            Flows = [],
            Samples = [],
            Events = last.Events,
            Checkpoints = [],
        };
    }
}
