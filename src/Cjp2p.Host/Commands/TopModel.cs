using System.Text.Json;
using Cjp2p.Actors.Inspection;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Commands;

/// <summary>What <c>top</c> shows: the last answers of the node, and where the user is. Time and keys are arguments.</summary>
internal sealed class TopModel
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private readonly SpeedMeter _in = new(Window);
    private readonly SpeedMeter _out = new(Window);
    private readonly Dictionary<string, SpeedMeter> _busy = [];

    /// <summary>Which page is shown.</summary>
    public TopPage Page { get; private set; } = TopPage.Overview;

    /// <summary>The row that is chosen on a page with rows.</summary>
    public int Selected { get; private set; }

    /// <summary>The actor that is looked at; null: none.</summary>
    public string? Path { get; private set; }

    /// <summary>How far down the page of an actor is.</summary>
    public int Scroll { get; private set; }

    /// <summary>Whether the user wants to leave.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Why the node does not answer; empty: it does.</summary>
    public string Trouble { get; set; } = "";

    /// <summary>The status.</summary>
    public JsonElement? Status { get; private set; }

    /// <summary>The tree.</summary>
    public JsonElement? Tree { get; private set; }

    /// <summary>The downloads.</summary>
    public JsonElement? Downloads { get; private set; }

    /// <summary>The slowest peers.</summary>
    public JsonElement? Peers { get; private set; }

    /// <summary>The actor that is looked at.</summary>
    public JsonElement? Actor { get; set; }

    /// <summary>Whether there is no actor at <see cref="Path"/>.</summary>
    public bool IsMissing { get; set; }

    /// <summary>Bytes a second that come in.</summary>
    public double InPerSecond => _in.PerSecond;

    /// <summary>Bytes a second that go out.</summary>
    public double OutPerSecond => _out.PerSecond;

    /// <summary>Actors, those that were busiest of late first.</summary>
    public IReadOnlyList<JsonElement> Actors => Tree is { } tree
        ? [
            .. Field.List(tree, "actors")
                .OrderByDescending(actor => Share(PathOf(actor))).ThenByDescending(actor => Field.Number(actor.GetProperty("facts"), "busySeconds"))
                .ThenBy(PathOf, StringComparer.Ordinal),
        ]
        : [];

    /// <summary>Downloads that run, those that are not on the page included.</summary>
    public long RunningTotal => Downloads is { } downloads ? (long)Field.Number(downloads, "total") : 0;

    /// <summary>Running downloads of the page.</summary>
    public IReadOnlyList<JsonElement> Running => Downloads is { } downloads ? [.. Field.List(downloads, "running")] : [];

    /// <summary>Peers of the page.</summary>
    public IReadOnlyList<JsonElement> PeerRows => Peers is { } peers ? [.. Field.List(peers, "peers")] : [];

    /// <summary>Takes what the node answered. Speeds are by its own clock, which stands still in a paused world.</summary>
    public void Add(JsonElement status, JsonElement tree, JsonElement downloads, JsonElement peers)
    {
        var now = TimeSpan.FromSeconds(Field.Number(status, "uptimeSeconds"));
        (Status, Tree, Downloads, Peers, Trouble) = (status, tree, downloads, peers, "");
        var endpoints = Field.List(status, "endpoints").ToArray();
        _in.Add(now, (long)endpoints.Sum(endpoint => Field.Number(endpoint, "bytesIn")));
        _out.Add(now, (long)endpoints.Sum(endpoint => Field.Number(endpoint, "bytesOut")));
        Measure(_busy, now, Field.List(tree, "actors").Select(actor => (PathOf(actor), (long)(Field.Number(actor.GetProperty("facts"), "busySeconds") * 1_000_000))));
        Selected = Math.Clamp(Selected, 0, Math.Max(0, Rows - 1));
    }

    /// <summary>Part of the last seconds that an actor was busy, 0 to 1.</summary>
    public double Share(string path) => _busy.TryGetValue(path, out var meter) ? meter.PerSecond / 1_000_000 : 0;

    /// <summary>The user pressed a key.</summary>
    public void Press(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Q:
                IsOver = true;
                break;
            case ConsoleKey.Escape or ConsoleKey.Backspace or ConsoleKey.LeftArrow when Path is not null:
                Leave();
                break;
            case ConsoleKey.Escape when Page == TopPage.Overview:
                IsOver = true;
                break;
            case ConsoleKey.Escape or ConsoleKey.D1 or ConsoleKey.O:
                Open(TopPage.Overview);
                break;
            case ConsoleKey.D2 or ConsoleKey.D:
                Open(TopPage.Downloads);
                break;
            case ConsoleKey.D3 or ConsoleKey.A:
                Open(TopPage.Actors);
                break;
            case ConsoleKey.D4 or ConsoleKey.P:
                Open(TopPage.Peers);
                break;
            case ConsoleKey.Tab:
                Open((TopPage)(((int)Page + (key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? 3 : 1)) % 4));
                break;
            case ConsoleKey.DownArrow or ConsoleKey.J:
                Move(1);
                break;
            case ConsoleKey.UpArrow or ConsoleKey.K:
                Move(-1);
                break;
            case ConsoleKey.PageDown:
                Move(10);
                break;
            case ConsoleKey.PageUp:
                Move(-10);
                break;
            case ConsoleKey.Home:
                Move(int.MinValue / 2);
                break;
            case ConsoleKey.End:
                Move(int.MaxValue / 2);
                break;
            case ConsoleKey.Enter or ConsoleKey.RightArrow when Path is null:
                Enter();
                break;
        }
    }

    private int Rows => Page switch
    {
        TopPage.Downloads => Running.Count,
        TopPage.Actors => Actors.Count,
        TopPage.Peers => PeerRows.Count,
        _ => Actors.Count,
    };

    private void Open(TopPage page)
    {
        Leave();
        Page = page;
        Selected = 0;
    }

    private void Leave() => (Path, Actor, IsMissing, Scroll) = (null, null, false, 0);

    private void Move(int by)
    {
        if (Path is not null)
            Scroll = Math.Clamp(Scroll + by, 0, Actor is { } actor ? ActorText.Lines(actor).Count - 1 : 0);
        else
            Selected = Math.Clamp(Selected + by, 0, Math.Max(0, Rows - 1));
    }

    private void Enter()
    {
        Path = Page switch
        {
            TopPage.Downloads when Selected < Running.Count => "/downloads/" + Field.Of(Running[Selected], "id"),
            TopPage.Peers when Selected < PeerRows.Count => "/peers/" + Uri.EscapeDataString(Field.Of(PeerRows[Selected], "address")),
            TopPage.Actors or TopPage.Overview when Selected < Actors.Count => PathOf(Actors[Selected]),
            _ => null,
        };
        Scroll = 0;
    }

    private static void Measure(Dictionary<string, SpeedMeter> meters, TimeSpan now, IEnumerable<(string Key, long Total)> totals)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, total) in totals)
        {
            seen.Add(key);
            if (!meters.TryGetValue(key, out var meter))
                meters[key] = meter = new SpeedMeter(Window);
            meter.Add(now, total);
        }

        foreach (var gone in meters.Keys.Where(key => !seen.Contains(key)).ToArray())
            meters.Remove(gone);
    }

    private static string PathOf(JsonElement actor) => Field.Of(actor.GetProperty("facts"), "path");
}

/// <summary>Pages of <c>top</c>.</summary>
internal enum TopPage
{
    /// <summary>A bit of everything.</summary>
    Overview,

    /// <summary>Downloads.</summary>
    Downloads,

    /// <summary>Actors.</summary>
    Actors,

    /// <summary>Peers.</summary>
    Peers,
}
