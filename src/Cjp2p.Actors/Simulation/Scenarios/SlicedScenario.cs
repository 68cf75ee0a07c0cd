using System.Globalization;
using Cjp2p.Actors.Simulation.Invariants;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>
/// Plays a scenario in slices, each a world of its own, in windows of virtual time that are no longer than the smallest
/// delay of a link: what a slice sends in a window cannot arrive in another before the window ends, so that all slices can
/// play it at the same time. The outcome is the same for any number of slices, one included.
/// </summary>
/// <remarks>
/// The order of events does not depend on the cut (<c>SimSlicing</c>), and whether the run is over is looked at at fixed
/// moments, every <see cref="LookEvery"/>. Where nothing happens no window is spent: each begins at the next event.
/// </remarks>
public sealed class SlicedScenario
{
    /// <summary>Virtual time between two looks at whether the run is over.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly Scenario _scenario;
    private readonly ulong _seed;
    private readonly IReadOnlyList<IScenarioSlice> _slices;
    private readonly TimeSpan _window;
    private readonly List<ReadOnlyMemory<byte>>[] _mail;
    private readonly TimeSpan?[] _next;
    private SliceReport[] _reports = [];
    private TimeSpan _now;

    /// <param name="scenario">What is played.</param>
    /// <param name="seed">From which seed.</param>
    /// <param name="slices">All slices of it, by number.</param>
    /// <exception cref="ScenarioException">It cannot be cut.</exception>
    public SlicedScenario(Scenario scenario, ulong seed, IReadOnlyList<IScenarioSlice> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        (_scenario, _seed, _slices, _window) = (scenario, seed, slices, Window(scenario));
        _mail = [.. slices.Select(_ => new List<ReadOnlyMemory<byte>>())];
        _next = new TimeSpan?[slices.Count];
    }

    /// <summary>Windows played so far.</summary>
    public long Windows { get; private set; }

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
        await AdvanceAsync(TimeSpan.Zero, looks: true).ConfigureAwait(false);
        while (!IsOver)
        {
            var next = Next();
            var look = NextLook(_now);
            if (next >= look)
            {
                // Nothing happens before it: what is seen now is what would be seen then.
                if (Windows == 0 || !HasLooked)
                    await AdvanceAsync(look, looks: true).ConfigureAwait(false);
                if (IsOver || next == TimeSpan.MaxValue)
                    break;
                if (ShouldEnd())
                {
                    await EndAsync().ConfigureAwait(false);
                    break;
                }

                look = NextLook(next);
            }

            var until = next > look - _window ? look : next + _window;
            await AdvanceAsync(until, looks: until == look).ConfigureAwait(false);
            if (until == look && !IsOver)
            {
                looked?.Invoke();
                if (ShouldEnd())
                    await EndAsync().ConfigureAwait(false);
            }
        }

        var reachable = Looks.SelectMany(one => one.Has).Distinct().Order(StringComparer.Ordinal).ToArray();
        return Merge(await Task.WhenAll(_slices.Select(slice => slice.FinishAsync(reachable))).ConfigureAwait(false));
    }

    private bool IsOver => Array.Exists(_reports, report => report.Phase == ScenarioPhase.Over);

    private bool HasLooked => Array.TrueForAll(_reports, report => report.Look is not null);

    private static TimeSpan NextLook(TimeSpan at) => new(((at.Ticks / LookEvery.Ticks) + 1) * LookEvery.Ticks);

    private TimeSpan Next()
    {
        var next = TimeSpan.MaxValue;
        foreach (var one in _next)
        {
            if (one < next)
                next = one.Value;
        }

        return next;
    }

    private async Task AdvanceAsync(TimeSpan until, bool looks, bool ends = false)
    {
        var steps = _mail.Select(mail => new SliceStep(until, [.. mail], looks, ends)).ToArray();
        foreach (var mail in _mail)
            mail.Clear();
        // The first comes last: in one process it is played on this thread.
        var played = new Task<SliceReport>[steps.Length];
        for (var i = steps.Length - 1; i >= 0; i--)
            played[i] = NeedNotPlay(i, steps[i]) ? Task.FromResult(_reports[i] with { Mail = [] }) : _slices[i].AdvanceAsync(steps[i]);
        _reports = await Task.WhenAll(played).ConfigureAwait(false);
        Windows++;
        _now = until;
        for (var i = 0; i < _reports.Length; i++)
            _next[i] = _reports[i].NextDue;
        foreach (var mail in _reports.SelectMany(report => report.Mail))
        {
            _mail[mail.To].Add(mail.Datagrams);
            if (_next[mail.To] is not { } next || mail.Earliest < next)
                _next[mail.To] = mail.Earliest;
        }

        if (looks)
            Looks = [.. _reports.Select(report => report.Look!)];
    }

    /// <summary>Nothing happens in that slice in this window, and nobody asks: its clock catches up with its next one.</summary>
    private bool NeedNotPlay(int slice, SliceStep step) =>
        Windows > 0 && !step.Looks && !step.Ends && step.Mail.IsEmpty && (_next[slice] ?? TimeSpan.MaxValue) >= step.Until;

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

    private Task EndAsync() => AdvanceAsync(_now, looks: true, ends: true);

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
