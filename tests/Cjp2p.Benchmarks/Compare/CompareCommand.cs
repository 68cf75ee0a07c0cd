using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary><c>compare</c>: ours and the rivals that are on this machine, in turn, in the same run.</summary>
internal static class CompareCommand
{
    private const int MiB = 1024 * 1024;

    public static Command Create()
    {
        var sizes = new Option<long[]>("--sizes")
        {
            Description = "Sizes of the file, in MiB or with a unit, such as 256 1GiB.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [256L * MiB, 1024L * MiB],
            CustomParser = ParseSizes,
        };
        var runs = new Option<int>("--runs") { Description = "Rounds; in each, everybody fetches once.", DefaultValueFactory = _ => 5 };
        var folder = Folder();
        var program = Program();
        var timeout = new Option<int>("--timeout") { Description = "Seconds that all may take.", DefaultValueFactory = _ => 1800 };
        var command = new Command(
            "compare", "Measures fetching a file by cjp2p, curl, libtorrent and plain UDP, in turn, and prints the ratios.")
        {
            sizes, runs, folder, program, timeout,
        };
        command.SetAction((parsed, cancel) => Guard.RunAsync(
            token => CompareAsync(
                parsed.GetValue(sizes)!, Math.Max(1, parsed.GetValue(runs)), parsed.GetValue(folder)!,
                OurProgram.Find(parsed.GetValue(program)), token),
            TimeSpan.FromSeconds(parsed.GetValue(timeout)),
            cancel));
        return command;
    }

    /// <summary>The option for the program that is measured.</summary>
    public static Option<string?> Program() => new("--program")
    {
        Description = "Path of the cjp2p that is measured (default: the one that is built with this).",
    };

    /// <summary>The option for where files are.</summary>
    public static Option<string> Folder() => new("--folder")
    {
        Description = "Where the files are.",
        DefaultValueFactory = _ => Path.GetTempPath(),
    };

    private static async Task CompareAsync(long[] sizes, int rounds, string folder, string program, CancellationToken cancel)
    {
        var rivals = await Rivals.FindAsync(cancel);
        var report = new CompareReport(Console.Out);
        report.Begin(rivals);
        foreach (var size in sizes)
        {
            using var file = TestFile.Create(folder, size);
            var field = new CompareField();
            await using var pairs = await RivalPairs.StartAsync(rivals, file, cancel);
            for (var round = 1; round <= rounds; round++)
            {
                Console.Error.WriteLine($"{CompareReport.Size(size)}, round {round} of {rounds}");
                await RoundAsync(field, pairs, program, file, cancel);
            }

            report.Add(size, field);
        }

        report.End();
    }

    private static async Task RoundAsync(CompareField field, RivalPairs pairs, string program, TestFile file, CancellationToken cancel)
    {
        // Both sides are fresh processes each time: the first transfer counts.
        await using (var fresh = await ProgramPair.StartAsync(program, file, [], cancel))
            await FetchAsync(field.Get, fresh, file, cancel);
        await using (var running = await RunningNodePair.StartAsync(program, file, cancel))
        {
            await FetchAsync(field.RunFirst, running, file, cancel);
            await FetchAsync(field.RunNext, running, file, cancel);
        }

        if (pairs.Curl is { } curl)
            await FetchAsync(field.Curl, curl, file, cancel);
        if (pairs.Libtorrent is { } libtorrent)
            await FetchAsync(field.Libtorrent, libtorrent, file, cancel);
        if (pairs.Iperf is { } iperf)
            field.Iperf.Add(await iperf.FetchAsync("", cancel));
        field.Plain.Add(await pairs.Plain.FetchPlainAsync(cancel));
        var datagrams = await pairs.PlainLarge.FetchPlainAsync(cancel);
        field.PlainLarge.Add(datagrams);
        field.Necessary.Add(NecessaryWork.Measure(file, file.NextTarget(), datagrams));
    }

    private static async Task FetchAsync(Contender contender, ITransferPair pair, TestFile file, CancellationToken cancel)
    {
        var target = file.NextTarget();
        file.TakeMemory();
        contender.Add(await pair.FetchAsync(target, cancel));
        file.CheckAndRemove(target);
    }

    private static long[] ParseSizes(ArgumentResult argument)
    {
        var sizes = new List<long>();
        foreach (var token in argument.Tokens)
        {
            if (int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var mebibytes) && mebibytes > 0)
                sizes.Add((long)mebibytes * MiB);
            else if (ByteSize.TryParse(token.Value, out var bytes) && bytes > 0)
                sizes.Add(bytes);
            else
                argument.AddError("--sizes are numbers of MiB, or with a unit, such as 256 1GiB.");
        }

        return [.. sizes];
    }
}
