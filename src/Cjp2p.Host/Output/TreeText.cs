using System.Globalization;
using System.Text.Json;

namespace Cjp2p.Host.Output;

/// <summary>A tree of actors as lines of text.</summary>
internal static class TreeText
{
    private const int NameWidthMax = 48;

    /// <summary>One line for each actor, after one that says when that was and how many answered.</summary>
    public static IReadOnlyList<string> Lines(JsonElement tree)
    {
        var actors = Field.List(tree, "actors").ToArray();
        var names = actors.Select(actor => Name(Field.Of(actor.GetProperty("facts"), "path"))).ToArray();
        var width = Math.Min(NameWidthMax, names.Select(name => name.Length).DefaultIfEmpty(0).Max());
        var lines = new List<string> { $"{Field.Of(tree, "node")}: {Field.Of(tree, "answers")} at {Field.Time(tree, "takenAt")}" };
        for (var i = 0; i < actors.Length; i++)
            lines.Add($"{Visible.Cut(names[i], width).PadRight(width)}  {Marks(actors[i].GetProperty("facts"))}  {Field.Of(actors[i], "status")}");
        var gone = Field.List(tree, "gone").Where(actor => actor.TryGetProperty("lastFailure", out _)).Take(10).ToArray();
        if (gone.Length > 0)
            lines.Add("failed and gone:");
        foreach (var actor in gone)
        {
            var failure = actor.GetProperty("lastFailure");
            lines.Add($"  {Field.Of(actor, "path")}  {Field.Time(failure, "at")} {Field.Of(failure, "error")}: {Field.Of(failure, "reason")} ({Field.Of(failure, "decision")})");
        }

        return lines;
    }

    /// <summary>Age, restarts and mailbox of an actor, in columns.</summary>
    public static string Marks(JsonElement facts)
    {
        var restarts = Field.Number(facts, "restarts");
        var depth = Field.Number(facts, "mailboxDepth");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Amounts.Clock(TimeSpan.FromSeconds(Field.Number(facts, "ageSeconds"))),8} {(restarts > 0 ? $"{restarts:0} restarts" : ""),11} {(depth > 0 ? $"{depth:0} waiting" : ""),11}");
    }

    private static string Name(string path)
    {
        if (path == "/")
            return "/";
        var parts = path.Split('/');
        return new string(' ', (parts.Length - 1) * 2) + Uri.UnescapeDataString(parts[^1]);
    }
}
