namespace Cjp2p.Benchmarks.Transfer;

/// <summary>A source that runs, and a way to fetch its file. Whatever is to be compared is one of these.</summary>
internal interface ITransferPair : IAsyncDisposable
{
    /// <summary>Fetches the file into <paramref name="target"/>.</summary>
    /// <exception cref="TransferException">It could not be fetched.</exception>
    Task<TransferRun> FetchAsync(string target, CancellationToken cancel);
}
