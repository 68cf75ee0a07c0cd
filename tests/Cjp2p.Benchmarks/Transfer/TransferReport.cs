using System.Globalization;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>Prints what was measured: a line for each run, medians, and lines for the tables of docs/performance.md.</summary>
internal sealed class TransferReport(TextWriter output)
{
    private static readonly string[] Columns =
        ["run", "MB/s", "from start", "wall s", "cpu s", "memory MiB", "alloc B/chunk", "req/chunk", "extra", "yardstick", "ratio"];

    private static readonly int[] Widths = [8, 7, 11, 8, 14, 12, 15, 10, 7, 10, 6];

    private readonly List<TransferRun> _runs = [];

    /// <summary>Prints where and when, and the names of the columns.</summary>
    public void Begin()
    {
        output.WriteLine($"{Machine.Date}, {Machine.Kind}, commit {Machine.Commit}, load {Machine.Load}");
        output.WriteLine(Line(Columns));
    }

    /// <summary>Prints one run.</summary>
    public void Add(TransferRun run)
    {
        _runs.Add(run);
        output.WriteLine(Line(
            $"{Name(run.IsCold)} {_runs.Count(other => other.IsCold == run.IsCold)}",
            Text(run.MegabytesPerSecond, "0"),
            Text(run.MegabytesPerSecondSinceStart, "0"),
            Text((run.Wall ?? run.SinceStart)?.TotalSeconds, "0.000"),
            $"{Text(run.SourceProcessor.TotalSeconds, "0.00")} / {Text(run.FetcherProcessor.TotalSeconds, "0.00")}",
            $"{run.SourcePeakBytes >> 20} / {run.FetcherPeakBytes >> 20}",
            run.FetcherAllocatedBytes is null ? "" : $"{run.SourceAllocatedBytes / run.Chunks} / {run.FetcherAllocatedBytes / run.Chunks}",
            Text(run.RequestsPerChunk, "0.000"),
            Text(run.ExtraRequests, "0"),
            Text(run.YardstickMegabytesPerSecond, "0"),
            Text(run.Ratio, "0.00")));
    }

    /// <summary>Prints medians with ranges as lines of a table; <paramref name="command"/> is what made them.</summary>
    public void End(string command)
    {
        output.WriteLine();
        output.WriteLine("| date, commit, load | command | runs | MB/s | MB/s from start | s from start | CPU s, source + fetcher | peak MiB | requests a chunk | of the yardstick |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var runs in _runs.GroupBy(run => run.IsCold))
        {
            string[] cells =
            [
                $"{Machine.Date}, {Machine.Commit}, {Machine.Load}",
                $"`{command}`",
                $"{runs.Count()} {Name(runs.Key)}",
                Cell(runs, run => run.MegabytesPerSecond, "0"),
                Cell(runs, run => run.MegabytesPerSecondSinceStart, "0"),
                Cell(runs, run => run.SinceStart?.TotalSeconds, "0.00"),
                $"{Cell(runs, run => run.SourceProcessor.TotalSeconds, "0.00")} + {Cell(runs, run => run.FetcherProcessor.TotalSeconds, "0.00")}",
                $"{runs.Max(run => run.SourcePeakBytes) >> 20} / {runs.Max(run => run.FetcherPeakBytes) >> 20}",
                Cell(runs, run => run.RequestsPerChunk, "0.000"),
                Cell(runs, run => run.Ratio, "0.00"),
            ];
            output.WriteLine($"| {string.Join(" | ", cells)} |");
        }
    }

    private static string Name(bool isCold) => isCold ? "cold" : "warm";

    private static string Cell(IEnumerable<TransferRun> runs, Func<TransferRun, double?> value, string format)
    {
        double[] values = [.. runs.Select(value).OfType<double>()];
        return values.Length == 0 ? "" : Statistics.Of(values).Format(format);
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static string Line(params ReadOnlySpan<string> cells)
    {
        var line = cells[0].PadRight(Widths[0]);
        for (var i = 1; i < cells.Length; i++)
            line += cells[i].PadLeft(Widths[i]);
        return line.TrimEnd();
    }
}
