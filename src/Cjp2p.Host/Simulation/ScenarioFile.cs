using System.Collections.Immutable;
using System.Text;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Configuration;

namespace Cjp2p.Host.Simulation;

/// <summary>Scenarios as HOCON. A mistake is one line that names file, line and key.</summary>
internal static class ScenarioFile
{
    private static readonly (string Name, AccessLink Link)[] Links =
    [
        ("perfect", AccessLink.Perfect), ("lan", AccessLink.Lan), ("data-centre", AccessLink.DataCentre),
        ("home", AccessLink.Home), ("mobile", AccessLink.Mobile),
    ];

    // Keys of faults that mean something for some kinds only.
    private static readonly (string Key, ScenarioFaultKind[] Kinds)[] FaultKeys =
    [
        ("chance", [ScenarioFaultKind.Loss]),
        ("session", [ScenarioFaultKind.Churn]),
        ("away", [ScenarioFaultKind.Churn]),
        ("crashes", [ScenarioFaultKind.Churn]),
        ("by", [ScenarioFaultKind.SlowDisk, ScenarioFaultKind.ClockJump]),
        ("free", [ScenarioFaultKind.FullDisk]),
        ("rate", [ScenarioFaultKind.ClockDrift]),
    ];

    /// <summary>Reads a scenario.</summary>
    /// <param name="text">HOCON.</param>
    /// <param name="file">Name of the file for error lines.</param>
    /// <param name="name">Name of the scenario.</param>
    /// <exception cref="UserException">It makes no sense; one line says why.</exception>
    public static Scenario Read(string text, string file, string name)
    {
        var settings = HoconFile.Parse(text, file);
        var root = new ScenarioKeys("", settings.Select(setting => KeyValuePair.Create(setting.Key, setting)));
        var standard = new Scenario(name);
        var scenario = new Scenario(name)
        {
            Description = root.Text("description", standard.Description),
            Peers = root.Count("peers", standard.Peers),
            Duration = root.Time("duration", standard.Duration),
            Liveness = root.Time("liveness", standard.Liveness),
            Loss = root.NumberOrNone("loss"),
            NodeSettings = root.Hocon("node"),
            Contents = [.. root.Sections("contents").Select(section => Content(section.Name, section.Keys))],
            Groups = [.. root.Sections("groups").Select(section => Group(section.Name, section.Keys))],
            Faults = [.. root.Sections("faults").Select(section => Fault(section.Name, section.Keys))],
            Expectations = Expectations(root.Section("expect")),
        };
        root.RejectUnknown();
        try
        {
            scenario.Validate();
        }
        catch (ScenarioException e)
        {
            throw UserException.Failed($"{Place(settings, e, file)}: {e.Key}: {e.Line}");
        }

        return scenario;
    }

    /// <summary>Writes a scenario so that <see cref="Read"/> gives the same again. What is as usual is left out.</summary>
    public static string Write(Scenario scenario)
    {
        var text = new StringBuilder();
        var standard = new Scenario("");
        Line(text, 0, "description", Setting.Quote(scenario.Description), Setting.Quote(standard.Description));
        text.Append("peers = ").Append(scenario.Peers).Append('\n');
        text.Append("duration = ").Append(ScenarioValues.Time(scenario.Duration)).Append('\n');
        text.Append("liveness = ").Append(ScenarioValues.Time(scenario.Liveness)).Append('\n');
        if (scenario.Loss is { } loss)
            text.Append("loss = ").Append(ScenarioValues.Number(loss)).Append('\n');
        Section(text, "node", scenario.NodeSettings.Length == 0 ? [] : scenario.NodeSettings.Split('\n'));
        Sections(text, "contents", scenario.Contents, content => content.Name, (content, inner) =>
            Line(inner, 4, "size", ScenarioValues.Bytes(content.LengthBytes)));
        Sections(text, "groups", scenario.Groups, group => group.Name, Write);
        Sections(text, "faults", scenario.Faults, fault => fault.Name, Write);
        Section(text, "expect", scenario.Expectations.SelectMany(expected =>
        {
            var name = ScenarioValues.Name(expected.Measure);
            return new[]
            {
                expected.Least is { } least ? $"{name}-min = {ScenarioValues.Number(least)}" : "",
                expected.Most is { } most ? $"{name}-max = {ScenarioValues.Number(most)}" : "",
            }.Where(line => line.Length > 0);
        }));
        return text.ToString();
    }

