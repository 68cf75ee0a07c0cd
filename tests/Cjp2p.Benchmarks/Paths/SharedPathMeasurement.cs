using Cjp2p.Benchmarks.Compare;
using Cjp2p.Benchmarks.Node;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>
/// The parts of <c>paths</c> in which something happens while a transfer goes on: others on the same link, a source that vanishes, an
/// outage. What everybody gets is counted by the relay, in bytes on the wire.
/// </summary>
internal sealed class SharedPathMeasurement(string program, string folder, int rounds, ulong seed, FigureTable table)
{
    private const long MiB = 1024 * 1024;
    private const long LinkBitsPerSecond = 100_000_000;
    private const double LinkBytesPerSecond = LinkBitsPerSecond / 8.0;
    private static readonly PathSettings Link = new(TimeSpan.FromMilliseconds(40), LinkBitsPerSecond, 0);

    // As long as the model's: the shortest round trip is measured anew every ten seconds.
    private static readonly TimeSpan SecondAfter = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(13);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan TcpSettling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TcpWatched = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan VanishedFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OutageFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(2);

    /// <summary>Two of our fetchers, with a source each, on one link.</summary>
    public async Task TwoAsync(CancellationToken cancel)
    {
        using var file = TestFile.Create(folder, 256 * MiB);
        var ratios = new List<double>();
        var shares = new List<double>();
        var queues = new List<double>();
        await EachAsync("two of our fetchers", async path =>
        {
            await using var one = await RunningNodePair.StartAsync(program, file, cancel, path.Source(0), path.Fetcher(0));
            await using var two = await RunningNodePair.StartAsync(program, file, cancel, path.Source(1), path.Fetcher(1));
            await using var first = Running.Start(token => one.FetchAsync(file.NextTarget(), token), cancel);
            await first.ForAsync(SecondAfter);
            await using var second = Running.Start(token => two.FetchAsync(file.NextTarget(), token), cancel);
            await second.ForAsync(Settling);
            var (firstBefore, secondBefore) = (Udp(path, 0), Udp(path, 1));
            path.Relay.TakeQueuesMs();
            await first.ForAsync(Watched);
            var (firstBytes, secondBytes) = (Udp(path, 0) - firstBefore, Udp(path, 1) - secondBefore);
            ratios.Add(Math.Max(firstBytes, secondBytes) / (double)Math.Min(firstBytes, secondBytes));
            shares.Add((firstBytes + secondBytes) / Watched.TotalSeconds / LinkBytesPerSecond);
            queues.Add(Below95(path.Relay.TakeQueuesMs()));
        }, cancel);
        table.Add("two of our fetchers on one link of 100 Mbit/s: the faster to the slower", Statistics.Of(ratios), "0.00", "at most 1.25", ratio => ratio <= 1.25);
        table.Add("share of the link that they have together", Statistics.Of(shares), "0.0 %");
        table.Add("the queue is below this in 95 % of the time", Statistics.Of(queues), "0 ms", "below 50 ms", queue => queue < 50);
    }

