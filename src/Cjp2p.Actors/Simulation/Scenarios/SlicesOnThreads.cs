using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>
/// All slices of a world in this process, each on a thread of its own, the first on that of whoever asks. There are no windows: a slice
/// goes on as long as it is less than a window ahead of each of the others, and takes what they send while they play.
/// </summary>
/// <remarks>
/// Every slice says up to which moment it has played (<see cref="Played"/>). What it sends afterwards arrives a window later at the
/// earliest, so the others can play up to there once they have taken what it had sent before. Who has to wait does not sleep:
/// it would be woken thousands of times for each second.
/// </remarks>
public sealed class SlicesOnThreads : IScenarioSlices, IDisposable
{
    /// <summary>Turns of a thread that waits before it begins to sleep for a millisecond at a time: the run is being looked at, or over.</summary>
    private const int TurnsBeforeSleep = 20_000;

    private readonly ScenarioRun[] _runs;
    private readonly long _windowTicks;
    private readonly Played[] _played;
    private readonly SliceLook[] _looks;
    private readonly ExceptionDispatchInfo?[] _failures;
    private readonly Thread[] _threads;
    private TimeSpan _until;
    private bool _ends;
    private bool _stops;
    private int _round;
    private int _busy;

    private SlicesOnThreads(Scenario scenario, ScenarioRun[] runs)
    {
        _runs = runs;
        _windowTicks = SlicedScenario.Window(scenario).Ticks;
        _played = new Played[runs.Length];
        _looks = new SliceLook[runs.Length];
        _failures = new ExceptionDispatchInfo?[runs.Length];
        _threads = [.. Enumerable.Range(1, runs.Length - 1).Select(slice => new Thread(() => Serve(slice)) { IsBackground = true, Name = $"slice {slice}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>The slices, by number.</summary>
    internal IReadOnlyList<ScenarioRun> Runs => _runs;

    /// <summary>Threads of its own that run.</summary>
    internal int ThreadsAlive => _threads.Count(thread => thread.IsAlive);

    /// <summary>Builds all slices of a world, at the same time.</summary>
    /// <param name="scenario">What is played.</param>
    /// <param name="seed">From which seed.</param>
    /// <param name="slices">Slices in all, from 1.</param>
    /// <exception cref="ScenarioException">It cannot be cut.</exception>
    public static async Task<SlicesOnThreads> BuildAsync(Scenario scenario, ulong seed, int slices)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slices, 1);
        SlicedScenario.Window(scenario);
        return new SlicesOnThreads(scenario, await Task.WhenAll(Enumerable.Range(0, slices).Select(number => Task.Run(() =>
            new ScenarioRun(scenario, seed, new ScenarioSettings { Slice = new ScenarioSlice(number, slices) })))).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SliceReport>> AdvanceAsync(TimeSpan until, bool ends = false)
    {
        (_until, _ends) = (until, ends);
        Volatile.Write(ref _busy, _threads.Length);
        Interlocked.Increment(ref _round);
        Play(0);
        var waiting = default(SpinWait);
        while (Volatile.Read(ref _busy) > 0)
            waiting.SpinOnce(TurnsBeforeSleep);
        Array.Find(_failures, failure => failure is not null)?.Throw();
        for (var i = 0; i < _runs.Length; i++)
            TakeMail(i);
        return Task.FromResult<IReadOnlyList<SliceReport>>([.. _runs.Select((run, i) =>
            new SliceReport { NextDue = run.World.Scheduler.NextDue, Phase = run.Phase, Mail = [], Look = _looks[i] })]);
    }

    /// <inheritdoc/>
    public Task<SliceResult[]> FinishAsync(IReadOnlyList<string> reachable) =>
        Task.WhenAll(_runs.Select(run => Task.Run(() => run.SliceResult(reachable))));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stops)
            return;
        _stops = true;
        Interlocked.Increment(ref _round);
        foreach (var thread in _threads)
            thread.Join();
        foreach (var run in _runs)
            run.Dispose();
    }

    private void Serve(int slice)
    {
        for (var round = 1; ; round++)
        {
            var waiting = default(SpinWait);
            while (Volatile.Read(ref _round) < round)
                waiting.SpinOnce(TurnsBeforeSleep);
            if (_stops)
                return;
            Play(slice);
            Interlocked.Decrement(ref _busy);
        }
    }

    private void Play(int slice)
    {
        try
        {
            PlayRound(slice);
        }
        catch (Exception cause)
        {
            _failures[slice] = ExceptionDispatchInfo.Capture(cause);
            // Nobody is to wait for it.
            Volatile.Write(ref _played[slice].Ticks, _until.Ticks);
        }
    }

    private void PlayRound(int slice)
    {
        var run = _runs[slice];
        ref var played = ref _played[slice].Ticks;
        var waiting = default(SpinWait);
        while (played < _until.Ticks)
        {
            var limit = Limit(slice);
            if (limit <= played)
            {
                waiting.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            // After the limit was read: what the others sent before it is there.
            TakeMail(slice);
            run.Play(new TimeSpan(limit), () => Tell(slice, limit));
            Volatile.Write(ref played, limit);
            waiting.Reset();
        }

        if (_ends)
            run.End();
        _looks[slice] = run.Look();
    }

    /// <summary>The moment before which nothing arrives any more that the slice has not been sent yet.</summary>
    private long Limit(int slice)
    {
        var limit = _until.Ticks;
        for (var i = 0; i < _played.Length; i++)
        {
            if (i != slice)
                limit = Math.Min(limit, Volatile.Read(ref _played[i].Ticks) + _windowTicks);
        }

        return limit;
    }

    private void TakeMail(int slice)
    {
        for (var i = 0; i < _runs.Length; i++)
        {
            if (i != slice && _runs[i].World.Network.Slicing!.Take(slice) is { } mail)
                _runs[slice].World.Network.Import(mail.Datagrams.Span);
        }
    }

    private void Tell(int slice, long limit)
    {
        var next = _runs[slice].World.Scheduler.TryPeek(out var dueTicks) ? Math.Min(dueTicks, limit) : limit;
        Volatile.Write(ref _played[slice].Ticks, next);
    }

    /// <summary>Everything before this tick has happened in a slice, on a cache line of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Played
    {
        [FieldOffset(64)]
        internal long Ticks;
    }
}
