using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cjp2p.Benchmarks.Soak;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Attack;

/// <summary>
/// <c>flood</c>: a node fetches from another, real processes on loopback, alone and while somebody floods it. Says what is
/// left of the speed. The flood takes a part of the same machine, so it is sent to a socket of nobody's first: what that leaves is what
/// a node could have that costs nothing.
/// </summary>
internal static class FloodCommand
{
    internal static Command Create()
    {
        var program = new Option<string>("--program") { Description = "Path of cjp2p.dll, or of the executable.", Required = true };
        var runs = new Option<int>("--runs") { Description = "Fetches of each kind; the median counts.", DefaultValueFactory = _ => 5 };
        var mebibytes = new Option<int>("--mib") { Description = "Size of the content.", DefaultValueFactory = _ => 64 };
        var share = new Option<double>("--share") { Description = "Share of the full rates that is sent.", DefaultValueFactory = _ => 1 };
        var only = new Option<FloodKind?>("--only") { Description = "One kind of flood." };
        var set = NodeChild.CreateSet();
        var command = new Command("flood", "What floods leave of the speed of a transfer, and of the memory. Needs root.") { program, runs, mebibytes, share, only, set };
        command.SetAction((parsed, cancel) => RunAsync(
            parsed.GetValue(program)!, parsed.GetValue(runs), parsed.GetValue(mebibytes) << 20, parsed.GetValue(share), parsed.GetValue(only), parsed.GetValue(set)!, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string program, int runs, int bytes, double share, FloodKind? only, string[] set, CancellationToken cancel)
    {
        var root = Directory.CreateTempSubdirectory("cjp2p-flood-").FullName;
        await using var source = new SoakNode(program, Path.Combine(root, "source"), set);
        await using var fetcher = new SoakNode(program, Path.Combine(root, "fetcher"), set);
        var contents = new SoakContents(source.SharedFolder, bytes, 1, seed: 1);
        contents.Turn();
        await source.StartAsync(cancel);
        await fetcher.StartAsync(cancel, source.Udp);
        Console.WriteLine($"{Machine.Kind}; {Machine.Date}; load {Machine.Load}");
        Console.WriteLine("| flood of the fetching node | datagrams a second | MB/s | of the speed alone | of the speed while it goes elsewhere | right after it | resident MiB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        await FetchAsync(runs);
        var alone = await FetchAsync(runs);
        Say($"| none | 0 | {alone:0} | 1.00 | - | - | {await ResidentAsync():0} |");
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        foreach (var (kind, perSecond) in new[] { (FloodKind.Garbage, 200_000), (FloodKind.Spoofed, 100_000), (FloodKind.HotSource, 200_000) })
        {
            if (only is { } one && one != kind)
                continue;
            var (elsewhere, _) = await UnderAsync(kind, perSecond, (IPEndPoint)nobody.LocalEndPoint!);
            var (flooded, rate) = await UnderAsync(kind, perSecond, fetcher.Udp);
            var after = await FetchAsync(1);
            Say($"| {kind} | {rate:0} | {flooded:0} | {flooded / alone:0.00} | {flooded / elsewhere:0.00} | {after / alone:0.00} | {await ResidentAsync():0} |");
        }

        Directory.Delete(root, recursive: true);
        return 0;

        // Megabytes a second under a flood, and its datagrams a second.
        async Task<(double Speed, double Rate)> UnderAsync(FloodKind kind, int perSecond, IPEndPoint victim)
        {
            using var flood = new FloodSender(kind, (int)(perSecond * share), victim);
            await Pause.ForAsync(TimeSpan.FromSeconds(1), cancel);
            var (began, before) = (TimeProvider.System.GetTimestamp(), flood.Sent);
            var speed = await FetchAsync(runs);
            return (speed, (flood.Sent - before) / TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        }

        // Megabytes a second of the median fetch.
        async Task<double> FetchAsync(int times)
        {
            var speeds = new List<double>();
            for (var i = 0; i < times; i++)
            {
                var (fetched, seconds) = await fetcher.FetchAsync(contents.Ids[0], [source.Udp], cancel);
                if (fetched < 0)
                    throw new TransferException("A fetch failed.");
                speeds.Add(bytes / 1e6 / seconds);
            }

            speeds.Sort();
            return speeds[speeds.Count / 2];
        }

        async Task<double> ResidentAsync() => (await fetcher.SampleAsync(0, cancel)).Values[SoakSample.Resident];
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