    /// <summary>Ours beside TCP, which began at the same time or earlier.</summary>
    public async Task TcpAsync(CancellationToken cancel)
    {
        using var file = TestFile.Create(folder, 320 * MiB);
        foreach (var congestion in (string[])["cubic", "bbr"])
        {
            foreach (var ahead in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromSeconds(8)])
            {
                var ours = new List<double>();
                var theirs = new List<double>();
                await EachAsync($"ours beside TCP {congestion}, which began {ahead.TotalSeconds} s earlier", async path =>
                {
                    await using var pair = await RunningNodePair.StartAsync(program, file, cancel, path.Source(0), path.Fetcher(0));
                    await using var tcp = Running.Start(token => TcpFlow.RunAsync(path, congestion, long.MaxValue, token), cancel);
                    if (ahead > TimeSpan.Zero)
                        await tcp.ForAsync(ahead);
                    await using var download = Running.Start(token => pair.FetchAsync(file.NextTarget(), token), cancel);
                    await download.ForAsync(TcpSettling);
                    var (oursBefore, theirsBefore) = (Udp(path, 0), Tcp(path));
                    await download.ForAsync(TcpWatched);
                    ours.Add((Udp(path, 0) - oursBefore) / TcpWatched.TotalSeconds / LinkBytesPerSecond);
                    theirs.Add((Tcp(path) - theirsBefore) / TcpWatched.TotalSeconds / LinkBytesPerSecond);
                }, cancel);
                var name = $"beside TCP {congestion.ToUpperInvariant()} that began {ahead.TotalSeconds} s earlier: share of the link";
                table.Add(name + ", ours", Statistics.Of(ours), "0.0 %", "at least a third", share => share >= 1 / 3.0);
                table.Add(name + ", TCP", Statistics.Of(theirs), "0.0 %", "at least a third", share => share >= 1 / 3.0);
            }
        }
    }

    /// <summary>One of two sources vanishes in the middle.</summary>
    public async Task VanishAsync(CancellationToken cancel)
    {
        using var file = TestFile.Create(folder, 128 * MiB);
        var costs = new List<double>();
        await EachAsync("one of two sources vanishes", async path =>
        {
            var (other, address) = await ProgramPair.StartSourceAsync(program, file, [], cancel, path.Source(1));
            try
            {
                await using var pair = await RunningNodePair.StartAsync(program, file, cancel, path.Source(0), path.Fetcher(0), address);
                await using var download = Running.Start(token => pair.FetchAsync(file.NextTarget(), token), cancel);
                await download.ForAsync(TimeSpan.FromSeconds(3));
                path.Relay.Cut = TestPath.SourceNumber(0);
                var before = Udp(path, 0);
                await download.ForAsync(VanishedFor);
                costs.Add(VanishedFor.TotalSeconds - ((Udp(path, 0) - before) / LinkBytesPerSecond));
            }
            finally
            {
                await MeasuredProcess.EndAsync(other);
            }
        }, cancel);
        table.Add("one of two sources vanishes: costs what the link carries in, s", Statistics.Of(costs), "0.00", "less than 1", cost => cost < 1);
    }

    /// <summary>Nothing passes for half a minute.</summary>
    public async Task OutageAsync(CancellationToken cancel)
    {
        using var file = TestFile.Create(folder, 128 * MiB);
        var shares = new List<double>();
        await EachAsync("an outage", async path =>
        {
            await using var pair = await RunningNodePair.StartAsync(program, file, cancel, path.Source(0), path.Fetcher(0));
            await using var download = Running.Start(token => pair.FetchAsync(file.NextTarget(), token), cancel);
            await download.ForAsync(TimeSpan.FromSeconds(4));
            path.Relay.Cut = PathRelay.CutsAll;
            await download.ForAsync(OutageFor);
            path.Relay.Cut = PathRelay.CutsNone;
            await download.ForAsync(Recovery);
            var before = Udp(path, 0);
            await download.ForAsync(Recovery);
            shares.Add((Udp(path, 0) - before) / Recovery.TotalSeconds / LinkBytesPerSecond);
        }, cancel);
        table.Add("30 s of outage: share of the link in the third and fourth second after it", Statistics.Of(shares), "0.0 %", "at least 95 %", share => share >= 0.95);
    }

    private async Task EachAsync(string what, Func<TestPath, Task> measureAsync, CancellationToken cancel)
    {
        for (var round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"{what}, round {round + 1} of {rounds}");
            await using var path = await TestPath.CreateAsync(Link, seed + (ulong)round, cancel);
            await measureAsync(path);
            await path.JudgeRelayAsync(cancel);
        }
    }

    private static long Udp(TestPath path, int fetcher) => path.Relay.ToFetcher.UdpBytesTo(TestPath.FetcherNumber(fetcher));

    private static long Tcp(TestPath path) => path.Relay.ToFetcher.TcpBytesTo(TestPath.FetcherNumber(0));

    private static double Below95(double[] queues) => queues.Order().ElementAt(queues.Length * 19 / 20);

    /// <summary>Something that goes on while other things are looked at, and ends with this.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ended;
        private readonly Task _task;

        private Running(Func<CancellationToken, Task> work, CancellationToken cancel)
        {
            _ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            _task = work(_ended.Token);
        }

        public static Running Start(Func<CancellationToken, Task> work, CancellationToken cancel) => new(work, cancel);

        /// <summary>Lets time pass, in which it may not end.</summary>
        public async Task ForAsync(TimeSpan time)
        {
            var pause = Pause.ForAsync(time, _ended.Token);
            if (await Task.WhenAny(_task, pause) == _task)
            {
                await _task;
                throw new TransferException("A transfer was done before it was measured: the file is too small.");
            }

            await pause;
        }

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            try
            {
                await _task;
            }
            catch (OperationCanceledException)
            {
                // That is how it ends.
            }

            _ended.Dispose();
        }
    }
}
