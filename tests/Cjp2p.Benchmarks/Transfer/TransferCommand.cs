using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary><c>transfer</c>: one process fetches a file from another, until the verified file is in place.</summary>
internal static class TransferCommand
{
    public static Command Create()
    {
        var size = new Option<long>("--size")
        {
            Description = "Bytes of random data, such as 1MiB or 1GiB.",
            DefaultValueFactory = _ => 256 * 1024 * 1024,
            CustomParser = ParseSize,
        };
        var runs = new Option<int>("--runs")
        {
            Description = "Warm runs, in the last pair of processes; and cold ones, each in a fresh pair.",
            DefaultValueFactory = _ => 5,
        };
        var cold = new Option<int?>("--cold") { Description = "Cold runs, when not as many as warm ones; at least 1." };
        var yardstick = new Option<bool>("--yardstick")
        {
            Description = "After each warm run, the same datagrams between two processes without a protocol.",
        };
        var folder = new Option<string>("--folder")
        {
            Description = "Where the files are.",
            DefaultValueFactory = _ => Path.GetTempPath(),
        };
        var timeout = new Option<int>("--timeout") { Description = "Seconds that all may take.", DefaultValueFactory = _ => 600 };
        var program = new Option<string?>("--program")
        {
            Description = "Measure the program itself, 'share' and 'get': path of cjp2p.dll, or of the executable.",
        };
        var damage = new Option<bool>("--damage")
        {
            Description = "Damages each fetched file before it is checked: shows that the check works; ends with 1.",
        };
        var set = NodeChild.CreateSet();
        var command = new Command("transfer", "Measures fetching a file from another process over loopback.")
        {
            size, runs, cold, yardstick, program, folder, timeout, damage, set,
        };
        command.SetAction((parsed, cancel) => RunAsync(
            new TransferOptions(
                parsed.GetValue(size),
                Math.Max(0, parsed.GetValue(runs)),
                Math.Max(1, parsed.GetValue(cold) ?? parsed.GetValue(runs)),
                parsed.GetValue(yardstick),
                parsed.GetValue(program),
                parsed.GetValue(folder)!,
                TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                parsed.GetValue(damage),
                parsed.GetValue(set)!,
                // Where the program lies is nobody's business.
                string.Join(' ', parsed.Tokens.Select(token =>
                    token.Value == parsed.GetValue(program) ? Path.GetFileName(token.Value) : token.Value))),
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(TransferOptions options, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(options.Timeout);
        try
        {
            await MeasureAsync(options, timeout.Token);
            return 0;
        }
        catch (TransferException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"Not finished within {options.Timeout.TotalSeconds} s.");
        }

        return 1;
    }

    private static async Task MeasureAsync(TransferOptions options, CancellationToken cancel)
    {
        var report = new TransferReport(Console.Out);
        report.Begin();
        using var file = TestFile.Create(options.Folder, options.SizeBytes);
        for (var i = 1; i < options.ColdRuns; i++)
        {
            await using var fresh = await StartAsync(options, file, cancel);
            report.Add(await FetchAsync(fresh, file, options, cancel));
        }

        // The last cold run warms the pair up for the others.
        await using (var pair = await StartAsync(options, file, cancel))
        {
            report.Add(await FetchAsync(pair, file, options, cancel));
            await using var plain = options.Yardstick ? await ChildPair.StartPlainUdpAsync(file.LengthBytes, PlainUdpChild.LargeChunkBytes, cancel) : null;
            if (plain is not null)
                await plain.FetchPlainAsync(cancel);
            for (var i = 0; i < options.WarmRuns; i++)
            {
                var run = await FetchAsync(pair, file, options, cancel);
                var yardstick = plain is null ? null : await plain.FetchPlainAsync(cancel);
                report.Add(run with { YardstickMegabytesPerSecond = yardstick?.MegabytesPerSecond });
            }
        }

        report.End(options.CommandLine);
    }

    private static Task<ITransferPair> StartAsync(TransferOptions options, TestFile file, CancellationToken cancel) =>
        options.Program is { } program
            ? ProgramPair.StartAsync(program, file, options.Settings, cancel)
            : ChildPair.StartNodesAsync(file, options.Settings, cancel);

    private static async Task<TransferRun> FetchAsync(
        ITransferPair pair, TestFile file, TransferOptions options, CancellationToken cancel)
    {
        var target = file.NextTarget();
        var run = await pair.FetchAsync(target, cancel);
        if (options.Damage)
            TestFile.Damage(target);
        file.CheckAndRemove(target);
        return run;
    }

    private static long ParseSize(ArgumentResult argument)
    {
        if (argument.Tokens is [var token] && ByteSize.TryParse(token.Value, out var bytes))
            return bytes;
        argument.AddError("--size is a number of bytes, or of KiB, MiB or GiB, such as 256MiB.");
        return 0;
    }
}

/// <summary>What is measured.</summary>
/// <param name="SizeBytes">Bytes of random data.</param>
/// <param name="WarmRuns">Runs in one pair of processes, after its first.</param>
/// <param name="ColdRuns">Pairs of processes, the first run of which is measured.</param>
/// <param name="Yardstick">Whether the same datagrams are sent without a protocol, in turn.</param>
/// <param name="Program">The program to be measured; null: nodes in processes of this one.</param>
/// <param name="Folder">Where the files are.</param>
/// <param name="Timeout">How long all may take.</param>
/// <param name="Damage">Whether fetched files are damaged, which has to be found.</param>
/// <param name="Settings">Settings of both nodes.</param>
/// <param name="CommandLine">What the user asked for.</param>
internal sealed record TransferOptions(
    long SizeBytes,
    int WarmRuns,
    int ColdRuns,
    bool Yardstick,
    string? Program,
    string Folder,
    TimeSpan Timeout,
    bool Damage,
    string[] Settings,
    string CommandLine);
