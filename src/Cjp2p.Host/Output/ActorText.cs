using System.Globalization;
using System.Text.Json;

namespace Cjp2p.Host.Output;

/// <summary>All about one actor as lines of text.</summary>
internal static class ActorText
{
    private const int ListMax = 20;
    private const int TextWidth = 100;

    // Said in the first line.
    private const string NoField = "summary";

    /// <summary>The lines.</summary>
    public static IReadOnlyList<string> Lines(JsonElement actor)
    {
        var facts = actor.GetProperty("facts");
        var lines = new List<string>
        {
            $"{Field.Of(facts, "path")}  {Field.Of(facts, "type")}{(Field.Of(facts, "isGone") == "true" ? ", gone" : "")}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"  age {Amounts.Clock(TimeSpan.FromSeconds(Field.Number(facts, "ageSeconds")))}, {Count(facts, "restarts", "restart")}, {Count(facts, "childFailures", "failure of children", "failures of children")}, {Count(facts, "handled", "message")} in {Field.Number(facts, "busySeconds"):0.###} s"),
        };
        if (Field.Of(facts, "doing") is { Length: > 0 } doing)
            lines.Add($"  handling {doing} for {Field.Of(facts, "doingForMs")} ms");
        if (actor.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.Object)
        {
            lines.Add("  " + Field.Of(state, "summary"));
            lines.Add("state:");
            AddFields(lines, state, 1);
        }
        else
        {
            lines.Add("state:");
            lines.Add(Field.Of(facts, "isGone") == "true" ? "  (gone)" : "  (no answer in time)");
        }

        Add(lines, actor, "mailbox", waiting => $"{Field.Of(waiting, "type")}: {Field.Of(waiting, "count")}, oldest {Field.Of(waiting, "oldestMs")} ms");
        Add(
            lines, actor, "handled",
            one => $"{Field.Of(one, "type"),-24} {Field.Of(one, "count"),9}  p50 {Field.Of(one, "p50Ms")} ms, p99 {Field.Of(one, "p99Ms")} ms, max {Field.Of(one, "maxMs")} ms");
        Add(lines, actor, "last", one => $"{Field.Time(one, "at")} {Field.Of(one, "type")} {Field.Of(one, "tookMs")} ms");
        Add(lines, actor, "events", one => $"{Field.Time(one, "at")} {Field.Of(one, "kind")}: {Field.Of(one, "text")}");
        foreach (var failure in Field.List(actor, "failures"))
        {
            lines.Add($"failure at {Field.Time(failure, "at")} of {Field.Of(failure, "path")}{(Field.Of(failure, "message") is { Length: > 0 } message ? $", handling {message}" : "")}:");
            lines.Add($"  {Field.Of(failure, "error")}: {Field.Of(failure, "reason")} ({Field.Of(failure, "decision")})");
            lines.AddRange(Field.Of(failure, "stack").Split('\n').Take(ListMax).Select(line => "  " + line.TrimEnd()));
        }

        Add(lines, actor, "children", child => Field.Of(child));
        return lines;
    }

    private static string Count(JsonElement facts, string name, string one, string? many = null) =>
        Amounts.Count((long)Field.Number(facts, name), one, many);

    private static void Add(List<string> lines, JsonElement actor, string name, Func<JsonElement, string> line)
    {
        var all = Field.List(actor, name).ToArray();
        if (all.Length == 0)
            return;
        lines.Add(name + ":");
        lines.AddRange(all.TakeLast(ListMax).Select(one => "  " + line(one)));
        if (all.Length > ListMax)
            lines.Add($"  ({all.Length - ListMax} more before these)");
    }

    private static void AddFields(List<string> lines, JsonElement element, int depth)
    {
        var indent = new string(' ', depth * 2);
        foreach (var field in element.EnumerateObject().Where(field => field.Name != NoField))
        {
            switch (field.Value.ValueKind)
            {
                case JsonValueKind.Array when field.Value.GetArrayLength() == 0:
                    break;
                case JsonValueKind.Array:
                    lines.Add($"{indent}{field.Name}: {field.Value.GetArrayLength()}");
                    lines.AddRange(field.Value.EnumerateArray().Take(ListMax).Select(entry => $"{indent}  {Entry(entry)}"));
                    if (field.Value.GetArrayLength() > ListMax)
                        lines.Add($"{indent}  ({field.Value.GetArrayLength() - ListMax} more)");
                    break;
                case JsonValueKind.Object:
                    lines.Add($"{indent}{field.Name}:");
                    AddFields(lines, field.Value, depth + 1);
                    break;
                default:
                    AddText(lines, $"{indent}{field.Name}: ", Field.Human(field.Name, field.Value));
                    break;
            }
        }
    }

    // A list is mostly of tables, of counts, or of records of some fields.
    private static string Entry(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            return Field.Of(entry);
        if (entry.TryGetProperty("cap", out _) && entry.TryGetProperty("unit", out _))
        {
            var evictions = Field.Number(entry, "evictions");
            return $"{Field.Of(entry, "key")}: {Field.Of(entry, "size")} of {Field.Of(entry, "cap")} {Field.Of(entry, "unit")}{(evictions > 0 ? $", {evictions:0} had to go" : "")}";
        }

        return entry.EnumerateObject().Count() == 2 && entry.TryGetProperty("name", out _) && entry.TryGetProperty("count", out _)
            ? $"{Field.Of(entry, "name")}: {Field.Of(entry, "count")}"
            : string.Join("  ", entry.EnumerateObject().Where(one => Field.Of(one.Value).Length > 0).Select(one => $"{one.Name}={Field.Human(one.Name, one.Value)}"));
    }

    private static void AddText(List<string> lines, string name, string text)
    {
        lines.Add(name + (text.Length <= TextWidth ? text : text[..TextWidth]));
        for (var at = TextWidth; at < text.Length; at += TextWidth)
            lines.Add(string.Concat(new string(' ', name.Length), text.AsSpan(at, Math.Min(TextWidth, text.Length - at))));
    }
}
