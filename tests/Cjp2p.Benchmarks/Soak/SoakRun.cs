using System.Collections.Concurrent;
using System.Globalization;
using Cjp2p.Actors.Simulation.Foreign;
using Cjp2p.Actors.Simulation.Hostile;
using Cjp2p.Benchmarks.Attack;
using Cjp2p.Benchmarks.Transfer;
using Cjp2p.TestPeers;

namespace Cjp2p.Benchmarks.Soak;

/// <summary>
/// A source and a fetcher that are never stopped and are watched; a third node that is stopped and killed by turns while it
/// fetches; a source that lies, in another way each minute; and an attacker with many addresses. The caps of the tables that
/// strangers fill are low, so that they are full within the first quarter: a table that does not keep its cap is seen.
/// </summary>
internal sealed class SoakRun(string program, string folder, double minutes, int rate)
{
    private const int ContentBytes = 4 << 20;
    private const int Contents = 24;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NewContentEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RestartEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseBetweenFetches = TimeSpan.FromSeconds(1);

    private static readonly string[] Settings =
    [
        "cjp2p.peers.peers-max=1000", "cjp2p.peers.actors-max=64", "cjp2p.cookies.kept-max=1000", "cjp2p.cookies.bare-reply-sources-max=512",
        "cjp2p.ingress.sources-max=2048", "cjp2p.peers.enough=2000", "cjp2p.content.remembered-contents-max=32",
    ];

    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly ConcurrentQueue<string> _wrong = new();
    private long _fetches;
    private long _refetches;
    private long _fetchedBytes;
    private long _usefulBytes;
    private int _stops;
    private int _kills;
    private int _notAnswered;

    private double Minute => TimeProvider.System.GetElapsedTime(_began).TotalMinutes;

