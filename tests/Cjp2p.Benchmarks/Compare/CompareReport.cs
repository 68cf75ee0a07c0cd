using System.Globalization;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>Prints a comparison as the tables of docs/performance.md.</summary>
internal sealed class CompareReport(TextWriter output)
{
    private const double GiB = 1024 * 1024 * 1024;
    private const long MemoryMaxBytes = 150_000_000;
    private readonly List<string> _ratios = [];

    /// <summary>Prints where and when, and who is missing.</summary>
    public void Begin(Rivals rivals)
    {
        output.WriteLine($"{Machine.Date}, {Machine.Kind}, commit {Machine.Commit}, load {Machine.Load}");
        var missing = rivals.Missing.ToArray();
        foreach (var program in missing)
            output.WriteLine($"missing: {program.Name} (Debian: apt-get install {program.Package}); it is left out");
        output.WriteLine();
        output.WriteLine("| size | what | MB/s inside the running program | MB/s from the start of the process | CPU s per GiB, source + fetcher | peak MB, source / fetcher |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
    }

    /// <summary>Prints who did what with one size.</summary>
    public void Add(long size, CompareField field)
    {
        foreach (var contender in field.All)
        {
            var runs = contender.Runs;
            output.WriteLine(
                $"| {Size(size)} | {contender.Name} | {Cell(runs, run => run.MegabytesPerSecond)} | {Cell(runs, run => run.MegabytesPerSecondSinceStart)} "
                + $"| {Median(runs, run => run.SourceProcessor.TotalSeconds / run.LengthBytes * GiB)} + {Median(runs, run => run.FetcherProcessor.TotalSeconds / run.LengthBytes * GiB)} "
                + $"| {runs.Max(run => run.SourcePeakBytes) / 1_000_000} / {runs.Max(run => run.FetcherPeakBytes) / 1_000_000} |");
        }

        AddRatios(size, field);
    }

    /// <summary>Prints the ratios of all sizes.</summary>
    public void End()
    {
        output.WriteLine();
        output.WriteLine("| size | ratio, median of the rounds [least..most] | measured | target | |");
        output.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var line in _ratios)
            output.WriteLine(line);
        output.WriteLine();
        output.WriteLine($"Load at the end: {Machine.Load}.");
    }

    /// <summary>A size as people write it.</summary>
    public static string Size(long bytes) =>
        bytes % (long)GiB == 0 ? $"{bytes / (long)GiB} GiB" : $"{bytes / (GiB / 1024):0.###} MiB";

    private void AddRatios(long size, CompareField field)
    {
        var isLarge = size >= (long)GiB;
        Least(size, "running node, first download : curl", field.RunFirst.Over(field.Curl, Inside, Inside), 1.0);
        Least(size, "running node, next download : curl", field.RunNext.Over(field.Curl, Inside, Inside), null);
        Least(size, "running node, first download : libtorrent", field.RunFirst.Over(field.Libtorrent, Inside, Inside), 7);
        Least(size, "get : curl", field.Get.Over(field.Curl, FromStart, FromStart), isLarge ? 0.7 : 0.35);
        Least(size, "get : libtorrent", field.Get.Over(field.Libtorrent, FromStart, FromStart), 3);
        Most(size, "CPU of both sides, running node, first download : libtorrent", field.RunFirst.Over(field.Libtorrent, Processor, Processor), 0.25);
        Most(size, "CPU of both sides, get with its start : libtorrent", field.Get.Over(field.Libtorrent, Processor, Processor), 0.25);
        Least(size, "running node, first download : plain loop of 40,960", field.RunFirst.Over(field.PlainLarge, Inside, Inside), null);
        Least(size, "running node, next download : plain loop of 40,960", field.RunNext.Over(field.PlainLarge, Inside, Inside), null);
        Least(size, "running node, next download : iperf3", field.RunNext.Over(field.Iperf, Inside, Inside), null);
        Least(size, "running node, first download : what is necessary", field.RunFirst.Over(field.Necessary, Inside, Inside), null);
        Least(size, "running node, next download : what is necessary", field.RunNext.Over(field.Necessary, Inside, Inside), null);
        Least(size, "what is necessary : curl", field.Necessary.Over(field.Curl, Inside, Inside), null);
        Least(size, "what is necessary : libtorrent", field.Necessary.Over(field.Libtorrent, Inside, Inside), null);
        Most(size, "CPU of what is necessary : libtorrent", field.Necessary.Over(field.Libtorrent, Processor, Processor), null);
        foreach (var contender in (Contender[])[field.Get, field.RunFirst])
        {
            var peak = contender.Runs.Max(run => Math.Max(run.SourcePeakBytes, run.FetcherPeakBytes));
            _ratios.Add(
                $"| {Size(size)} | peak memory of {contender.Name}, the larger side | {peak / 1_000_000} MB | at most {MemoryMaxBytes / 1_000_000} MB | {Verdict(peak <= MemoryMaxBytes)} |");
        }
    }

    private void Least(long size, string name, Statistics? ratio, double? target) =>
        Line(size, name, ratio, target, "at least", (median, wanted) => median >= wanted);

    private void Most(long size, string name, Statistics? ratio, double? target) =>
        Line(size, name, ratio, target, "at most", (median, wanted) => median <= wanted);

    private void Line(long size, string name, Statistics? ratio, double? target, string direction, Func<double, double, bool> holds)
    {
        if (ratio is not { } measured)
            return;
        _ratios.Add(FormattableString.Invariant(
            $"| {Size(size)} | {name} | {measured.Format("0.00")} | {(target is { } wanted ? direction + " " + wanted.ToString("0.##", CultureInfo.InvariantCulture) : "")} | {(target is { } least ? Verdict(holds(measured.Median, least)) : "")} |"));
    }

    private static double? Inside(TransferRun run) => run.MegabytesPerSecond;

    private static double? FromStart(TransferRun run) => run.MegabytesPerSecondSinceStart;

    private static double? Processor(TransferRun run) => (run.SourceProcessor + run.FetcherProcessor).TotalSeconds;

    private static string Verdict(bool holds) => holds ? "met" : "missed";

    private static string Cell(IEnumerable<TransferRun> runs, Func<TransferRun, double?> value)
    {
        double[] values = [.. runs.Select(value).OfType<double>()];
        return values.Length == 0 ? "" : Statistics.Of(values).Format("0");
    }

    private static string Median(IEnumerable<TransferRun> runs, Func<TransferRun, double> value) =>
        Statistics.Of(runs.Select(value)).Median.ToString("0.0", CultureInfo.InvariantCulture);
}
