using System.Globalization;
using System.Text.Json;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Commands;

/// <summary>Draws <c>top</c> as lines of text. Pure; every text of a stranger in it is made visible.</summary>
internal static class TopView
{
    private const int ShareOfPage = 3;
    private const int BarWidth = 24;
    private const int NarrowWidth = 80;
    private const int PartMax = 16;

    /// <summary>The screen: as many lines as it is high, each as long as it is wide at the most.</summary>
    public static IReadOnlyList<TopLine> Render(TopModel model, int width, int height)
    {
        var lines = new List<TopLine>();
        lines.AddRange(Head(model));
        var room = Math.Max(1, height - lines.Count - 1);
        var body = model.Path is not null ? ActorPage(model, room)
            : model.Page switch
            {
                TopPage.Downloads => Window(DownloadRows(model, width), model, room, "downloads, by id", "nothing is being downloaded"),
                TopPage.Actors => Window(ActorRows(model, width), model, room, "actors, the busiest first", "none answered yet"),
                TopPage.Peers => Window(PeerRows(model, width), model, room, "peers, the slowest first", "no peer is known"),
                _ => Overview(model, width, room),
            };
        lines.AddRange(body.Take(room));
        while (lines.Count < height - 1)
            lines.Add(new TopLine(""));
        lines.Add(new TopLine(Keys(model, width), TopStyle.Dim));
        return [.. lines.Take(height).Select(line => line with { Text = Columns.Cut(Visible.Escape(line.Text), width) })];
    }

    private static IEnumerable<TopLine> Head(TopModel model)
    {
        if (model.Status is not { } status)
        {
            yield return new TopLine(model.Trouble.Length > 0 ? model.Trouble : "asking the node", TopStyle.Warn);
            yield break;
        }

        var uptime = Amounts.Clock(TimeSpan.FromSeconds(Math.Floor(Field.Number(status, "uptimeSeconds"))));
        yield return new TopLine($"{Field.Of(status, "name")}  up {uptime}  {(model.Tree is { } tree ? Field.Of(tree, "answers") : "")}", TopStyle.Strong);
        yield return new TopLine($"in {Amounts.Rate(model.InPerSecond),-10} out {Amounts.Rate(model.OutPerSecond),-10} {Peers(status)}  {Shared(status)}");
        var reasons = Field.List(status, "reasons").Select(reason => reason.GetString() ?? "")
            .Concat(model.Trouble.Length > 0 ? [model.Trouble] : Array.Empty<string>());
        foreach (var reason in reasons)
            yield return new TopLine(reason, TopStyle.Warn);
        yield return new TopLine("");
    }

    private static string Peers(JsonElement status) => status.TryGetProperty("peers", out var peers)
        ? $"{Amounts.Count((long)Field.Number(peers, "verified"), "peer")}, {Amounts.Count((long)Field.Number(peers, "hearsay"), "hearsay", "hearsay")}"
        : "peers: no answer";

    private static string Shared(JsonElement status) => status.TryGetProperty("shared", out var shared)
        ? $"sharing {Amounts.Count((long)Field.Number(shared, "files"), "file")}, {Amounts.Bytes((long)Field.Number(shared, "bytes"))}"
        : "store: no answer";

    private static IEnumerable<TopLine> Overview(TopModel model, int width, int room)
    {
        var part = Math.Max(1, (room - ShareOfPage * 2) / ShareOfPage);
        yield return new TopLine($"Downloads ({model.RunningTotal})", TopStyle.Strong);
        foreach (var row in Some(DownloadRows(model, width), part, "none"))
            yield return row;
        yield return new TopLine("");
        yield return new TopLine("Busiest actors", TopStyle.Strong);
        var actors = ActorRows(model, width).ToArray();
        var first = Math.Clamp(model.Selected - part + 1, 0, Math.Max(0, actors.Length - part));
        for (var i = first; i < Math.Min(actors.Length, first + part); i++)
            yield return i == model.Selected ? actors[i] with { Style = TopStyle.Chosen } : actors[i];
        yield return new TopLine("");
        yield return new TopLine("Slowest peers", TopStyle.Strong);
        foreach (var row in Some(PeerRows(model, width), part, "none"))
            yield return row;
    }

    private static TopLine[] Some(IEnumerable<TopLine> rows, int most, string none)
    {
        var some = rows.Take(most).ToArray();
        return some.Length == 0 ? [new TopLine("  " + none, TopStyle.Dim)] : some;
    }

    private static IEnumerable<TopLine> Window(IEnumerable<TopLine> rows, TopModel model, int room, string title, string none)
    {
        var all = rows.ToArray();
        yield return new TopLine($"{all.Length} {title}", TopStyle.Strong);
        if (all.Length == 0)
            yield return new TopLine("  " + none, TopStyle.Dim);
        var shown = Math.Max(1, room - 1);
        var first = Math.Clamp(model.Selected - shown / 2, 0, Math.Max(0, all.Length - shown));
        for (var i = first; i < Math.Min(all.Length, first + shown); i++)
            yield return i == model.Selected ? all[i] with { Style = TopStyle.Chosen } : all[i];
    }

