using System.CommandLine;
using Cjp2p.Benchmarks.Compare;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>
/// <c>levers</c>: the same transfer with one thing at a time taken away that makes it fast, in turn with the transfer as it is.
/// </summary>
internal static class LeversCommand
{
    private const int MiB = 1024 * 1024;

    private static readonly (string Name, string[] Settings)[] Levers =
    [
        ("as it is", []),
        (".NET's sockets instead of recvmmsg and sendmmsg", ["socket.managed=on"]),
        ("one datagram a system call", ["socket.batch=1"]),
        ("requests of 4,096 bytes only", ["downloads.request-bytes-max=4096"]),
        ("requests of 4,096 bytes, one a datagram", ["downloads.request-bytes-max=4096", "downloads.requests-per-datagram-max=1"]),
        ("the system's receive buffer of 208 KiB", ["socket.receive-buffer=212992"]),
        ("four spans at the same time", ["downloads.active-spans-max=4"]),
        ("without counting and timing what actors handle", ["inspection.measure=off"]),
    ];

    public static Command Create()
    {
        var size = new Option<int>("--mib") { Description = "MiB of random data.", DefaultValueFactory = _ => 256 };
        var runs = new Option<int>("--runs") { Description = "Rounds; in each, every variant fetches once.", DefaultValueFactory = _ => 5 };
        var folder = CompareCommand.Folder();
        var timeout = new Option<int>("--timeout") { Description = "Seconds that all may take.", DefaultValueFactory = _ => 900 };
        var command = new Command("levers", "Measures what each of the things that make transfers fast buys.") { size, runs, folder, timeout };
        command.SetAction((parsed, cancel) => Guard.RunAsync(
            token => MeasureAsync(
                (long)Math.Max(1, parsed.GetValue(size)) * MiB, Math.Max(1, parsed.GetValue(runs)), parsed.GetValue(folder)!, token),
            TimeSpan.FromSeconds(parsed.GetValue(timeout)),
            cancel));
        return command;
    }

    private static async Task MeasureAsync(long size, int rounds, string folder, CancellationToken cancel)
    {
        Console.WriteLine($"{Machine.Date}, {Machine.Kind}, commit {Machine.Commit}, load {Machine.Load}");
        Console.WriteLine();
        Console.WriteLine("| variant | settings | MB/s, warm | speed : as it is | CPU of both sides : as it is |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        using var file = TestFile.Create(folder, size);
        var field = Levers.Select(lever => new Contender(lever.Name)).ToArray();
        var pairs = new List<ITransferPair>();
        try
        {
            foreach (var (_, settings) in Levers)
            {
                var pair = await ChildPair.StartNodesAsync(file, settings, cancel);
                pairs.Add(pair);
                await FetchAsync(pair, file, cancel);
            }

            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < pairs.Count; i++)
                    field[i].Add(await FetchAsync(pairs[i], file, cancel));
            }
        }
        finally
        {
            foreach (var pair in pairs)
                await pair.DisposeAsync();
        }

        for (var i = 0; i < field.Length; i++)
        {
            var speed = Statistics.Of(field[i].Runs.Select(run => run.MegabytesPerSecond!.Value));
            var ratio = field[i].Over(field[0], run => run.MegabytesPerSecond, run => run.MegabytesPerSecond)!.Value;
            var processor = field[i].Over(field[0], Processor, Processor)!.Value;
            Console.WriteLine(
                $"| {field[i].Name} | {string.Join(' ', Levers[i].Settings.Select(setting => $"`{setting}`"))} | {speed.Format("0")} | {ratio.Format("0.00")} | {processor.Format("0.00")} |");
        }
    }

    private static double? Processor(TransferRun run) => (run.SourceProcessor + run.FetcherProcessor).TotalSeconds;

    private static async Task<TransferRun> FetchAsync(ITransferPair pair, TestFile file, CancellationToken cancel)
    {
        var target = file.NextTarget();
        var run = await pair.FetchAsync(target, cancel);
        file.CheckAndRemove(target);
        return run;
    }
}