    private static ScenarioContent Content(string name, ScenarioKeys keys)
    {
        var content = new ScenarioContent(name, keys.Bytes("size", 1 << 20));
        keys.RejectUnknown();
        return content;
    }

    private static ScenarioGroup Group(string name, ScenarioKeys keys)
    {
        var standard = new ScenarioGroup(name);
        var link = Link(keys, standard.Link);
        var group = new ScenarioGroup(name)
        {
            Count = keys.Count("count", 0),
            Share = keys.Number("share", 0),
            Link = new AccessLink(
                LinkKeys(keys.Section("up"), LinkKeys(keys, link.Up)), LinkKeys(keys.Section("down"), LinkKeys(keys, link.Down))),
            Nats = [.. keys.Some<NatKind>("nat")],
            NatTimeout = keys.Time("nat-timeout", standard.NatTimeout),
            Knows = [.. keys.Texts("knows")],
            KnowsMax = keys.Count("knows-max", standard.KnowsMax),
            StartAt = keys.Time("start-at", standard.StartAt),
            StartWithin = keys.Time("start-within", standard.StartWithin),
            Shares = [.. keys.Texts("shares")],
            Fetches = [.. keys.Texts("fetches")],
            FetchAt = keys.Time("fetch-at", standard.FetchAt),
            FetchWithin = keys.Time("fetch-within", standard.FetchWithin),
            DiskBytes = keys.Bytes("disk", standard.DiskBytes),
        };
        keys.RejectUnknown();
        return group;
    }

    private static AccessLink Link(ScenarioKeys keys, AccessLink otherwise)
    {
        var name = keys.Text("link", "");
        if (name.Length == 0)
            return otherwise;
        if (Array.Find(Links, link => link.Name == name) is { Link: { } found })
            return found;
        keys.Refuse("link", $"there is no {name}: it is one of {string.Join(", ", Links.Select(link => link.Name))}");
        return otherwise;
    }

    private static LinkSettings LinkKeys(ScenarioKeys keys, LinkSettings link)
    {
        var read = link with
        {
            Latency = keys.Time("latency", link.Latency),
            Jitter = keys.Time("jitter", link.Jitter),
            JitterShape = keys.One("jitter-shape", link.JitterShape),
            KeepsOrder = keys.Flag("keeps-order", link.KeepsOrder),
            Loss = keys.Number("loss", link.Loss),
            Duplication = keys.Number("duplication", link.Duplication),
            Reordering = keys.Number("reordering", link.Reordering),
            ReorderingDelay = keys.Time("reordering-delay", link.ReorderingDelay),
            Corruption = keys.Number("corruption", link.Corruption),
            BitsPerSecond = keys.Bits("rate", link.BitsPerSecond),
            QueueBytesMax = (int)Math.Min(int.MaxValue, keys.Bytes("queue", link.QueueBytesMax)),
            MtuBytes = keys.Count("mtu", link.MtuBytes),
            DropsFragments = keys.Flag("drops-fragments", link.DropsFragments),
        };
        var (into, outOf, inside) = (
            keys.NumberOrNone("burst-begins"), keys.NumberOrNone("burst-ends"), keys.NumberOrNone("burst-loss"));
        if (into is null && outOf is null && inside is null)
            return read;
        var before = link.Bursts ?? new BurstLoss(0, 1);
        var bursts = new BurstLoss(into ?? before.GoodToBad, outOf ?? before.BadToGood, inside ?? before.LossInBad);
        return read with { Bursts = bursts.GoodToBad == 0 ? null : bursts };
    }

    private static ScenarioFault Fault(string name, ScenarioKeys keys)
    {
        if (!keys.Has("kind"))
            keys.Refuse(keys.First, $"the fault needs a kind: {string.Join(", ", ScenarioValues.Names<ScenarioFaultKind>())}");
        var kind = keys.One("kind", ScenarioFaultKind.Crash);
        var standard = new ScenarioFault(name, kind, default, default);
        var fault = new ScenarioFault(name, kind, keys.Time("at", TimeSpan.Zero), keys.Time("for", TimeSpan.Zero))
        {
            Groups = [.. keys.Texts("groups")],
            Count = keys.Count("count", 0),
            Share = keys.Number("share", standard.Share),
            Within = keys.Time("within", TimeSpan.Zero),
            Chance = keys.Number("chance", standard.Chance),
            Session = keys.Time("session", standard.Session),
            Away = keys.Time("away", standard.Away),
            Crashes = keys.Number("crashes", standard.Crashes),
            By = keys.Time("by", standard.By),
            FreeBytes = keys.Bytes("free", standard.FreeBytes),
            Rate = keys.Number("rate", standard.Rate),
        };
        foreach (var (key, kinds) in FaultKeys)
        {
            if (!kinds.Contains(kind))
                keys.Refuse(key, $"it means nothing to {ScenarioValues.Name(kind)}, only to {string.Join(" and ", kinds.Select(one => ScenarioValues.Name(one)))}");
        }

        keys.RejectUnknown();
        return fault;
    }