    private static IEnumerable<TopLine> DownloadRows(TopModel model, int width) => model.Running.Select(download =>
    {
        var length = Field.Number(download, "lengthBytes");
        var done = length > 0 ? Field.Number(download, "doneBytes") / length : 0;
        var (full, empty) = Bar.Draw(done, width < NarrowWidth ? BarWidth / 3 : BarWidth, unicode: true);
        var speed = Field.Number(download, "bytesPerSecond");
        var left = download.TryGetProperty("leftSeconds", out _) ? Amounts.Clock(TimeSpan.FromSeconds(Field.Number(download, "leftSeconds"))) + " left" : "";
        var sources = Field.List(download, "sources").Count(source => Field.Of(source, "standing") == "Active");
        var why = Field.Of(download, "why");
        return new TopLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {Visible.Cut(Field.Of(download, "id"), 12),-12} {full}{empty} {Math.Floor(done * 100),3:0}% {(length >= 0 ? Amounts.Bytes((long)length) : "?"),9} {Amounts.Rate(speed),10} {Amounts.Count(sources, "source"),10} {left} {Field.Of(download, "phase")} {why}"),
            why.Length > 0 ? TopStyle.Warn : TopStyle.Plain);
    });

    private static IEnumerable<TopLine> ActorRows(TopModel model, int width) => model.Actors.Select(actor =>
    {
        var facts = actor.GetProperty("facts");
        var path = Field.Of(facts, "path");
        var restarts = Field.Number(facts, "restarts");
        var isSilent = Field.Of(actor, "answered") != "true";
        var load = width < NarrowWidth ? "" : string.Create(
            CultureInfo.InvariantCulture, $" {Field.Number(facts, "handled"),10:#,0} msgs {Field.Number(facts, "mailboxDepth"),5:0} waiting");
        var name = Columns.Pad(Columns.Cut(Short(path), Math.Max(12, width * 2 / 5)), Math.Max(12, width * 2 / 5));
        return new TopLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {model.Share(path) * 100,5:0.0}% {name}{load} {(restarts > 0 && width >= NarrowWidth ? Amounts.Count((long)restarts, "restart") + " " : "")} {Field.Of(actor, "status")}"),
            isSilent || restarts > 0 ? TopStyle.Warn : TopStyle.Plain);
    });

    private static IEnumerable<TopLine> PeerRows(TopModel model, int width) => model.PeerRows.Select(peer =>
    {
        var known = peer.TryGetProperty("roundTripMs", out var roundTrip);
        var loss = peer.TryGetProperty("loss", out var lost) ? string.Create(CultureInfo.InvariantCulture, $"{lost.GetDouble() * 100:0}% lost") : "";
        var doubt = Field.Of(peer, "doubt");
        var address = Field.Of(peer, "address").PadRight(Math.Clamp(width - 42, 0, 40));
        return new TopLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {address} {(known ? Amounts.Milliseconds(TimeSpan.FromMilliseconds(roundTrip.GetDouble())) : "?"),10} {loss,9}  heard {Field.Number(peer, "heardAgoSeconds"):0} s ago  {doubt}"),
            doubt.Length > 0 ? TopStyle.Warn : TopStyle.Plain);
    });

    private static IEnumerable<TopLine> ActorPage(TopModel model, int room)
    {
        if (model.Actor is not { } actor)
        {
            return
            [
                new TopLine(!model.IsMissing ? $"asking {model.Path}"
                    : model.Path!.StartsWith("/peers/", StringComparison.Ordinal)
                    ? "this peer has no actor now: it gets one when it is heard several times in a row"
                    : $"there is no actor {model.Path}, and none is remembered"),
            ];
        }

        var lines = ActorText.Lines(actor);
        var first = Math.Clamp(model.Scroll, 0, Math.Max(0, lines.Count - room));
        return lines.Skip(first).Take(room).Select((line, i) => new TopLine(
            line, i + first == 0 || (line.EndsWith(':') && !line.StartsWith(' ')) ? TopStyle.Strong : TopStyle.Plain));
    }

    // Names of contents and folders are long; what is at the end of a path says which actor it is.
    private static string Short(string path) =>
        path == "/" ? path : string.Join('/', path.Split('/').Select(part => Visible.Cut(Visible.Escape(Uri.UnescapeDataString(part)), part.Contains('.', StringComparison.Ordinal) ? 2 * PartMax : PartMax)));

    private static string Keys(TopModel model, int width) => model.Path is not null
        ? "Esc back  Up/Down scroll  q quit"
        : width < NarrowWidth ? "1-4 pages  Up/Down  Enter  q"
        : "1 overview  2 downloads  3 actors  4 peers  Tab next  Up/Down choose  Enter look inside  q quit";
}

/// <summary>A line of the screen.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Style">How it looks.</param>
internal sealed record TopLine(string Text, TopStyle Style = TopStyle.Plain);

/// <summary>How a line looks.</summary>
internal enum TopStyle
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>A title.</summary>
    Strong,

    /// <summary>Of less importance.</summary>
    Dim,

    /// <summary>Something is not as it should be.</summary>
    Warn,

    /// <summary>The row that is chosen.</summary>
    Chosen,
}
