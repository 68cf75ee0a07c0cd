using System.Globalization;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>Two processes of this program, see <see cref="ChildLines"/>, of which one fetches from the other.</summary>
internal sealed class ChildPair : ITransferPair
{
    private readonly ChildProcess _source;
    private readonly ChildProcess _fetcher;
    private readonly Usage _sourceIdle;
    private readonly long _lengthBytes;
    private bool _wasUsed;

    private ChildPair(ChildProcess source, ChildProcess fetcher, Usage sourceIdle, long lengthBytes)
    {
        _source = source;
        _fetcher = fetcher;
        _sourceIdle = sourceIdle;
        _lengthBytes = lengthBytes;
    }

    /// <summary>A node that shares the file, and one that will fetch it.</summary>
    public static async Task<ITransferPair> StartNodesAsync(TestFile file, string[] settings, CancellationToken cancel, bool looksInside = false)
    {
        string[] set = [.. settings.SelectMany(setting => (string[])["--set", setting])];
        return await StartAsync(
            [NodeChild.Seed, file.SourcePath, .. set],
            ready => ready[1] == file.Sha256
                ? [NodeChild.Fetch, ready[1], ready[0], .. set, .. looksInside ? [NodeChild.Look] : Array.Empty<string>()]
                : throw new TransferException("The source does not share what it was told to."),
            file.LengthBytes,
            cancel);
    }

    /// <summary>As many and as long datagrams, without a protocol, as for chunks of <paramref name="chunkBytes"/>.</summary>
    public static Task<ChildPair> StartPlainUdpAsync(long lengthBytes, int chunkBytes, CancellationToken cancel)
    {
        var chunk = chunkBytes.ToString(CultureInfo.InvariantCulture);
        return StartAsync([PlainUdpChild.Source, chunk], ready => [PlainUdpChild.Sink, ready[0], chunk], lengthBytes, cancel);
    }

    /// <inheritdoc/>
    public async Task<TransferRun> FetchAsync(string target, CancellationToken cancel)
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
            _lengthBytes,
            source.Processor,
            fetcher.Processor,
            _source.PeakMemoryBytes,
            _fetcher.PeakMemoryBytes)
        {
            Wall = TimeSpan.FromTicks(long.Parse(done[0], CultureInfo.InvariantCulture)),
            SinceStart = isCold ? sinceStart : null,
            Requests = long.Parse(done[1], CultureInfo.InvariantCulture),
            FetchedBytes = long.Parse(done[2], CultureInfo.InvariantCulture),
            SourceAllocatedBytes = source.AllocatedBytes,
            FetcherAllocatedBytes = fetcher.AllocatedBytes,
        };
    }

    /// <summary>One round of a pair without a protocol.</summary>
    public Task<TransferRun> FetchPlainAsync(CancellationToken cancel) =>
        FetchAsync(_lengthBytes.ToString(CultureInfo.InvariantCulture), cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _fetcher.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static async Task<ChildPair> StartAsync(
        string[] source, Func<string[], string[]> fetcher, long lengthBytes, CancellationToken cancel)
    {
        var sourceProcess = ChildProcess.Start(source);
        try
        {
            var ready = await sourceProcess.HearAsync(ChildLines.Ready, cancel);
            var idle = await sourceProcess.UsageAsync(cancel);
            return new ChildPair(sourceProcess, ChildProcess.Start(fetcher(ready)), idle, lengthBytes);
        }
        catch
        {
            await sourceProcess.DisposeAsync();
            throw;
        }
    }
}