    private static ImmutableArray<ScenarioExpectation> Expectations(ScenarioKeys keys)
    {
        var expectations = ImmutableArray.CreateBuilder<ScenarioExpectation>();
        foreach (var measure in Enum.GetValues<ScenarioMeasure>())
        {
            var name = ScenarioValues.Name(measure);
            var (least, most) = (keys.NumberOrNone($"{name}-min"), keys.NumberOrNone($"{name}-max"));
            if (least is not null || most is not null)
                expectations.Add(new ScenarioExpectation(measure, least, most));
        }

        keys.RejectUnknown();
        return expectations.ToImmutable();
    }

    private static string Place(List<Setting> settings, ScenarioException e, string file)
    {
        var blamed = settings
            .Where(setting => setting.Key == e.Key || IsBlamedNodeSetting(setting, e) || e.Line.Contains(setting.Key, StringComparison.Ordinal))
            .Concat(settings.Where(setting => setting.Key.StartsWith(e.Key + ".", StringComparison.Ordinal)))
            .Concat(settings.Where(setting => e.Key.StartsWith(setting.Key + ".", StringComparison.Ordinal)))
            .Concat(settings.Where(setting => setting.Key.StartsWith(Parent(e.Key), StringComparison.Ordinal)))
            .FirstOrDefault();
        return blamed?.Origin ?? file;
    }

    // The library's line names the key as it is in a node's own configuration.
    private static bool IsBlamedNodeSetting(Setting setting, ScenarioException e) =>
        e.Key == "node" && setting.Key.StartsWith("node.", StringComparison.Ordinal)
        && e.Line.Contains("cjp2p." + setting.Key["node.".Length..], StringComparison.Ordinal);

    private static string Parent(string key) => key.Contains('.', StringComparison.Ordinal) ? key[..(key.LastIndexOf('.') + 1)] : "\0";

    // ---- writing

    private static void Write(ScenarioGroup group, StringBuilder text)
    {
        var standard = new ScenarioGroup(group.Name);
        if (group.Count > 0)
            Line(text, 4, "count", $"{group.Count}");
        if (group.Share > 0)
            Line(text, 4, "share", ScenarioValues.Number(group.Share));
        if (Array.Find(Links, one => one.Link == group.Link) is { Name: { } name })
        {
            Line(text, 4, "link", name);
        }
        else
        {
            Line(text, 4, "link", "perfect");
            WriteLink(text, "up", group.Link.Up);
            WriteLink(text, "down", group.Link.Down);
        }

        List(text, "nat", group.Nats.Select(ScenarioValues.Name));
        Line(text, 4, "nat-timeout", ScenarioValues.Time(group.NatTimeout), ScenarioValues.Time(standard.NatTimeout));
        List(text, "knows", group.Knows);
        Line(text, 4, "knows-max", $"{group.KnowsMax}", $"{standard.KnowsMax}");
        Line(text, 4, "start-at", ScenarioValues.Time(group.StartAt), ScenarioValues.Time(standard.StartAt));
        Line(text, 4, "start-within", ScenarioValues.Time(group.StartWithin), ScenarioValues.Time(standard.StartWithin));
        List(text, "shares", group.Shares);
        List(text, "fetches", group.Fetches);
        Line(text, 4, "fetch-at", ScenarioValues.Time(group.FetchAt), ScenarioValues.Time(standard.FetchAt));
        Line(text, 4, "fetch-within", ScenarioValues.Time(group.FetchWithin), ScenarioValues.Time(standard.FetchWithin));
        Line(text, 4, "disk", ScenarioValues.Bytes(group.DiskBytes), ScenarioValues.Bytes(standard.DiskBytes));
    }

