using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Commands;

/// <summary>What is known of a running download. Told by the node's threads, read by the one that draws.</summary>
internal sealed class GetProgress(ContentId id) : IProgress<DownloadProtocol.Progress>
{
    private const string Disk = "the disk: ";
    private readonly TaskCompletionSource<string> _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile DownloadProtocol.Progress? _last;

    /// <summary>The last news; null before the first.</summary>
    public DownloadProtocol.Progress? Last => _last;

    /// <summary>
    /// Ends, with the reason, when the file cannot be written. A node waits until it can; who waits at a terminal has
    /// to free the disk first.
    /// </summary>
    public Task<string> WhenPaused => _paused.Task;

    /// <summary>Why there is no progress, in words.</summary>
    public string Why => _last switch
    {
        null => "the node has not begun",
        { Why.Length: > 0 } last => last.Why,
        { LengthBytes: < 0 } last => SearchOutcome.Describe(last.Asked, last.Answered, last.Unreachable),
        { Phase: DownloadPhase.Verifying } => "its hash is being checked",
        _ => "it is still being fetched",
    };

    /// <summary>Asks the node once more: reports come a few times a second only.</summary>
    public async Task RefreshAsync(Cjp2pNode node)
    {
        try
        {
            var status = await node.StatusAsync().ConfigureAwait(false);
            if (status.Downloads?.Running.FirstOrDefault(one => one.Id == id) is { } now)
                Report(now);
        }
        catch (NodeException)
        {
            // Then the last report has to do.
        }
    }

    public void Report(DownloadProtocol.Progress value)
    {
        _last = value;
        // The reason outlasts the phase: by the time that a report is due, the node may be trying again.
        var isDisk = value.Why.StartsWith(Disk, StringComparison.Ordinal);
        if (isDisk || value.Phase == DownloadPhase.Paused)
            _paused.TrySetResult(isDisk ? value.Why[Disk.Length..] : value.Why);
    }
}
