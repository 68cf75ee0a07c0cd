using System.Globalization;
using System.Net;
using System.Text;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Simulation;

/// <summary>A run as one HTML file: pictures are SVG, nothing is loaded from anywhere, light and dark as the reader likes it.</summary>
internal sealed class HtmlReport
{
    private const int CellsMax = 48;
    private const int ColumnsMax = 240;
    private const int FaultsMax = 40;
    private const int ViolationsMax = 20;
    private const int SlowestMax = 10;

    private readonly StringBuilder _html = new();
    private readonly ScenarioResult _result;
    private readonly double _end;

    private HtmlReport(ScenarioResult result)
    {
        _result = result;
        _end = Math.Max(0.001, result.VirtualTime.TotalSeconds);
    }

    /// <summary>Writes the report.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="result">How the run went.</param>
    /// <param name="wall">How long it took.</param>
    /// <param name="command">The command that plays it again.</param>
    public static void Write(Stream stream, ScenarioResult result, TimeSpan wall, string command)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        writer.Write(new HtmlReport(result).Page(wall, command));
    }

    /// <summary>Text for HTML.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(Visible.EscapeLines(text));

    private string Page(TimeSpan wall, string command)
    {
        var scenario = _result.Scenario;
        Add($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Escape(scenario.Name)}, seed {_result.Seed} - cjp2p simulate</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            <main>
            <h1>{Escape(scenario.Name)}</h1>
            <p class="lead">{Escape(scenario.Description)}{(scenario.Description.Length > 0 ? " &middot; " : "")}{scenario.Peers:#,0} peers, seed {_result.Seed}, {Escape(Amounts.Clock(_result.VirtualTime))} of virtual time in {Escape(Amounts.Seconds(wall))}</p>

            """);
        Verdict();
        Tiles();
        Completion();
        Faults();
        Network();
        Bytes();
        Nodes();
        Flows();
        Slowest();
        Add($"""
            <section><h2>The same again</h2>
            <p class="note">The seed and these options decide everything; the trace hash says whether it was the same.</p>
            <pre class="wrap">{Escape(command)}</pre>
            <details><summary class="note">The scenario with all its settings</summary><pre>{Escape(ScenarioFile.Write(scenario))}</pre></details>
            </section>
            <footer>cjp2p {ProgramVersion.Text} &middot; trace {_result.TraceHash} &middot; {_result.Steps:#,0} steps</footer>
            </main>
            </body>
            </html>

            """);
        return _html.ToString();
    }

    private void Verdict()
    {
        var violations = _result.Violations;
        if (violations.Count == 0)
        {
            Add($"<div class=\"verdict\"><strong>Every invariant held.</strong> {Left()}</div>\n");
            return;
        }

        Add($"<div class=\"verdict bad\"><strong>{Amounts.Count(violations.Count, "violation")}.</strong> {Left()}<ul>");
        foreach (var violation in violations.Take(ViolationsMax))
            Add($"<li>{Escape(violation.Invariant)} at {Amounts.Clock(violation.At)} (step {violation.Step}): {Escape(violation.What)}</li>");
        if (violations.Count > ViolationsMax)
            Add($"<li>and {violations.Count - ViolationsMax} more</li>");
        Add($"</ul></div>\n");
    }

    private string Left() => _result.Completed == _result.Fetches.Count
        ? "Everything that was asked for was fetched."
        : Text($"{_result.Fetches.Count - _result.Completed:#,0} of {_result.Fetches.Count:#,0} fetches did not complete.");

    private void Tiles()
    {
        Add($"<div class=\"tiles\">");
        Tile(Text($"{_result.Completed:#,0} of {_result.Fetches.Count:#,0}"), "contents fetched", "");
        if (_result.Took(0.5) is { } half)
            Tile(Amounts.Seconds(half), "was enough for half of them", Text($"90 %: {Amounts.Seconds(_result.Took(0.9)!.Value)}, all: {Amounts.Seconds(_result.Took(1)!.Value)}"));
        Tile(Text($"{_result.Delivered:#,0}"), "datagrams delivered", "");
        var reasons = string.Join(", ", _result.DroppedFor.OrderByDescending(pair => pair.Value).Take(2)
            .Select(pair => Text($"{ScenarioValues.Name(pair.Key)} {pair.Value:#,0}")));
        Tile(Text($"{_result.Dropped:#,0}"), "dropped", reasons);
        Tile(Amounts.Bytes((long)_result.BytesPerNode), "per peer, both ways", "");
        Tile(Text($"{_result.Waste:0.0%}"), "waste", "of what was of use");
        Add($"</div>\n");
    }

    private void Tile(string figure, string name, string more) => Add(
        $"<div class=\"tile\"><b>{Escape(figure)}</b><span>{Escape(name)}</span>{(more.Length > 0 ? $"<small>{Escape(more)}</small>" : "")}</div>");

    // ---- over time

    private void Completion()
    {
        if (_result.Fetches.Count == 0)
            return;
        var samples = _result.Samples;
        var chart = new HtmlChart(_end, 1)
            .Area(samples.Select(sample => (Seconds(sample), sample.Done[0], sample.Done[4])), "blue-faint")
            .Area(samples.Select(sample => (Seconds(sample), sample.Done[1], sample.Done[3])), "blue-soft")
            .Line(samples.Select(sample => (Seconds(sample), sample.Done[2])), "blue")
            .Line(samples.Select(sample => (Seconds(sample), (double)sample.Completed / _result.Fetches.Count)), "teal", 2)
            .Mark(_result.SafetyEnded.TotalSeconds, "faults end");
        Section("Completion", "How much of a fetch is done, and how many are. Fetches that have not begun count as nothing done.",
            [("blue", "the fetch in the middle", true), ("blue-soft", "the middle half of them", false), ("blue-faint", "all but the first and the last tenth", false), ("teal", "fetches completed", true)],
            chart.OverTime("tall", "completion over time", part => Text($"{part:0%}")));
    }

    private void Faults()
    {
        if (_result.Events.Count == 0 && _result.Scenario.Faults.IsEmpty)
            return;
        Add($"<section><h2>Faults and peers</h2><p class=\"note\">What went wrong, on the same axis, and how many peers ran.</p>");
        Add($"<div class=\"chart gantt\"><div class=\"y\"></div><div class=\"plot\">");
        foreach (var one in _result.Events.Take(FaultsMax))
        {
            var from = Part(one.From);
            var until = one.Until is { } ended ? Part(ended) : from;
            // What has no end of its own is a mark: a node that left for good, a clock that was set.
            var isMark = one.Until is null || one.Until == one.From;
            var text = $"{one.Name}: {ScenarioValues.Name(one.Kind)} of {Amounts.Count(one.Nodes.Count, "peer")}";
            var when = $"{text}, {Amounts.Clock(one.From)}{(isMark ? "" : $" to {Amounts.Clock(one.Until!.Value)}")}";
            // In the bar when it is long enough, else beside it, on the side that has room.
            var place = until - from > 35 ? Text($"left:{from:0.##}%")
                : until < 60 ? Text($"left:{until:0.##}%")
                : Text($"right:{100 - from:0.##}%");
            Add($"<div class=\"fault\" title=\"{Escape(when)}\"><u{(isMark ? " class=\"mark\"" : "")} style=\"left:{from:0.##}%;width:{Math.Max(0, until - from):0.##}%\"></u><b style=\"{place}\">{Escape(text)}</b></div>");
        }

        if (_result.Events.Count > FaultsMax)
            Add($"<div class=\"fault\"><b>and {_result.Events.Count - FaultsMax} more</b></div>");
        Add($"</div></div>");
        var top = HtmlChart.Round(Math.Max(4, _result.Scenario.Peers));
        Add($"""{new HtmlChart(_end, top)
            .Line(_result.Samples.Select(sample => (Seconds(sample), (double)sample.NodesUp)), "purple", 2, steps: true)
            .Mark(_result.SafetyEnded.TotalSeconds, "")
            .OverTime("low", "peers that run, over time", count => Text($"{count:#,0}"))}""");
        Add($"</section>\n");
    }

    private void Network()
    {
        var rates = Rates(sample => sample.BytesSent).ToArray();
        var drops = Rates(sample => sample.Dropped).ToArray();
        var top = HtmlChart.Round(rates.Select(rate => rate.PerSecond).DefaultIfEmpty().Max());
        var dropTop = HtmlChart.Round(drops.Select(rate => rate.PerSecond).DefaultIfEmpty().Max());
        Add($"<div class=\"pair\">");
        Section("Sent", "Payload of all peers together.", [],
            new HtmlChart(_end, top).Area(rates.Select(rate => (rate.At, 0.0, rate.PerSecond)), "blue-soft").Line(rates, "blue", 1.5)
                .Mark(_result.SafetyEnded.TotalSeconds, "").OverTime("low", "bytes sent each second", Amounts.Rate));
        Section("Dropped", "Datagrams that did not arrive, for whatever reason.", [],
            new HtmlChart(_end, dropTop).Area(drops.Select(rate => (rate.At, 0.0, rate.PerSecond)), "orange-soft").Line(drops, "orange", 1.5)
                .Mark(_result.SafetyEnded.TotalSeconds, "").OverTime("low", "datagrams dropped each second", rate => Text($"{Short(rate)}/s")));
        Add($"</div>\n");
    }

    private void Bytes()
    {
        if (_result.Fetches.Count == 0)
            return;
        var samples = _result.Samples;
        var top = HtmlChart.RoundBytes(samples.Max(sample => sample.BytesFetched));
        var chart = new HtmlChart(_end, top)
            .Area(samples.Select(sample => (Seconds(sample), 0.0, (double)(sample.BytesFetched - sample.BytesWasted))), "teal-soft")
            .Area(samples.Select(sample => (Seconds(sample), (double)(sample.BytesFetched - sample.BytesWasted), (double)sample.BytesFetched)), "orange-soft")
            .Line(samples.Select(sample => (Seconds(sample), (double)(sample.BytesFetched - sample.BytesWasted))), "teal")
            .Line(samples.Select(sample => (Seconds(sample), (double)sample.BytesFetched)), "orange")
            .Mark(_result.SafetyEnded.TotalSeconds, "faults end");
        Section("Waste", "Bytes of content that arrived: of use, and besides those that came twice, were wrong, or were lost by a crash.",
            [("teal-soft", "of use", false), ("orange-soft", "wasted", false)],
            chart.OverTime("low", "bytes of content that arrived", bytes => Amounts.Bytes((long)bytes)));
    }

    private IEnumerable<(double At, double PerSecond)> Rates(Func<ScenarioSample, long> total)
    {
        for (var i = 1; i < _result.Samples.Count; i++)
        {
            var (before, after) = (_result.Samples[i - 1], _result.Samples[i]);
            var seconds = (after.At - before.At).TotalSeconds;
            if (seconds > 0)
                yield return (Seconds(after), (total(after) - total(before)) / seconds);
        }
    }

    // ---- peers

    private void Nodes()
    {
        var peers = _result.Peers.OrderByDescending(peer => peer.BytesSent).ToArray();
        // Many peers share a column, which shows the first of them.
        var each = (peers.Length + ColumnsMax - 1) / ColumnsMax;
        var columns = peers.Chunk(each).Select(chunk => chunk[0]).ToArray();
        var top = HtmlChart.RoundBytes(columns.Max(peer => Math.Max(peer.BytesSent, peer.BytesReceived)));
        var chart = new HtmlChart(columns.Length, top);
        for (var i = 0; i < columns.Length; i++)
        {
            var peer = columns[i];
            chart.Column(i + 0.08, i + 0.5, 0, peer.BytesSent, "blue", $"n{peer.Number} ({peer.Group}) sent {Amounts.Bytes(peer.BytesSent)}");
            chart.Column(i + 0.5, i + 0.92, 0, peer.BytesReceived, "teal", $"n{peer.Number} ({peer.Group}) received {Amounts.Bytes(peer.BytesReceived)}");
        }

        Section("Bytes of each peer", "Payload, by what they sent. Point at a column to see whose it is."
            + (each > 1 ? Text($" One column for every {each} peers.") : ""),
            [("blue", "sent", false), ("teal", "received", false)],
            chart.Over("low", "bytes of each peer", bytes => Amounts.Bytes((long)bytes), "who sent most", "who sent least"));
    }

    private void Flows()
    {
        if (_result.Flows.Count == 0)
            return;
        var peers = _result.Peers.Count;
        var each = (peers + CellsMax - 1) / CellsMax;
        var cells = (peers + each - 1) / each;
        var bytes = new double[cells, cells];
        foreach (var flow in _result.Flows)
            bytes[flow.From / each, flow.To / each] += flow.Bytes;
        var most = bytes.Cast<double>().Max();
        Add($"<div class=\"pair\"><section><h2>Who gave to whom</h2><p class=\"note\">Content from the peer of a row to that of a column; the darker, the more ({Escape(Amounts.Bytes((long)most))} at the most).{(each > 1 ? Text($" Each cell is {each} by {each} peers.") : "")}</p>");
        Add($"<div class=\"matrix\"><div class=\"down\">gave &rarr;</div><svg viewBox=\"0 0 {cells} {cells}\" role=\"img\" aria-label=\"who gave to whom\" shape-rendering=\"crispEdges\">");
        for (var from = 0; from < cells; from++)
        {
            for (var to = 0; to < cells; to++)
            {
                if (bytes[from, to] <= 0)
                    continue;
                Add($"<rect x=\"{to}\" y=\"{from}\" width=\"1\" height=\"1\" fill=\"var(--blue)\" opacity=\"{0.12 + (0.88 * Math.Sqrt(bytes[from, to] / most)):0.##}\"><title>{Escape($"{Cell(from, each)} gave {Cell(to, each)} {Amounts.Bytes((long)bytes[from, to])}")}</title></rect>");
            }
        }

        Add($"</svg><div class=\"across\">received &rarr;</div></div></section>");
        GroupTable();
        Add($"</div>\n");
    }

    private string Cell(int cell, int each) => each == 1
        ? $"n{cell} ({_result.Peers[cell].Group})"
        : Text($"n{cell * each} to n{Math.Min(_result.Peers.Count, (cell + 1) * each) - 1}");

    private void GroupTable()
    {
        var total = (double)_result.Flows.Sum(flow => flow.Bytes);
        var rows = _result.Flows
            .GroupBy(flow => (From: _result.Peers[flow.From].Group, To: _result.Peers[flow.To].Group))
            .Select(group => (group.Key.From, group.Key.To, Bytes: group.Sum(flow => flow.Bytes)))
            .OrderByDescending(row => row.Bytes);
        Add($"<section><h2>By group</h2><p class=\"note\">The same for groups of peers.</p><div class=\"scroll\"><table><thead><tr><th>from</th><th>to</th><th class=\"n\">bytes</th><th class=\"n\">part</th></tr></thead><tbody>");
        foreach (var (from, to, bytes) in rows.Take(2 * SlowestMax))
            Add($"<tr><td>{Escape(from)}</td><td>{Escape(to)}</td><td class=\"n\">{Escape(Amounts.Bytes(bytes))}</td><td class=\"n\">{bytes / total:0.0%}<span class=\"bar\" style=\"width:{100 * bytes / total:0.#}%\"></span></td></tr>");
        Add($"</tbody></table></div></section>");
    }

    private void Slowest()
    {
        var slowest = _result.Fetches
            .Where(fetch => fetch.From is not null)
            .OrderByDescending(fetch => fetch.Until is null)
            .ThenByDescending(fetch => fetch.Took ?? _result.VirtualTime - fetch.From)
            .Take(SlowestMax);
        Add($"<section><h2>The slowest fetches</h2><p class=\"note\">A start more than one was after a crash, an absence or a failure.</p><div class=\"scroll\"><table><thead><tr><th>peer</th><th>content</th><th class=\"n\">began</th><th class=\"n\">took</th><th class=\"n\">arrived</th><th class=\"n\">starts</th><th>last word</th></tr></thead><tbody>");
        foreach (var fetch in slowest)
        {
            var took = fetch.Took is { } time ? Amounts.Seconds(time) : Text($"{(fetch.LengthBytes == 0 ? 0 : (double)fetch.DoneBytes / fetch.LengthBytes):0%} done");
            Add($"<tr><td>n{fetch.Node}</td><td>{Escape(fetch.Content)}</td><td class=\"n\">{Amounts.Clock(fetch.From!.Value)}</td><td class=\"n\">{Escape(took)}</td><td class=\"n\">{Escape(Amounts.Bytes(fetch.FetchedBytes))}</td><td class=\"n\">{fetch.Starts}</td><td>{Escape(fetch.Why)}</td></tr>");
        }

        Add($"</tbody></table></div></section>\n");
    }

    // ---- helpers

    private void Section(string title, string note, (string Color, string Name, bool IsLine)[] legend, string content)
    {
        Add($"<section><h2>{Escape(title)}</h2><p class=\"note\">{Escape(note)}</p>");
        if (legend.Length > 0)
        {
            Add($"<ul class=\"legend\">");
            foreach (var (color, name, isLine) in legend)
                Add($"<li><i{(isLine ? " class=\"stroke\"" : "")} style=\"background:var(--{color})\"></i>{Escape(name)}</li>");
            Add($"</ul>");
        }

        Add($"{content}</section>\n");
    }

    private void Add(FormattableString html) => _html.Append(html.ToString(CultureInfo.InvariantCulture));

    private double Part(TimeSpan at) => Math.Clamp(100 * at.TotalSeconds / _end, 0, 100);

    private static double Seconds(ScenarioSample sample) => sample.At.TotalSeconds;

    private static string Short(double number) => number >= 10_000 ? Text($"{number / 1000:0}k") : number >= 1000 ? Text($"{number / 1000:0.#}k") : Text($"{number:0.##}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Style()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