    internal async Task<int> RunAsync(CancellationToken cancel)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, $"cjp2p-soak-{Environment.ProcessId}")).FullName;
        await using var source = new SoakNode(program, Path.Combine(root, "source"), Settings);
        await using var fetcher = new SoakNode(program, Path.Combine(root, "fetcher"), Settings);
        await using var restarted = new SoakNode(program, Path.Combine(root, "restarted"), Settings);
        var contents = new SoakContents(source.SharedFolder, ContentBytes, Contents, seed: 1);
        for (var i = 0; i < Contents / 2; i++)
            contents.Turn();
        await source.StartAsync(cancel);
        await fetcher.StartAsync(cancel, source.Udp);
        await using var liar = new HostileServer(
            new HostileServerOptions(HostileBehaviour.Poisons),
            new ForeignModelOptions { OpenWire = SocketWire.Open, ReceivedMax = 0, Peers = [fetcher.Udp, source.Udp] });
        liar.Start();
        Console.WriteLine($"{Machine.Kind}; {Machine.Date}; load {Machine.Load} at the beginning; {rate} hostile datagrams a second");

        var sources = new List<SoakSample>();
        var fetchers = new List<SoakSample>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var attacker = new LoopbackAttacker([source.Udp, fetcher.Udp, restarted.Udp], contents.Any, seed: 2);
        using var masses = new LoopbackAttacker([source.Udp, fetcher.Udp, restarted.Udp], contents.Any, seed: 5);
        Task[] tasks =
        [
            ForeverAsync(NewContentEvery, () => TurnContents(contents, liar), end.Token),
            FetchAsync(fetcher, contents, [source.Udp, restarted.Udp, liar.Address], seed: 3, end.Token),
            RestartAsync(restarted, contents, source, seed: 4, end.Token),
            Task.Factory.StartNew(() => Attack(attacker, end.Token), end.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            ForeverAsync(TimeSpan.FromMilliseconds(100), masses.BecomeKnown, end.Token),
        ];
        using (var timer = new PeriodicTimer(SampleEvery))
        {
            var said = 0.0;
            while (Minute < minutes && await timer.WaitForNextTickAsync(cancel))
            {
                await SampleAsync(source, sources, cancel);
                await SampleAsync(fetcher, fetchers, cancel);
                if (Minute - said < 1 || sources.Count == 0 || fetchers.Count == 0)
                    continue;
                said = Minute;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"minute {Minute:0}: source {sources[^1].Values[SoakSample.Resident]:0} MiB, fetcher {fetchers[^1].Values[SoakSample.Resident]:0} MiB, {_fetches} fetched, {_stops} stops, {_kills} kills, {attacker.Sent} hostile datagrams, {masses.Known} peers made, load {Machine.Load}"));
            }
        }

        await end.CancelAsync();
        await Task.WhenAll(tasks).WaitAsync(TimeSpan.FromMinutes(2), cancel);
        await CheckAfterwardsAsync(source, fetcher, contents, cancel);
        Report(attacker, masses, liar);
        foreach (var line in SoakVerdict.Judge("source", sources, minutes, "minutes", Console.Out).Concat(SoakVerdict.Judge("fetcher", fetchers, minutes, "minutes", Console.Out)))
            _wrong.Enqueue(line);
        foreach (var (name, node) in new[] { ("source", source), ("fetcher", fetcher) })
        {
            if (!await node.StopAsync())
                _wrong.Enqueue($"{name} did not stop within a minute");
        }

        foreach (var line in _wrong)
            Console.WriteLine("WRONG: " + line);
        Console.WriteLine(_wrong.IsEmpty ? "flat: nothing grew by more than a tenth, and nothing failed" : "NOT flat");
        if (_wrong.IsEmpty)
            Directory.Delete(root, recursive: true);
        return _wrong.IsEmpty ? 0 : 1;
    }

    // On a machine that is far too busy the API may not answer in time; that is said, and is nothing that grows.
    private async Task SampleAsync(SoakNode node, List<SoakSample> samples, CancellationToken cancel)
    {
        try
        {
            samples.Add(await node.SampleAsync(Minute, cancel));
        }
        catch (Exception e) when (IsNoAnswer(e, cancel))
        {
            _notAnswered++;
        }
    }

    private static bool IsNoAnswer(Exception e, CancellationToken cancel) =>
        e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    // Without attacks: both work, and at once.
    private async Task CheckAfterwardsAsync(SoakNode source, SoakNode fetcher, SoakContents contents, CancellationToken cancel)
    {
        foreach (var (name, node) in new[] { ("source", source), ("fetcher", fetcher) })
        {
            if (!await node.IsReadyAsync(cancel))
                _wrong.Enqueue($"{name} says that it is not ready");
        }

        if ((await fetcher.FetchAsync(contents.Ids[0], [source.Udp], cancel)).Bytes < 0)
            _wrong.Enqueue("nothing can be fetched afterwards");
    }

    private void Report(LoopbackAttacker attacker, LoopbackAttacker masses, HostileServer liar) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{Minute:0.0} minutes; {_fetches} contents of {ContentBytes >> 20} MiB fetched and checked, {_refetches} of them by the node that was restarted; {_fetchedBytes / (double)Math.Max(1, _usefulBytes):0.00} times their bytes arrived; {_stops} orderly stops, {_kills} kills; {attacker.Sent} hostile datagrams, {masses.Known} peers made and left, {liar.BlocksServed} blocks of a liar; {_notAnswered} questions to the API not answered in time; load {Machine.Load} at the end"));

    private static void TurnContents(SoakContents contents, HostileServer liar)
    {
        contents.Turn();
        // It knows the newest, and lies in a way of its own.
        var id = contents.Ids[^1];
        if (contents.BytesOf(id) is { } bytes)
            liar.Serve(id, bytes);
        liar.Hostility = liar.Hostility with
        {
            Behaviour = (HostileBehaviour)(1 + (int)liar.Hostility.Behaviour % (Enum.GetValues<HostileBehaviour>().Length - 1)),
        };
    }

    private async Task FetchAsync(SoakNode node, SoakContents contents, System.Net.IPEndPoint[] peers, int seed, CancellationToken cancel)
    {
        var random = new Random(seed);
        await UntilCancelledAsync(async () =>
        {
            while (true)
            {
                var bytes = 0L;
                try
                {
                    (bytes, _) = await node.FetchAsync(contents.Any(random), peers, cancel);
                }
                catch (Exception e) when (IsNoAnswer(e, cancel))
                {
                    _notAnswered++;
                    continue;
                }

                if (bytes < 0)
                {
                    _wrong.Enqueue(string.Create(CultureInfo.InvariantCulture, $"minute {Minute:0.0}: a download failed"));
                    continue;
                }

                Interlocked.Increment(ref _fetches);
                Interlocked.Add(ref _fetchedBytes, bytes);
                Interlocked.Add(ref _usefulBytes, ContentBytes);
                await Pause.ForAsync(PauseBetweenFetches, cancel);
            }
        });
    }

    private async Task RestartAsync(SoakNode node, SoakContents contents, SoakNode source, int seed, CancellationToken cancel)
    {
        var random = new Random(seed);
        await UntilCancelledAsync(async () =>
        {
            while (true)
            {
                await node.StartAsync(cancel, source.Udp);
                using (var life = CancellationTokenSource.CreateLinkedTokenSource(cancel))
                {
                    life.CancelAfter(RestartEvery);
                    try
                    {
                        while (true)
                        {
                            if ((await node.FetchAsync(contents.Any(random), [source.Udp], life.Token)).Bytes < 0)
                                break;
                            Interlocked.Increment(ref _fetches);
                            Interlocked.Increment(ref _refetches);
                            await Pause.ForAsync(PauseBetweenFetches, life.Token);
                        }
                    }
                    catch (Exception e) when (IsNoAnswer(e, cancel))
                    {
                        // Its time is over, in the middle of something.
                    }
                }

                if (random.Next(2) == 0)
                {
                    await node.KillAsync();
                    _kills++;
                }
                else if (await node.StopAsync())
                {
                    _stops++;
                }
                else
                {
                    _wrong.Enqueue("a node did not stop within a minute");
                }

                foreach (var file in Directory.EnumerateFiles(Path.Combine(node.Folder, "got")))
                    File.Delete(file);
            }
        });
    }

    private void Attack(LoopbackAttacker attacker, CancellationToken cancel)
    {
        // In bursts of a hundredth of a second.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        try
        {
            while (timer.WaitForNextTickAsync(cancel).AsTask().GetAwaiter().GetResult())
            {
                for (var i = 0; i < rate / 100; i++)
                    attacker.SendOne();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private static Task ForeverAsync(TimeSpan every, Action act, CancellationToken cancel) => Task.Run(() => UntilCancelledAsync(async () =>
    {
        using var timer = new PeriodicTimer(every);
        while (await timer.WaitForNextTickAsync(cancel))
            act();
    }), CancellationToken.None);

    private static async Task UntilCancelledAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
