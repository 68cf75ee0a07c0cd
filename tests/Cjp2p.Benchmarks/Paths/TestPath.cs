using System.Net;
using System.Net.Sockets;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>Two networks with a path between them, and with no other: sources are in one, fetchers in the other. All of it goes with this.</summary>
internal sealed class TestPath : IAsyncDisposable
{
    private const string SourceNetwork = "10.77.1.";
    private const string FetcherNetwork = "10.77.2.";

    // All last numbers differ, so that one says which end is meant.
    private static readonly int[] Sources = [1, 2];
    private static readonly int[] Fetchers = [11, 12];

    private readonly NetworkNamespace _sources;
    private readonly NetworkNamespace _fetchers;

    private TestPath(NetworkNamespace sources, NetworkNamespace fetchers, PathSettings settings, ulong seed)
    {
        _sources = sources;
        _fetchers = fetchers;
        Relay = new PathRelay(sources.Device, fetchers.Device, settings, seed);
    }

    /// <summary>What is between the two.</summary>
    public PathRelay Relay { get; }

    /// <summary>Makes them.</summary>
    /// <exception cref="TransferException">The system does not allow it.</exception>
    public static async Task<TestPath> CreateAsync(PathSettings settings, ulong seed, CancellationToken cancel)
    {
        var sources = await NetworkNamespace.CreateAsync([.. Sources.Select(number => SourceNetwork + number)], FetcherNetwork + "0/24", cancel);
        NetworkNamespace? fetchers = null;
        try
        {
            fetchers = await NetworkNamespace.CreateAsync([.. Fetchers.Select(number => FetcherNetwork + number)], SourceNetwork + "0/24", cancel);
            return new TestPath(sources, fetchers, settings, seed);
        }
        catch
        {
            fetchers?.Dispose();
            sources.Dispose();
            throw;
        }
    }

    /// <summary>The last number of the address of a source.</summary>
    public static int SourceNumber(int index) => Sources[index];

    /// <summary>The last number of the address of a fetcher.</summary>
    public static int FetcherNumber(int index) => Fetchers[index];

    /// <summary>Where a source is.</summary>
    public Place Source(int index) => PlaceIn(_sources, SourceNetwork + Sources[index]);

    /// <summary>Where a fetcher is.</summary>
    public Place Fetcher(int index) => PlaceIn(_fetchers, FetcherNetwork + Fetchers[index]);

    /// <summary>A socket of TCP where sources are, at any port of the first address.</summary>
    public Socket NewSourceSocket() => _sources.Run(() => Bound(SourceNetwork + Sources[0]));

    /// <summary>A socket of TCP where fetchers are, at any port of the first address.</summary>
    public Socket NewFetcherSocket() => _fetchers.Run(() => Bound(FetcherNetwork + Fetchers[0]));

    /// <summary>Says on standard error when the relay did what a path does not.</summary>
    public async Task JudgeRelayAsync(CancellationToken cancel)
    {
        var dropped = await _sources.DroppedAsync(cancel) + await _fetchers.DroppedAsync(cancel);
        var delivered = Relay.ToFetcher.Delivered + Relay.ToSource.Delivered;
        var late = (Relay.ToFetcher.Late + Relay.ToSource.Late) / Math.Max(1.0, delivered);
        await Console.Error.WriteLineAsync(FormattableString.Invariant(
            $"  relay: {delivered} packets, {late:P1} late by more than 1 ms, {dropped} not taken in time; to the fetchers {Relay.ToFetcher.Path.Lost} lost, {Relay.ToFetcher.Path.Overflowed} beyond the queue"));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Relay.Dispose();
        _fetchers.Dispose();
        _sources.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Place PlaceIn(NetworkNamespace network, string host) => new(
        host, network.Prefix, async (context, cancel) =>
        {
            var socket = network.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        });

    private static Socket Bound(string host)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(host), 0));
        return socket;
    }
}
