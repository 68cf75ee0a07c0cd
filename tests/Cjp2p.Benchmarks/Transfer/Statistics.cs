namespace Cjp2p.Benchmarks.Transfer;

/// <summary>The middle and the ends of some measurements.</summary>
internal readonly record struct Statistics(double Median, double Least, double Most)
{
    /// <summary>Of at least one.</summary>
    public static Statistics Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Statistics(median, sorted[0], sorted[^1]);
    }

    /// <summary>"median [least..most]" in that number format.</summary>
    public string Format(string format) => FormattableString.Invariant(
        $"{Text(Median, format)} [{Text(Least, format)}..{Text(Most, format)}]");

    private static string Text(double value, string format) =>
        value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
}
