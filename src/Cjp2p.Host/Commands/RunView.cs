using System.Globalization;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Transport;
using Cjp2p.Host.Logging;
using Cjp2p.Host.Output;
using Serilog.Events;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cjp2p.Host.Commands;

/// <summary>The live status of a running node on a terminal.</summary>
/// <param name="udp">Where the node listens.</param>
/// <param name="http">Where its HTTP API does; null: nowhere.</param>
internal sealed class RunView(IReadOnlyList<string> udp, string? http)
{
    private const int DownloadsMax = 8;
    private const int FactLines = 5;
    private const int IdChars = 8;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private readonly SpeedMeter _bytesIn = new(Window);
    private readonly SpeedMeter _bytesOut = new(Window);
    private readonly SpeedMeter _datagramsIn = new(Window);
    private readonly SpeedMeter _datagramsOut = new(Window);
    private readonly Dictionary<string, SpeedMeter> _fetched = [];
    private NodeProtocol.NodeStatus? _status;

    /// <summary>Takes a status; speeds are measured from one to the next.</summary>
    public void Add(NodeProtocol.NodeStatus status)
    {
        _status = status;
        var endpoints = Endpoints;
        _bytesIn.Add(status.Uptime, endpoints.Sum(endpoint => endpoint.BytesIn));
        _bytesOut.Add(status.Uptime, endpoints.Sum(endpoint => endpoint.BytesOut));
        _datagramsIn.Add(status.Uptime, endpoints.Sum(endpoint => endpoint.DatagramsIn));
        _datagramsOut.Add(status.Uptime, endpoints.Sum(endpoint => endpoint.DatagramsOut));
        var running = status.Downloads?.Running ?? [];
        foreach (var gone in _fetched.Keys.Except(running.Select(one => one.Id.ToString())).ToArray())
            _fetched.Remove(gone);
        foreach (var one in running)
        {
            var id = one.Id.ToString();
            if (!_fetched.TryGetValue(id, out var meter))
                _fetched[id] = meter = new SpeedMeter(Window);
            meter.Add(status.Uptime, one.FetchedBytes);
        }
    }

    /// <summary>The view for a terminal of that size.</summary>
    public IRenderable Render(IReadOnlyList<LogEvent> log, int width, int height, bool unicode, bool isStopping)
    {
        var rows = new List<IRenderable> { Header(width), Facts() };
        foreach (var endpoint in Endpoints.Where(endpoint => !endpoint.IsOpen))
            rows.Add(Line($"socket {endpoint.Address} is down: {endpoint.Reason}", new Style(Color.Red)));
        var downloads = _status?.Downloads?.Running ?? [];
        foreach (var one in downloads.Take(DownloadsMax))
            rows.AddRange(Download(one, width, unicode));
        if (downloads.Length > DownloadsMax)
            rows.Add(Line($"and {downloads.Length - DownloadsMax} more", new Style(Color.Grey)));
        rows.Add(Text.Empty);
        // The other lines of the facts, the last line, and one so that the terminal does not scroll.
        var room = height - rows.Count - (FactLines - 1) - 2;
        foreach (var logEvent in log.TakeLast(Math.Clamp(room, 0, 10)))
            rows.Add(Line(Visible.Cut(LogLine(logEvent), width), StyleOf(logEvent.Level)));
        rows.Add(Line(isStopping ? "stopping" : "Ctrl-C stops", new Style(Color.Grey)));
        return new Rows(rows);
    }

    private IReadOnlyList<SocketProtocol.EndpointStatus> Endpoints => _status?.Socket is { } socket ? socket.Endpoints : [];

    private Markup Header(int width)
    {
        var left = $"cjp2p {ProgramVersion.Text}";
        var up = "  up " + Amounts.Clock(_status?.Uptime ?? TimeSpan.Zero);
        var where = string.Join("  ", udp.Select(address => "udp " + address));
        if (http is not null)
            where += "  http " + http;
        var room = Math.Max(1, width - left.Length - 2 - up.Length);
        return new Markup($"[bold]{left}[/]  {Markup.Escape(Visible.Cut(where, room).PadRight(room))}{up}");
    }

