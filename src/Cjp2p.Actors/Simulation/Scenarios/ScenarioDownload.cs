using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A fetch in play.</summary>
internal sealed class ScenarioDownload(ScenarioNode node, string content, SimContent what, TimeSpan at)
{
    private long _fetchedBefore;
    private long _fetchedNow;
    private DownloadPhase _phase;

    public ScenarioNode Node { get; } = node;

    public string Content { get; } = content;

    public SimContent What { get; } = what;

    public TimeSpan At { get; set; } = at;

    public string Path { get; } = $"{ScenarioNode.SharedFolder}/{content}";

    public TimeSpan? From { get; private set; }

    public TimeSpan? Until { get; private set; }

    public long DoneBytes { get; private set; }

    public int Starts { get; private set; }

    public string Why { get; set; } = "";

    /// <summary>When bytes were last gained or lost, or the reason why there are none changed.</summary>
    public TimeSpan MovedAt { get; private set; }

    /// <summary>The node has been asked for it, and has not said that it ended.</summary>
    public bool IsRunning { get; set; }

    public bool IsDone => Until is not null;

    public long FetchedBytes => _fetchedBefore + _fetchedNow;

    public double DonePart => IsDone || What.Bytes.Length == 0 ? (IsDone ? 1 : 0) : (double)DoneBytes / What.Bytes.Length;

    /// <summary>What arrived and was thrown away, duplicates and what crashes lost included.</summary>
    public long WastedBytes => Math.Max(0, FetchedBytes - DoneBytes);

    public void Started(TimeSpan now)
    {
        From ??= now;
        Starts++;
        IsRunning = true;
        MovedAt = now;
        (_fetchedBefore, _fetchedNow) = (FetchedBytes, 0);
    }

    public void Progressed(TimeSpan now, DownloadProtocol.Progress progress)
    {
        if (DoneBytes != progress.DoneBytes || Why != progress.Why || _phase != progress.Phase)
            MovedAt = now;
        _phase = progress.Phase;
        (DoneBytes, _fetchedNow, Why) = (progress.DoneBytes, progress.FetchedBytes, progress.Why);
    }

    public void Finished(TimeSpan now, DownloadProtocol.Finished finished)
    {
        IsRunning = false;
        (Until, DoneBytes, _fetchedNow, Why) = (now, finished.LengthBytes, finished.FetchedBytes, "");
    }

    public void Counted(long doneBytes) => DoneBytes = _fetchedNow = doneBytes;

    public void Completed(TimeSpan now)
    {
        IsRunning = false;
        (Until, DoneBytes, _fetchedNow) = (now, What.Bytes.Length, What.Bytes.Length);
    }

    public ScenarioFetch Result() =>
        new(Node.Machine.Number, Content, From, Until, What.Bytes.Length, DoneBytes, FetchedBytes, Starts, Why);
}
