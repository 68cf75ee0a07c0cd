using System.Globalization;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Node;

/// <summary>Prints figures with their targets as a table of docs/performance.md.</summary>
internal sealed class FigureTable(TextWriter output)
{
    /// <summary>Prints where and when.</summary>
    public void Begin()
    {
        output.WriteLine($"{Machine.Date}, {Machine.Kind}, commit {Machine.Commit}, load {Machine.Load}");
        output.WriteLine();
        output.WriteLine("| figure | measured | target | |");
        output.WriteLine("| --- | --- | --- | --- |");
    }

    /// <summary>A figure of several rounds: median and range.</summary>
    public void Add(string name, Statistics measured, string format, string target = "", Func<double, bool>? holds = null) =>
        Line(name, measured.Format(format), target, holds?.Invoke(measured.Median));

    /// <summary>One figure.</summary>
    public void Add(string name, double measured, string format, string target = "", Func<double, bool>? holds = null) =>
        Line(name, measured.ToString(format, CultureInfo.InvariantCulture), target, holds?.Invoke(measured));

    private void Line(string name, string measured, string target, bool? holds) =>
        output.WriteLine($"| {name} | {measured} | {target} | {holds switch { true => "met", false => "missed", null => "" }} |");
}
