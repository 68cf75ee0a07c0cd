using System.CommandLine;
using System.Globalization;
using System.Net;
using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Node;

/// <summary><c>inspection</c>: what it costs to be able to look inside, and to look.</summary>
internal static class InspectionCommand
{
    private const int PageRows = 1000;

    public static Command Create()
    {
        var mebibytes = new Option<int>("--mib") { Description = "Size of the file that is fetched.", DefaultValueFactory = _ => 256 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds of each kind, in turn; the first one warms up and does not count.", DefaultValueFactory = _ => 9 };
        var peers = new Option<int>("--peers") { Description = "Peers that are listed.", DefaultValueFactory = _ => 100_000 };
        var command = new Command("inspection", "What looking inside costs: nobody looks, a page and a tap are open, many peers are listed.") { mebibytes, rounds, peers };
        command.SetAction(async (parsed, cancel) =>
        {
            var table = new FigureTable(Console.Out);
            table.Begin();
            await TransfersAsync(table, parsed.GetValue(mebibytes), parsed.GetValue(rounds), cancel);
            await PeersAsync(table, parsed.GetValue(peers), cancel);
            return 0;
        });
        return command;
    }

    // The three kinds take turns, so what else runs on the machine meets all of them; a ratio is of runs of the same round.
    private static async Task TransfersAsync(FigureTable table, int mebibytes, int rounds, CancellationToken cancel)
    {
        using var file = TestFile.Create(Path.GetTempPath(), mebibytes * 1024L * 1024);
        await using var off = await ChildPair.StartNodesAsync(file, ["inspection.measure=off"], cancel);
        await using var on = await ChildPair.StartNodesAsync(file, [], cancel);
        await using var looked = await ChildPair.StartNodesAsync(file, [], cancel, looksInside: true);
        var runs = new List<(TransferRun Off, TransferRun On, TransferRun Looked)>();
        for (var round = 0; round <= rounds; round++)
        {
            var one = (await FetchAsync(off, file, cancel), await FetchAsync(on, file, cancel), await FetchAsync(looked, file, cancel));
            if (round > 0)
                runs.Add(one);
        }

        var what = $"{mebibytes} MiB";
        table.Add($"processor time of both nodes for {what}, nothing measured", Statistics.Of(runs.Select(run => Processor(run.Off))), "0.000' s'");
        table.Add("nobody looks, to that", Statistics.Of(runs.Select(run => Processor(run.On) / Processor(run.Off))), "0.000", "below 1.02", ratio => ratio < 1.02);
        table.Add("page and tap on all datagrams, to that", Statistics.Of(runs.Select(run => Processor(run.Looked) / Processor(run.Off))), "0.000", "below 1.10", ratio => ratio < 1.1);
        table.Add($"time for {what}, nothing measured", Statistics.Of(runs.Select(run => Seconds(run.Off))), "0.000' s'");
        table.Add("nobody looks, to that", Statistics.Of(runs.Select(run => Seconds(run.On) / Seconds(run.Off))), "0.000", "below 1.02", ratio => ratio < 1.02);
        table.Add("page and tap on all datagrams, to that", Statistics.Of(runs.Select(run => Seconds(run.Looked) / Seconds(run.Off))), "0.000", "below 1.10", ratio => ratio < 1.1);
    }

    private static async Task<TransferRun> FetchAsync(ITransferPair pair, TestFile file, CancellationToken cancel)
    {
        var target = file.NextTarget();
        var run = await pair.FetchAsync(target, cancel);
        file.CheckAndRemove(target);
        return run;
    }

    private static double Processor(TransferRun run) => (run.SourceProcessor + run.FetcherProcessor).TotalSeconds;

    private static double Seconds(TransferRun run) => run.Wall!.Value.TotalSeconds;

    private static async Task PeersAsync(FigureTable table, int peers, CancellationToken cancel)
    {
        var config = ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
            cjp2p { listen = ["127.0.0.1:0"], peers { peers-max = {{peers}}, allow-private = on } }
            akka.loglevel = WARNING
            """));
        var settings = NodeSettings.FromConfig(config);
        using var system = ActorSystem.Create("bench", config.WithFallback(Cjp2pHostingExtensions.SystemConfig(settings)));
        var node = await Cjp2pNode.StartAsync(system, settings, null, cancel);
        var inside = node.Inspector.Inside.Node;
        var random = new Random(7);
        for (var i = 0; i < peers; i++)
        {
            var address = PeerAddress.FromEndPoint(new IPEndPoint(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), 24254));
            inside.PeerTable!.AddVerified(address, inside.Clock.Now, random);
            inside.PeerTable.SetRoundTrip(address, TimeSpan.FromMilliseconds(random.Next(1, 400)));
        }

        foreach (var order in Enum.GetValues<PeerOrder>())
        {
            var pages = new List<double>();
            var all = TimeProvider.System.GetTimestamp();
            var total = 0;
            for (var skip = 0; skip < peers; skip += PageRows)
            {
                var start = TimeProvider.System.GetTimestamp();
                var page = await node.Inspector.PeersAsync(new PeerQuery(skip, PageRows, order), cancel);
                pages.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
                total += page.Peers.Length;
            }

            table.Add($"{total:#,0} peers by {order}, a page of {PageRows:#,0}", Statistics.Of(pages), "0.0' ms'", "below 200 ms", ms => ms < 200);
            table.Add($"{total:#,0} peers by {order}, all pages", TimeProvider.System.GetElapsedTime(all).TotalMilliseconds, "0' ms'");
        }

        await node.StopAsync();
    }
}
