using System.Globalization;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>What one fetch over a path came to.</summary>
/// <param name="MegabytesPerSecond">10^6 bytes of content a second, encoding taken off.</param>
/// <param name="IsComplete">All of it came, in the time that it had.</param>
/// <param name="FetchedPerByte">Bytes of content that arrived for one of the content; null: not known.</param>
/// <param name="QueuesMs">How long the queue before the link was, in milliseconds, every few milliseconds; empty: there is none.</param>
internal sealed record PathFetch(double MegabytesPerSecond, bool IsComplete, double? FetchedPerByte, double[] QueuesMs);

/// <summary>Prints who did what over which path as a table of docs/performance.md.</summary>
internal sealed class PathTable(TextWriter output)
{
    /// <summary>Prints where and when, and what the columns are.</summary>
    public void Begin()
    {
        output.WriteLine($"{Machine.Date}, {Machine.Kind}, commit {Machine.Commit}, load {Machine.Load}");
        output.WriteLine();
        output.WriteLine("| path | who | MB/s | share of the link | bytes fetched a byte | queue: half / 95 % of the time below, ms | target | |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
    }

    /// <summary>Prints the fetches of one of them.</summary>
    /// <param name="path">The path.</param>
    /// <param name="who">Who.</param>
    /// <param name="fetches">At least one.</param>
    /// <param name="linkMegabytesPerSecond">What the link could carry of this kind of content; zero: there is no limit.</param>
    /// <param name="targets">What is aimed at.</param>
    public void Add(PathSettings path, string who, IReadOnlyList<PathFetch> fetches, double linkMegabytesPerSecond, params PathTarget[] targets)
    {
        var speed = Statistics.Of(fetches.Select(fetch => fetch.MegabytesPerSecond));
        double[] queues = [.. fetches.SelectMany(fetch => fetch.QueuesMs).Order()];
        double[] perByte = [.. fetches.Select(fetch => fetch.FetchedPerByte).OfType<double>()];
        var figures = new PathFigures(
            speed.Median,
            linkMegabytesPerSecond > 0 ? speed.Median / linkMegabytesPerSecond : double.NaN,
            perByte.Length > 0 ? Statistics.Of(perByte).Median : double.NaN,
            At(queues, 0.95));
        var unfinished = fetches.Count(fetch => !fetch.IsComplete);
        string[] cells =
        [
            path.ToString(),
            who,
            speed.Format("0.0#") + (unfinished > 0 ? $" ({unfinished} of {fetches.Count} not done in time)" : ""),
            Text(figures.Share, "0.0 %"),
            Text(figures.FetchedPerByte, "0.000"),
            queues.Length == 0 ? "" : $"{Text(At(queues, 0.5), "0")} / {Text(figures.Queue95Ms, "0")}",
            string.Join(", ", targets.Select(target => target.Text)),
            targets.Length == 0 ? "" : Verdict(figures, targets, unfinished),
        ];
        output.WriteLine($"| {string.Join(" | ", cells)} |");
        output.Flush();
    }

    private static string Verdict(PathFigures figures, PathTarget[] targets, int unfinished)
    {
        string[] missed = [.. targets.Where(target => !target.Holds(figures)).Select(target => target.Name)];
        return missed.Length == 0 && unfinished == 0 ? "met" : "missed" + (missed.Length == targets.Length ? "" : ": " + string.Join(", ", missed));
    }

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];

    private static string Text(double value, string format) =>
        double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>Medians of what was measured.</summary>
internal readonly record struct PathFigures(double MegabytesPerSecond, double Share, double FetchedPerByte, double Queue95Ms);

/// <summary>Something that is aimed at.</summary>
internal sealed record PathTarget(string Name, string Text, Func<PathFigures, bool> Holds)
{
    /// <summary>So fast.</summary>
    public static PathTarget Speed(double least) =>
        new("speed", FormattableString.Invariant($"{least:0} MB/s"), figures => figures.MegabytesPerSecond >= least);

    /// <summary>So much of the link.</summary>
    public static PathTarget Share(double least) =>
        new("share", FormattableString.Invariant($"{least * 100:0} %"), figures => figures.Share >= least);

    /// <summary>Hardly anything asked for twice that was not lost.</summary>
    public static PathTarget Twice { get; } = new("asked twice", "at most 1.1 fetched a byte", figures => figures.FetchedPerByte <= 1.1);

    /// <summary>The queue stays short.</summary>
    public static PathTarget Queue { get; } = new("queue", "queue below 50 ms", figures => figures.Queue95Ms < 50);
}
