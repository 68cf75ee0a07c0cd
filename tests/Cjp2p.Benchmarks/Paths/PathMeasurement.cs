using Cjp2p.Actors.Simulation;
using Cjp2p.Benchmarks.Compare;
using Cjp2p.Benchmarks.Node;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>All that <c>paths</c> measures. Each fetch has processes and a path of its own, so that nobody remembers anything.</summary>
/// <param name="program">Path of our program.</param>
/// <param name="folder">Where files are.</param>
/// <param name="rounds">Rounds.</param>
/// <param name="seed">The chance of the first round's paths; that of the others follows.</param>
internal sealed class PathMeasurement(string program, string folder, int rounds, ulong seed)
{
    private const long MiB = 1024 * 1024;
    private const int MtuBytes = 1500;
    private const int ChunkBytes = 4096;

    // A Content of 4,096 bytes: base64, and JSON around it.
    private const int ContentBytes = 5598;
    private const int SmallChunkBytes = 960;
    private const int SmallWireBytes = 1450;
    private const long LinkBitsPerSecond = 100_000_000;
    private const double LinkMegabytesPerSecond = LinkBitsPerSecond / 8e6;

    // Segments with a timestamp.
    private const double TcpShare = 1448.0 / MtuBytes;
    private const double UtpShare = (MtuBytes - 20 - 8 - 20.0) / MtuBytes;
    private static readonly double OurShare = (double)ChunkBytes / LinkModel.WireBytes(ContentBytes, MtuBytes, false, out _);
    private static readonly TimeSpan UncappedRoundTrip = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan CappedRoundTrip = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan OursTimeMost = TimeSpan.FromSeconds(120);

    /// <summary>Loss is of packets, not of datagrams.</summary>
    public bool LosesPackets { get; init; }

    /// <summary>Losses of the link of limited rate, instead of the usual ones; no share of the link is expected there.</summary>
    public double[] Losses { get; init; } = [];

    /// <summary>What is fetched over the link of limited rate.</summary>
    public int CappedMebibytes { get; init; } = 32;

    /// <summary>What a fetch of a rival may take.</summary>
    public TimeSpan RivalTimeMost { get; init; }

    /// <summary>libtorrent; null: no rivals at all; it may be missing on this machine, too.</summary>
    public RivalProgram? Libtorrent { get; init; }

    /// <summary>Measures these and prints them.</summary>
    public async Task RunAsync(PathPart[] parts, CancellationToken cancel)
    {
        NetworkNamespace.CheckThatItMay();
        if (Libtorrent is { Path: null })
            Console.WriteLine($"missing: {Libtorrent.Name} (Debian: apt-get install {Libtorrent.Package}); it is left out");
        var table = new PathTable(Console.Out);
        if (parts.Any(part => part is PathPart.Uncapped or PathPart.Capped or PathPart.Fragments))
            table.Begin();
        if (parts.Contains(PathPart.Uncapped))
        {
            foreach (var (loss, least) in new[] { (0.0, 60.0), (0.01, 45), (0.05, 25) })
                await CompareAsync(table, new(UncappedRoundTrip, 0, loss), 64 * MiB, cancel, PathTarget.Speed(least), PathTarget.Twice);
        }

        if (parts.Contains(PathPart.Capped))
        {
            foreach (var (loss, least) in new[] { (0.0, 0.9), (0.01, 0.85), (0.02, 0.8), (0.05, 0.65) })
            {
                if (Losses.Length == 0)
                    await CompareAsync(table, new(CappedRoundTrip, LinkBitsPerSecond, loss), CappedMebibytes * MiB, cancel, PathTarget.Share(least), PathTarget.Twice, PathTarget.Queue);
            }

            foreach (var loss in Losses)
                await CompareAsync(table, new(CappedRoundTrip, LinkBitsPerSecond, loss), CappedMebibytes * MiB, cancel, PathTarget.Twice, PathTarget.Queue);
        }

        if (parts.Contains(PathPart.Fragments))
            await FragmentsAsync(table, cancel);
        if (parts.Any(part => part is PathPart.Two or PathPart.Tcp or PathPart.Vanish or PathPart.Outage))
        {
            var figures = new FigureTable(Console.Out);
            figures.Begin();
            var sharing = new SharedPathMeasurement(program, folder, rounds, seed, figures);
            if (parts.Contains(PathPart.Two))
                await sharing.TwoAsync(cancel);
            if (parts.Contains(PathPart.Tcp))
                await sharing.TcpAsync(cancel);
            if (parts.Contains(PathPart.Vanish))
                await sharing.VanishAsync(cancel);
            if (parts.Contains(PathPart.Outage))
                await sharing.OutageAsync(cancel);
        }

        Console.WriteLine();
        Console.WriteLine($"Load at the end: {Machine.Load}.");
    }

