using System.Globalization;
using System.Text;

namespace Cjp2p.Host.Simulation;

/// <summary>
/// One picture of a report: curves in an SVG that is stretched to the width there is, with axes in HTML around it, so that
/// text keeps its size on a telephone and on a wide screen.
/// </summary>
/// <param name="end">Right end of the horizontal axis.</param>
/// <param name="top">Upper end of the vertical axis.</param>
internal sealed class HtmlChart(double end, double top)
{
    private const double Width = 1000;
    private const double Height = 100;
    private const int TicksMax = 8;

    private static readonly double[] TimeSteps =
    [
        0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
        86_400, 172_800, 432_000, 864_000, 2_592_000,
    ];

    private readonly StringBuilder _curves = new();
    private readonly StringBuilder _labels = new();

    /// <summary>The next round number above: 1, 2 or 5 times a power of ten.</summary>
    public static double Round(double value)
    {
        if (value <= 0)
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1, 2, 2.5, 5, 10 }.First(step => step * power >= value * 0.999) * power;
    }

    /// <summary>The next round number of bytes above.</summary>
    public static double RoundBytes(long bytes)
    {
        var unit = 1.0;
        while (bytes / unit > 1023)
            unit *= 1024;
        return Math.Max(4, Round(bytes / unit) * unit);
    }

    /// <summary>A line through points.</summary>
    public HtmlChart Line(IEnumerable<(double X, double Y)> points, string color, double width = 2, bool steps = false)
    {
        _curves.Append(CultureInfo.InvariantCulture, $"<path d=\"{Path(points, steps)}\" fill=\"none\" stroke=\"var(--{color})\" stroke-width=\"{width}\" stroke-linejoin=\"round\"/>");
        return this;
    }

    /// <summary>The area between two lines that share their horizontal places.</summary>
    public HtmlChart Area(IEnumerable<(double X, double Low, double High)> points, string color)
    {
        var all = points.ToArray();
        if (all.Length == 0)
            return this;
        var upper = Path(all.Select(point => (point.X, point.High)), steps: false);
        var lower = Path(all.Reverse().Select(point => (point.X, point.Low)), steps: false);
        _curves.Append(CultureInfo.InvariantCulture, $"<path d=\"{upper}L{lower[1..]}Z\" fill=\"var(--{color})\" stroke=\"none\"/>");
        return this;
    }

    /// <summary>A bar from the bottom, with what it says when it is pointed at.</summary>
    public HtmlChart Column(double from, double until, double low, double high, string color, string title)
    {
        _curves.Append(CultureInfo.InvariantCulture, $"<rect x=\"{X(from):0.##}\" y=\"{Y(high):0.##}\" width=\"{X(until) - X(from):0.##}\" height=\"{Math.Max(0, Y(low) - Y(high)):0.##}\" fill=\"var(--{color})\"><title>{HtmlReport.Escape(title)}</title></rect>");
        return this;
    }

    /// <summary>A dashed line at one place, with a word.</summary>
    public HtmlChart Mark(double at, string word)
    {
        if (at <= 0 || at >= end)
            return this;
        _curves.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(at):0.##}\" x2=\"{X(at):0.##}\" y1=\"0\" y2=\"100\" class=\"phase\"/>");
        if (word.Length > 0)
        {
            var side = at > end * 0.7 ? string.Create(CultureInfo.InvariantCulture, $"right:{100 - Part(at):0.##}%") : string.Create(CultureInfo.InvariantCulture, $"left:{Part(at):0.##}%");
            _labels.Append(CultureInfo.InvariantCulture, $"<em style=\"{side};margin:0 4px\">{HtmlReport.Escape(word)}</em>");
        }

        return this;
    }

    /// <summary>The whole, with a horizontal axis of time.</summary>
    public string OverTime(string size, string description, Func<double, string> name) =>
        Render(size, description, name, TimeAxis(end));

    /// <summary>The whole, with words below.</summary>
    public string Over(string size, string description, Func<double, string> name, string left, string right) =>
        Render(size, description, name, $"<span style=\"left:0;transform:none\">{HtmlReport.Escape(left)}</span><span class=\"last\" style=\"left:100%\">{HtmlReport.Escape(right)}</span>");

    /// <summary>Marks of time below a plot.</summary>
    public static string TimeAxis(double endSeconds)
    {
        var step = TimeSteps.FirstOrDefault(step => endSeconds / step <= TicksMax, TimeSteps[^1]);
        var axis = new StringBuilder();
        var count = (int)Math.Floor(endSeconds / step + 0.0001);
        for (var i = 0; i <= count; i++)
        {
            var part = 100 * i * step / endSeconds;
            var isLast = part > 96;
            axis.Append(CultureInfo.InvariantCulture, $"<span class=\"{(i % 2 == 1 ? "odd" : "even")}{(isLast ? " last" : "")}\" style=\"left:{part:0.##}%\">{Time(i * step, step)}</span>");
        }

        return axis.ToString();
    }

    private string Render(string size, string description, Func<double, string> name, string axis)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"chart {size}\"><div class=\"y\">");
        var lines = new StringBuilder();
        for (var i = 0; i <= 4; i++)
        {
            if (size == "low" && i % 2 == 1)
                continue;
            html.Append(CultureInfo.InvariantCulture, $"<span style=\"top:{100 - (25 * i)}%\">{HtmlReport.Escape(name(top * i / 4))}</span>");
            lines.Append(CultureInfo.InvariantCulture, $"<line x1=\"0\" x2=\"1000\" y1=\"{100 - (25 * i)}\" y2=\"{100 - (25 * i)}\" class=\"grid\"/>");
        }

        html.Append(CultureInfo.InvariantCulture, $"</div><div class=\"plot\"><svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{HtmlReport.Escape(description)}\">{lines}{_curves}</svg>{_labels}</div><div class=\"x\">{axis}</div></div>");
        return html.ToString();
    }

    private static string Time(double seconds, double step) => step < 1
        ? seconds.ToString(step < 0.1 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + " s"
        : Amounts.Clock(TimeSpan.FromSeconds(Math.Round(seconds)));

    private string Path(IEnumerable<(double X, double Y)> points, bool steps)
    {
        var path = new StringBuilder();
        var last = 0.0;
        foreach (var (x, y) in points)
        {
            if (path.Length > 0 && steps)
                path.Append(CultureInfo.InvariantCulture, $"L{X(x):0.##} {last:0.##}");
            last = Y(y);
            path.Append(path.Length == 0 ? 'M' : 'L').Append(CultureInfo.InvariantCulture, $"{X(x):0.##} {last:0.##}");
        }

        return path.ToString();
    }

    private double X(double value) => end <= 0 ? 0 : value / end * Width;

    private double Y(double value) => Height - (top <= 0 ? 0 : Math.Clamp(value / top, 0, 1) * Height);

    private double Part(double value) => X(value) / Width * 100;
}
