using Cjp2p.Actors.Content;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>The rivals, whether they are on this machine or not.</summary>
internal sealed record Rivals(RivalProgram Nginx, RivalProgram Curl, RivalProgram Libtorrent, RivalProgram Iperf)
{
    /// <summary>Those that are missing.</summary>
    public IEnumerable<RivalProgram> Missing => ((RivalProgram[])[Nginx, Curl, Libtorrent, Iperf]).Where(program => program.Path is null);

    /// <summary>Looks for them.</summary>
    public static async Task<Rivals> FindAsync(CancellationToken cancel) => new(
        RivalProgram.Nginx(), RivalProgram.Curl(), await RivalProgram.LibtorrentAsync(cancel), RivalProgram.Iperf());
}

/// <summary>Rivals that serve one file; null: missing on this machine.</summary>
internal sealed class RivalPairs : IAsyncDisposable
{
    private RivalPairs(ChildPair plain, ChildPair plainLarge)
    {
        Plain = plain;
        PlainLarge = plainLarge;
    }

    /// <summary>curl from nginx.</summary>
    public ITransferPair? Curl { get; private set; }

    /// <summary>libtorrent.</summary>
    public ITransferPair? Libtorrent { get; private set; }

    /// <summary>iperf3.</summary>
    public ITransferPair? Iperf { get; private set; }

    /// <summary>The plain loop of datagrams for chunks of 4,096 bytes.</summary>
    public ChildPair Plain { get; }

    /// <summary>The plain loop of datagrams for chunks of 40,960 bytes.</summary>
    public ChildPair PlainLarge { get; }

    /// <summary>Starts those that are here.</summary>
    public static async Task<RivalPairs> StartAsync(Rivals rivals, TestFile file, CancellationToken cancel)
    {
        var pairs = new RivalPairs(
            await ChildPair.StartPlainUdpAsync(file.LengthBytes, SpanGeometry.DefaultChunkBytes, cancel),
            await ChildPair.StartPlainUdpAsync(file.LengthBytes, PlainUdpChild.LargeChunkBytes, cancel));
        try
        {
            // Its first round is that of a cold process.
            await pairs.Plain.FetchPlainAsync(cancel);
            await pairs.PlainLarge.FetchPlainAsync(cancel);
            if (rivals.Nginx.Path is not null && rivals.Curl.Path is not null)
                pairs.Curl = await CurlPair.StartAsync(rivals.Nginx, rivals.Curl, file, cancel);
            if (rivals.Libtorrent.Path is not null)
                pairs.Libtorrent = await LibtorrentPair.StartAsync(rivals.Libtorrent, file, cancel);
            if (rivals.Iperf.Path is not null)
                pairs.Iperf = new IperfPair(rivals.Iperf, file.LengthBytes);
            return pairs;
        }
        catch
        {
            await pairs.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var pair in new[] { Curl, Libtorrent, Iperf, Plain, PlainLarge })
        {
            if (pair is not null)
                await pair.DisposeAsync();
        }
    }
}
