using System.Globalization;

namespace Cjp2p.Benchmarks.Soak;

/// <summary>
/// Whether what a node uses stays as it is: the median of the last quarter of a soak against that of the second one (in the
/// first the tables fill up). Resident memory, tables, threads, files and actors may grow by a tenth; a small number by a few.
/// </summary>
internal static class SoakVerdict
{
    private const double GrowthMax = 1.10;
    private const double Few = 8;

    /// <summary>Prints what there is to say of one node; returns what is wrong, a line each.</summary>
    public static IReadOnlyList<string> Judge(string name, IReadOnlyList<SoakSample> samples, double length, string unit, TextWriter output)
    {
        var wrong = new List<string>();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {unit} {length * 0.25:0} to {length * 0.5:0} | {unit} {length * 0.75:0} to {length:0} | most | growth |"));
        output.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var key in samples.SelectMany(sample => sample.Values.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            var before = Median(key, 0.25, 0.5);
            var after = Median(key, 0.75, 1);
            var most = samples.Max(sample => sample.Values.GetValueOrDefault(key));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {key} | {before:0.#} | {after:0.#} | {most:0.#} | {(before > 0 ? $"{(after / before - 1) * 100:+0.0;-0.0;0.0} %" : "-")} |"));
            if (key is SoakSample.Restarts or SoakSample.Failures)
            {
                if (most > 0)
                    wrong.Add($"{name}: {key} {most}");
            }
            else if (key is SoakSample.Resident or "world: heap MiB" ? after > before * GrowthMax : key != SoakSample.Peak && after > before * GrowthMax + Few)
            {
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {key} grew from {before:0.#} to {after:0.#}"));
            }
        }

        return wrong;

        double Median(string key, double from, double to)
        {
            double[] values = [.. samples.Where(sample => sample.At >= length * from && sample.At <= length * to)
                .Select(sample => sample.Values.GetValueOrDefault(key)).Order()];
            return values.Length == 0 ? 0 : values[values.Length / 2];
        }
    }
}