    private Grid Facts()
    {
        var endpoints = Endpoints;
        var facts = new Grid().AddColumn(new GridColumn { Padding = new Padding(0, 0, 2, 0), NoWrap = true })
            .AddColumn(new GridColumn { Padding = new Padding(0) });
        facts.AddRow(
            new Text("network", new Style(Color.Grey)),
            new Text($"in {Speed(_bytesIn, _datagramsIn)}, out {Speed(_bytesOut, _datagramsOut)}"));
        facts.AddRow(
            new Text("so far", new Style(Color.Grey)),
            new Text(
                $"in {Amounts.Bytes(endpoints.Sum(endpoint => endpoint.BytesIn))}, "
                + $"out {Amounts.Bytes(endpoints.Sum(endpoint => endpoint.BytesOut))}"));
        facts.AddRow(
            new Text("peers", new Style(Color.Grey)),
            new Text(_status?.Peers is { } peers
                ? string.Create(CultureInfo.InvariantCulture, $"{peers.Verified:#,0} verified, {peers.Hearsay:#,0} hearsay")
                : "no answer"));
        facts.AddRow(
            new Text("shared", new Style(Color.Grey)),
            new Text(_status?.Store is { } store
                ? $"{Amounts.Count(store.Files, "file")}, {Amounts.Bytes(store.Bytes)}"
                    + (store.Indexing > 0 ? $", {Amounts.Count(store.Indexing, "file")} to be hashed" : "")
                : "no answer"));
        facts.AddRow(
            new Text("downloads", new Style(Color.Grey)),
            new Text(_status?.Downloads is { } downloads
                ? downloads.Running.Length == 0 ? "none" : downloads.Running.Length.ToString(CultureInfo.InvariantCulture)
                : "no answer"));
        return facts;
    }

    private static string Speed(SpeedMeter bytes, SpeedMeter datagrams) =>
        string.Create(CultureInfo.InvariantCulture, $"{Amounts.Rate(bytes.PerSecond)} ({datagrams.PerSecond:#,0}/s)");

    private IEnumerable<IRenderable> Download(DownloadProtocol.Progress one, int width, bool unicode)
    {
        var id = one.Id.ToString();
        var part = one.LengthBytes > 0 ? (double)one.DoneBytes / one.LengthBytes : 0;
        var speed = _fetched.TryGetValue(id, out var meter) ? meter.PerSecond : 0;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $" {Math.Floor(part * 100),3:0}%  {Amounts.Rate(speed),9}  {Amounts.Count(one.Sources, "source"),-10}  ");
        var (full, empty) = Bar.Draw(part, Math.Clamp(width / 5, 5, 30), unicode);
        var room = width - IdChars - 2 - full.Length - empty.Length - text.Length;
        var name = Visible.Cut(Visible.Escape(Path.GetFileName(one.TargetPath)), Math.Max(1, room));
        yield return new Markup($"{id[..IdChars]}  [green]{full}[/][grey]{empty}[/]{text}{Markup.Escape(name)}");
        if (one.Why.Length > 0)
            yield return Line("          " + one.Why, new Style(Color.Yellow));
    }

    private static Text Line(string text, Style style) => new(Visible.Escape(text), style);

    private static string LogLine(LogEvent logEvent)
    {
        var cause = logEvent.Exception is { } e ? $": {e.GetType().Name}: {e.Message}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{logEvent.Timestamp:HH:mm:ss} {LineFormatter.Level(logEvent.Level)} {LineFormatter.Message(logEvent)}{cause}");
    }

    private static Style StyleOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Warning => new Style(Color.Yellow),
        LogEventLevel.Error or LogEventLevel.Fatal => new Style(Color.Red),
        _ => Style.Plain,
    };
}
