using System.Security.Cryptography;
using Akka.Actor;
using Cjp2p.Actors.Content;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>A download of a node of ours, as its user sees it.</summary>
internal sealed class DownloadWatch
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<DownloadProtocol.IEvent> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(Func<DownloadProtocol.Progress, bool> Like, TaskCompletionSource<DownloadProtocol.Progress> Seen)> _waiting = [];
    private readonly DownloadProtocol.StartDownload _start;
    private DownloadProtocol.Progress? _last;

    private DownloadWatch(DownloadProtocol.StartDownload start) => _start = start;

    /// <summary>Whether it has ended, one way or the other.</summary>
    public bool IsOver => _ended.Task.IsCompleted;

    /// <summary>Where the content shall be.</summary>
    public string TargetPath => _start.TargetPath;

    /// <summary>What the node told last.</summary>
    public DownloadProtocol.Progress? Last
    {
        get { lock (_lock) return _last; }
    }

    public static DownloadWatch Start(ActorSystem system, IActorRef node, DownloadProtocol.StartDownload start)
    {
        var watch = new DownloadWatch(start);
        node.Tell(start, system.ActorOf(Props.Create(() => new Listener(watch))));
        return watch;
    }

    /// <summary>Ends when the content is verified and in place, which it checks again by itself.</summary>
    public async Task<DownloadProtocol.Finished> FinishedAsync(TimeSpan? patience = null)
    {
        DownloadProtocol.IEvent end;
        try
        {
            end = await _ended.Task.WaitAsync(patience ?? InteropWorld.Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"not finished: {Last}", e);
        }

        var finished = Assert.IsType<DownloadProtocol.Finished>(end);
        var bytes = await File.ReadAllBytesAsync(finished.TargetPath);
        Assert.Equal(_start.Id.ToString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return finished;
    }

    /// <summary>Ends when the download has failed.</summary>
    public async Task<string> FailedAsync() =>
        Assert.IsType<DownloadProtocol.Failed>(await _ended.Task.WaitAsync(InteropWorld.Patience)).Reason;

    /// <summary>Ends at the next progress like that; fails when the download ends before.</summary>
    public async Task<DownloadProtocol.Progress> WhenAsync(Func<DownloadProtocol.Progress, bool> like)
    {
        var seen = new TaskCompletionSource<DownloadProtocol.Progress>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _waiting.Add((like, seen));
        var first = await Task.WhenAny(seen.Task, _ended.Task).WaitAsync(InteropWorld.Patience)
            .ContinueWith(which => which.IsCompletedSuccessfully ? which.Result : throw new TimeoutException($"not seen: {Last}"),
                TaskScheduler.Default);
        return first == seen.Task ? await seen.Task : throw new InvalidOperationException($"The download ended: {await _ended.Task}");
    }

    /// <summary>The next progress that the node tells of.</summary>
    public Task<DownloadProtocol.Progress> NextAsync() => WhenAsync(_ => true);

    private void Take(object message)
    {
        switch (message)
        {
            case DownloadProtocol.Progress progress:
                lock (_lock)
                {
                    _last = progress;
                    _waiting.RemoveAll(waiting => waiting.Like(progress) && waiting.Seen.TrySetResult(progress));
                }

                break;
            case DownloadProtocol.IEvent end:
                _ended.TrySetResult(end);
                break;
        }
    }

    private sealed class Listener(DownloadWatch watch) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            watch.Take(message);
            if (watch.IsOver)
                Context.Stop(Self);
        }
    }
}