    private static void WriteLink(StringBuilder text, string direction, LinkSettings link)
    {
        var standard = new LinkSettings();
        var lines = new StringBuilder();
        Line(lines, 6, "latency", ScenarioValues.Time(link.Latency), ScenarioValues.Time(standard.Latency));
        Line(lines, 6, "jitter", ScenarioValues.Time(link.Jitter), ScenarioValues.Time(standard.Jitter));
        Line(lines, 6, "jitter-shape", ScenarioValues.Name(link.JitterShape), ScenarioValues.Name(standard.JitterShape));
        Line(lines, 6, "keeps-order", link.KeepsOrder ? "on" : "off", "on");
        Line(lines, 6, "loss", ScenarioValues.Number(link.Loss), "0");
        if (link.Bursts is { } bursts)
        {
            Line(lines, 6, "burst-begins", ScenarioValues.Number(bursts.GoodToBad));
            Line(lines, 6, "burst-ends", ScenarioValues.Number(bursts.BadToGood));
            Line(lines, 6, "burst-loss", ScenarioValues.Number(bursts.LossInBad));
        }

        Line(lines, 6, "duplication", ScenarioValues.Number(link.Duplication), "0");
        Line(lines, 6, "reordering", ScenarioValues.Number(link.Reordering), "0");
        Line(lines, 6, "reordering-delay", ScenarioValues.Time(link.ReorderingDelay), ScenarioValues.Time(standard.ReorderingDelay));
        Line(lines, 6, "corruption", ScenarioValues.Number(link.Corruption), "0");
        Line(lines, 6, "rate", ScenarioValues.Bits(link.BitsPerSecond), "0");
        Line(lines, 6, "queue", ScenarioValues.Bytes(link.QueueBytesMax), ScenarioValues.Bytes(standard.QueueBytesMax));
        Line(lines, 6, "mtu", $"{link.MtuBytes}", "0");
        Line(lines, 6, "drops-fragments", link.DropsFragments ? "on" : "off", "off");
        if (lines.Length > 0)
            text.Append("    ").Append(direction).Append(" {\n").Append(lines).Append("    }\n");
    }

    private static void Write(ScenarioFault fault, StringBuilder text)
    {
        var standard = new ScenarioFault(fault.Name, fault.Kind, default, default);
        Line(text, 4, "kind", ScenarioValues.Name(fault.Kind));
        Line(text, 4, "at", ScenarioValues.Time(fault.At));
        Line(text, 4, "for", ScenarioValues.Time(fault.For), ScenarioValues.Time(default));
        Line(text, 4, "within", ScenarioValues.Time(fault.Within), ScenarioValues.Time(default));
        List(text, "groups", fault.Groups);
        Line(text, 4, "count", $"{fault.Count}", "0");
        Line(text, 4, "share", ScenarioValues.Number(fault.Share), ScenarioValues.Number(standard.Share));
        Line(text, 4, "chance", ScenarioValues.Number(fault.Chance), ScenarioValues.Number(standard.Chance));
        Line(text, 4, "session", ScenarioValues.Time(fault.Session), ScenarioValues.Time(standard.Session));
        Line(text, 4, "away", ScenarioValues.Time(fault.Away), ScenarioValues.Time(standard.Away));
        Line(text, 4, "crashes", ScenarioValues.Number(fault.Crashes), ScenarioValues.Number(standard.Crashes));
        Line(text, 4, "by", ScenarioValues.Time(fault.By), ScenarioValues.Time(standard.By));
        Line(text, 4, "free", ScenarioValues.Bytes(fault.FreeBytes), ScenarioValues.Bytes(standard.FreeBytes));
        Line(text, 4, "rate", ScenarioValues.Number(fault.Rate), ScenarioValues.Number(standard.Rate));
    }

    private static void Sections<T>(
        StringBuilder text, string name, IEnumerable<T> items, Func<T, string> nameOf, Action<T, StringBuilder> write)
    {
        var inner = new StringBuilder();
        foreach (var item in items)
        {
            inner.Append("  ").Append(nameOf(item)).Append(" {\n");
            write(item, inner);
            inner.Append("  }\n");
        }

        if (inner.Length > 0)
            text.Append(name).Append(" {\n").Append(inner).Append("}\n");
    }

    private static void Section(StringBuilder text, string name, IEnumerable<string> lines)
    {
        var all = lines.ToArray();
        if (all.Length > 0)
            text.Append(name).Append(" {\n  ").AppendJoin("\n  ", all).Append("\n}\n");
    }

    private static void List(StringBuilder text, string key, IEnumerable<string> values)
    {
        var all = values.ToArray();
        if (all.Length > 0)
            Line(text, 4, key, $"[{string.Join(", ", all)}]");
    }

    private static void Line(StringBuilder text, int indent, string key, string value, string? standard = null)
    {
        if (value != standard)
            text.Append(' ', indent).Append(key).Append(" = ").Append(value).Append('\n');
    }
}
