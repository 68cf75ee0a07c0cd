using System.Globalization;
using Cjp2p.Actors.Content;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>Two processes of which one fetches from the other, as often as wanted. Whoever is compared is one of these.</summary>
internal sealed class ProcessPair : IAsyncDisposable
{
    private readonly ChildProcess _source;
    private readonly ChildProcess _fetcher;
    private readonly Usage _sourceIdle;
    private bool _wasUsed;

    private ProcessPair(ChildProcess source, ChildProcess fetcher, Usage sourceIdle)
    {
        _source = source;
        _fetcher = fetcher;
        _sourceIdle = sourceIdle;
    }

    /// <summary>A node that shares the file, and one that will fetch it.</summary>
    public static Task<ProcessPair> StartNodesAsync(TestFile file, string[] settings, CancellationToken cancel)
    {
        string[] set = [.. settings.SelectMany(setting => (string[])["--set", setting])];
        return StartAsync(
            [NodeChild.Seed, file.SourcePath, .. set],
            ready => [NodeChild.Fetch, ready[1], ready[0], .. set],
            ready => ready[1] == file.Sha256,
            cancel);
    }

    /// <summary>The same without a protocol.</summary>
    public static Task<ProcessPair> StartPlainUdpAsync(CancellationToken cancel) =>
        StartAsync([PlainUdpChild.Source], ready => [PlainUdpChild.Sink, ready[0]], _ => true, cancel);

    /// <summary>One fetch of content of that length into <paramref name="target"/>.</summary>
    public async Task<TransferRun> FetchAsync(string target, long lengthBytes, CancellationToken cancel)
    {
        // The first fetch of a process is charged with all that it did since it was started; later ones are not.
        var isCold = !_wasUsed;
        _wasUsed = true;
        var fetcherBefore = isCold ? default : await _fetcher.UsageAsync(cancel);
        var sourceBefore = isCold ? _sourceIdle : await _source.UsageAsync(cancel);
        _fetcher.Tell(ChildLines.Fetch, target);
        var done = await _fetcher.HearAsync(ChildLines.Done, cancel);
        var sinceStart = TimeProvider.System.GetElapsedTime(_fetcher.StartedAt);
        var source = await _source.UsageAsync(cancel) - sourceBefore;
        var fetcher = await _fetcher.UsageAsync(cancel) - fetcherBefore;
        return new TransferRun(
            isCold,
            lengthBytes,
            TimeSpan.FromTicks(long.Parse(done[0], CultureInfo.InvariantCulture)),
            sinceStart,
            source,
            fetcher,
            _source.PeakMemoryBytes,
            _fetcher.PeakMemoryBytes,
            long.Parse(done[1], CultureInfo.InvariantCulture),
            long.Parse(done[2], CultureInfo.InvariantCulture));
    }

    /// <summary>One fetch of as many datagrams as the content has chunks, without a protocol.</summary>
    public Task<TransferRun> FetchPlainAsync(long lengthBytes, CancellationToken cancel)
    {
        var chunks = (lengthBytes + SpanGeometry.DefaultChunkBytes - 1) / SpanGeometry.DefaultChunkBytes;
        return FetchAsync(chunks.ToString(CultureInfo.InvariantCulture), lengthBytes, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _fetcher.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static async Task<ProcessPair> StartAsync(
        string[] source, Func<string[], string[]> fetcher, Func<string[], bool> isRight, CancellationToken cancel)
    {
        var sourceProcess = ChildProcess.Start(source);
        try
        {
            var ready = await sourceProcess.HearAsync(ChildLines.Ready, cancel);
            if (!isRight(ready))
                throw new TransferException("The source does not share what it was told to.");
            var idle = await sourceProcess.UsageAsync(cancel);
            return new ProcessPair(sourceProcess, ChildProcess.Start(fetcher(ready)), idle);
        }
        catch
        {
            await sourceProcess.DisposeAsync();
            throw;
        }
    }
}
