using System.Globalization;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>Prints what was measured: a line for each run, medians, and a line for the table of docs/performance.md.</summary>
internal sealed class TransferReport(TextWriter output)
{
    private readonly List<TransferRun> _runs = [];

    /// <summary>Prints the names of the columns.</summary>
    public void Begin()
    {
        output.WriteLine($"{Machine.Date}, {Machine.Kind}, commit {Machine.Commit}, load {Machine.Load}");
        output.WriteLine("MB: 10^6 bytes. Processor seconds, peak memory and bytes allocated: source / fetcher. Cold: first of fresh");
        output.WriteLine("processes, with the fetcher's start in its processor seconds, and in MB/s from start.");
        output.WriteLine(Line("run", "MB/s", "from start", "wall s", "cpu s", "memory MiB", "alloc B/chunk", "req/chunk", "extra", "yardstick", "ratio"));
    }

    /// <summary>Prints one run.</summary>
    public void Add(TransferRun run)
    {
        _runs.Add(run);
        output.WriteLine(Line(
            $"{(run.IsCold ? "cold" : "warm")} {_runs.Count(other => other.IsCold == run.IsCold)}",
            Text(run.MegabytesPerSecond, "0"),
            run.IsCold ? Text(run.MegabytesPerSecondSinceStart, "0") : "",
            Text(run.Wall.TotalSeconds, "0.000"),
            $"{Text(run.Source.Processor.TotalSeconds, "0.00")} / {Text(run.Fetcher.Processor.TotalSeconds, "0.00")}",
            $"{run.SourcePeakBytes >> 20} / {run.FetcherPeakBytes >> 20}",
            $"{run.Source.AllocatedBytes / run.Chunks} / {run.Fetcher.AllocatedBytes / run.Chunks}",
            Text(run.RequestsPerChunk, "0.000"),
            run.ExtraRequests.ToString(CultureInfo.InvariantCulture),
            Text(run.YardstickMegabytesPerSecond, "0"),
            Text(run.Ratio, "0.00")));
    }

    /// <summary>Prints medians with ranges, and the table's line; <paramref name="command"/> is what made them.</summary>
    public void End(string command)
    {
        output.WriteLine();
        Summarise("cold", _runs.Where(run => run.IsCold).ToArray());
        Summarise("warm", _runs.Where(run => !run.IsCold).ToArray());
        if (_runs.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("| date | commit | machine | load | command | warm MB/s | cold MB/s | cold MB/s from start | CPU s warm, source / fetcher | peak MiB, source / fetcher | requests a chunk | of the yardstick |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        string[] cells =
        [
            Machine.Date,
            Machine.Commit,
            Machine.Kind,
            Machine.Load,
            $"`{command}`",
            Cell(false, run => run.MegabytesPerSecond, "0"),
            Cell(true, run => run.MegabytesPerSecond, "0"),
            Cell(true, run => run.MegabytesPerSecondSinceStart, "0"),
            $"{Cell(false, run => run.Source.Processor.TotalSeconds, "0.00")} / {Cell(false, run => run.Fetcher.Processor.TotalSeconds, "0.00")}",
            $"{_runs.Max(run => run.SourcePeakBytes) >> 20} / {_runs.Max(run => run.FetcherPeakBytes) >> 20}",
            Statistics.Of(_runs.Select(run => run.RequestsPerChunk)).Format("0.000"),
            Cell(false, run => run.Ratio, "0.00"),
        ];
        output.WriteLine($"| {string.Join(" | ", cells)} |");
    }

    private void Summarise(string name, TransferRun[] runs)
    {
        if (runs.Length == 0)
            return;
        output.Write($"{name}: {Statistics.Of(runs.Select(run => run.MegabytesPerSecond)).Format("0")} MB/s");
        if (runs[0].IsCold)
            output.Write($", {Statistics.Of(runs.Select(run => run.MegabytesPerSecondSinceStart)).Format("0")} from start");
        output.Write($", cpu {Statistics.Of(runs.Select(run => (run.Source.Processor + run.Fetcher.Processor).TotalSeconds)).Format("0.00")} s");
        if (runs.All(run => run.Ratio is not null))
            output.Write($", {Statistics.Of(runs.Select(run => run.Ratio!.Value)).Format("0.00")} of the yardstick");
        output.WriteLine($" (median [range] of {runs.Length})");
    }

    private string Cell(bool cold, Func<TransferRun, double?> value, string format)
    {
        double[] values = [.. _runs.Where(run => run.IsCold == cold).Select(value).OfType<double>()];
        return values.Length == 0 ? "-" : Statistics.Of(values).Format(format);
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static string Line(params ReadOnlySpan<string> cells)
    {
        int[] widths = [8, 7, 11, 8, 13, 12, 15, 10, 7, 10, 6];
        var line = cells[0].PadRight(widths[0]);
        for (var i = 1; i < cells.Length; i++)
            line += cells[i].PadLeft(widths[i]);
        return line.TrimEnd();
    }
}