    private async Task CompareAsync(PathTable table, PathSettings settings, long lengthBytes, CancellationToken cancel, params PathTarget[] targets)
    {
        settings = settings with { LosesPackets = LosesPackets };
        using var file = TestFile.Create(folder, lengthBytes);
        var (ours, cubic, bbr, utp) = (new List<PathFetch>(), new List<PathFetch>(), new List<PathFetch>(), new List<PathFetch>());
        for (var round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"{settings}, round {round + 1} of {rounds}");
            var chance = seed + (ulong)round;
            ours.Add(await OnPathAsync(settings, chance, path => OursAsync(path, file, cancel), cancel));
            if (Libtorrent is null)
                continue;
            cubic.Add(await OnPathAsync(settings, chance, path => TcpAsync(path, "cubic", lengthBytes, cancel), cancel));
            bbr.Add(await OnPathAsync(settings, chance, path => TcpAsync(path, "bbr", lengthBytes, cancel), cancel));
            if (Libtorrent.Path is not null)
                utp.Add(await OnPathAsync(settings, chance, path => UtpAsync(path, file, cancel), cancel));
        }

        var link = settings.BitsPerSecond / 8e6;
        table.Add(settings, "cjp2p", ours, link * OurShare, targets);
        if (cubic.Count > 0)
            table.Add(settings, "TCP CUBIC", cubic, link * TcpShare);
        if (bbr.Count > 0)
            table.Add(settings, "TCP BBR", bbr, link * TcpShare);
        if (utp.Count > 0)
            table.Add(settings, "libtorrent, uTP", utp, link * UtpShare);
    }

    private async Task FragmentsAsync(PathTable table, CancellationToken cancel)
    {
        var settings = new PathSettings(CappedRoundTrip, LinkBitsPerSecond, 0) { DropsFragments = true };
        using var file = TestFile.Create(folder, 128 * MiB);
        var ours = new List<PathFetch>();
        for (var round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"no fragment arrives, round {round + 1} of {rounds}");
            ours.Add(await OnPathAsync(settings, seed + (ulong)round, path => OursAsync(path, file, cancel), cancel));
        }

        table.Add(
            settings, "cjp2p, 128 MiB, no fragment arrives", ours, LinkMegabytesPerSecond * SmallChunkBytes / SmallWireBytes,
            PathTarget.Share(0.85), PathTarget.Twice, PathTarget.Queue);
    }

    private static async Task<PathFetch> OnPathAsync(
        PathSettings settings, ulong chance, Func<TestPath, Task<PathFetch>> fetchAsync, CancellationToken cancel)
    {
        await using var path = await TestPath.CreateAsync(settings, chance, cancel);
        var fetch = await fetchAsync(path);
        await path.JudgeRelayAsync(cancel);
        return fetch;
    }

    private async Task<PathFetch> OursAsync(TestPath path, TestFile file, CancellationToken cancel)
    {
        await using var pair = await RunningNodePair.StartAsync(program, file, cancel, path.Source(0), path.Fetcher(0));
        var target = file.NextTarget();
        using var most = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        most.CancelAfter(OursTimeMost);
        path.Relay.TakeQueuesMs();
        try
        {
            var run = await pair.FetchAsync(target, most.Token);
            var queues = path.Relay.TakeQueuesMs();
            file.CheckAndRemove(target);
            return new PathFetch(run.MegabytesPerSecond!.Value, true, (double)run.FetchedBytes!.Value / file.LengthBytes, queues);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var carried = path.Relay.ToFetcher.UdpBytesTo(TestPath.FetcherNumber(0)) * OurShare;
            return new PathFetch(carried / 1e6 / OursTimeMost.TotalSeconds, false, null, path.Relay.TakeQueuesMs());
        }
    }

    private async Task<PathFetch> TcpAsync(TestPath path, string congestion, long lengthBytes, CancellationToken cancel)
    {
        using var most = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        most.CancelAfter(RivalTimeMost);
        path.Relay.TakeQueuesMs();
        var began = TimeProvider.System.GetTimestamp();
        var bytes = await TcpFlow.RunAsync(path, congestion, lengthBytes, most.Token);
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        cancel.ThrowIfCancellationRequested();
        return new PathFetch(bytes / 1e6 / seconds, bytes == lengthBytes, null, path.Relay.TakeQueuesMs());
    }

    private async Task<PathFetch> UtpAsync(TestPath path, TestFile file, CancellationToken cancel)
    {
        await using var pair = await LibtorrentPair.StartAsync(Libtorrent!, file, cancel, byUtp: true, path.Source(0), path.Fetcher(0));
        var target = file.NextTarget();
        path.Relay.TakeQueuesMs();
        var run = await pair.FetchWithinAsync(target, RivalTimeMost, cancel);
        var queues = path.Relay.TakeQueuesMs();
        var isComplete = run.FetchedBytes >= file.LengthBytes;
        if (isComplete)
            file.CheckAndRemove(target);
        return new PathFetch(run.FetchedBytes!.Value / 1e6 / run.Wall!.Value.TotalSeconds, isComplete, null, queues);
    }
}
