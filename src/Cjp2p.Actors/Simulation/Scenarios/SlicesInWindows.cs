namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>
/// Slices that are asked for one window of virtual time after the other, as those in other processes are. What they sent in a window
/// is handed over at its end. Where nothing happens no window is spent: each begins at the next event.
/// </summary>
public sealed class SlicesInWindows : IScenarioSlices
{
    private readonly IReadOnlyList<IScenarioSlice> _slices;
    private readonly TimeSpan _window;
    private readonly List<ReadOnlyMemory<byte>>[] _mail;
    private SliceReport[] _reports = [];

    /// <param name="scenario">What is played.</param>
    /// <param name="slices">All slices of it, by number.</param>
    /// <exception cref="ScenarioException">It cannot be cut.</exception>
    public SlicesInWindows(Scenario scenario, IReadOnlyList<IScenarioSlice> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        (_slices, _window) = (slices, SlicedScenario.Window(scenario));
        _mail = [.. slices.Select(_ => new List<ReadOnlyMemory<byte>>())];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SliceReport>> AdvanceAsync(TimeSpan until, bool ends = false)
    {
        while (_reports.Length > 0 && Next() is var next && next < until - _window)
            await PlayAsync(next + _window, looks: false, ends: false).ConfigureAwait(false);
        await PlayAsync(until, looks: true, ends).ConfigureAwait(false);
        return _reports;
    }

    /// <inheritdoc/>
    public Task<SliceResult[]> FinishAsync(IReadOnlyList<string> reachable) =>
        Task.WhenAll(_slices.Select(slice => slice.FinishAsync(reachable)));

    private TimeSpan Next() => _reports.Min(report => report.NextDue) ?? TimeSpan.MaxValue;

    private async Task PlayAsync(TimeSpan until, bool looks, bool ends)
    {
        var steps = _mail.Select(mail => new SliceStep(until, [.. mail], looks, ends)).ToArray();
        foreach (var mail in _mail)
            mail.Clear();
        _reports = await Task.WhenAll(steps.Select((step, i) =>
            NeedNotPlay(i, step) ? Task.FromResult(_reports[i] with { Mail = [] }) : _slices[i].AdvanceAsync(step))).ConfigureAwait(false);
        foreach (var mail in _reports.SelectMany(report => report.Mail).ToArray())
        {
            _mail[mail.To].Add(mail.Datagrams);
            if (_reports[mail.To].NextDue is not { } next || mail.Earliest < next)
                _reports[mail.To] = _reports[mail.To] with { NextDue = mail.Earliest };
        }
    }

    /// <summary>Nothing happens in that slice in this window, and nobody asks: its clock catches up with its next one.</summary>
    private bool NeedNotPlay(int slice, SliceStep step) =>
        _reports.Length > 0 && !step.Looks && step.Mail.IsEmpty && (_reports[slice].NextDue ?? TimeSpan.MaxValue) >= step.Until;
}
