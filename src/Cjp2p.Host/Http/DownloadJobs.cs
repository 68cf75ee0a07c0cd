using System.Collections.Concurrent;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Http;

/// <summary>
/// Downloads that were started through the API, and how the last hundred of them ended. The node bounds how many run at the
/// same time. Thread-safe.
/// </summary>
internal sealed class DownloadJobs(TimeProvider time)
{
    /// <summary>Ended downloads that are remembered.</summary>
    public const int EndedMax = 100;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<(ContentId Id, string Path), Task<EndedDownload>> _running = [];
    private readonly List<EndedDownload> _ended = [];

    /// <summary>The ended ones, the last one first.</summary>
    public EndedDownload[] Ended
    {
        get
        {
            lock (_lock)
                return [.. _ended.AsEnumerable().Reverse()];
        }
    }

    /// <summary>Starts a download, or joins one to the same place that was started here.</summary>
    public Task<EndedDownload> Start(Cjp2pNode node, ContentId id, string path, IReadOnlyCollection<PeerAddress> peers)
    {
        lock (_lock)
        {
            if (_running.TryGetValue((id, path), out var known))
                return known;
            _ended.RemoveAll(ended => ended.Id == id && ended.Path == path);
            var job = RunAsync(node, id, path, peers);
            if (!job.IsCompleted)
                _running[(id, path)] = job;
            return job;
        }
    }

    /// <summary>Whether a download that was started here runs still.</summary>
    /// <param name="id">The content.</param>
    /// <param name="path">Only one to this place; null: any.</param>
    public bool IsRunning(ContentId id, string? path = null) => FindRunning(id, path) is not null;

    /// <summary>How a download that was started here ended; null: it has not, or is not known.</summary>
    /// <param name="id">The content.</param>
    /// <param name="path">Only one to this place; null: the last one.</param>
    public EndedDownload? Find(ContentId id, string? path = null)
    {
        lock (_lock)
            return _ended.FindLast(ended => ended.Id == id && (path is null || ended.Path == path));
    }

    /// <summary>Waits until a download that was started here ends, or for so long.</summary>
    public async Task WaitAsync(ContentId id, string? path, TimeSpan most, CancellationToken cancelled)
    {
        if (FindRunning(id, path) is not { } job)
            return;
        try
        {
            await job.WaitAsync(most, time, cancelled).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It goes on.
        }
    }

    private Task<EndedDownload>? FindRunning(ContentId id, string? path) =>
        _running.FirstOrDefault(one => one.Key.Id == id && (path is null || one.Key.Path == path)).Value;

    private async Task<EndedDownload> RunAsync(Cjp2pNode node, ContentId id, string path, IReadOnlyCollection<PeerAddress> peers)
    {
        // Not under the caller's lock.
        await Task.Yield();
        var start = time.GetTimestamp();
        EndedDownload ended;
        try
        {
            var finished = await node.DownloadAsync(id, path, peers).ConfigureAwait(false);
            ended = new EndedDownload(
                id, finished.TargetPath, time.GetUtcNow(), true, null, finished.LengthBytes, finished.FetchedBytes,
                Math.Round(time.GetElapsedTime(start).TotalSeconds, 3), finished.Sources);
        }
        catch (Exception e) when (e is NodeException or OperationCanceledException)
        {
            ended = new EndedDownload(
                id, path, time.GetUtcNow(), false, e.Message, -1, 0, Math.Round(time.GetElapsedTime(start).TotalSeconds, 3), []);
        }

        lock (_lock)
        {
            _ended.Add(ended);
            if (_ended.Count > EndedMax)
                _ended.RemoveAt(0);
            _running.TryRemove((id, path), out _);
        }

        return ended;
    }
}
