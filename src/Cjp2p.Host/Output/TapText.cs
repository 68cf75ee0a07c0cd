using System.Globalization;
using System.Text.Json;

namespace Cjp2p.Host.Output;

/// <summary>Events of a tap as lines of text.</summary>
internal static class TapText
{
    /// <summary>One line of at most <paramref name="width"/> columns, with the text of strangers made visible.</summary>
    public static string Line(JsonElement happened, int width)
    {
        var time = Field.Time(happened, "at");
        var line = Field.Of(happened, "kind") switch
        {
            "datagram" => string.Create(
                CultureInfo.InvariantCulture,
                $"{time} {Arrow(Field.Of(happened, "direction"))} {Field.Of(happened, "remote"),-21} {Field.Of(happened, "bytes"),5} B  {string.Join(' ', Field.List(happened, "messages").Select(name => Visible.Escape(name.GetString() ?? "")))}  {Visible.Escape(Field.Of(happened, "text"))}"),
            "handled" => $"{time}  * {Visible.Escape(Field.Of(happened, "path"))} {Field.Of(happened, "message")} {Field.Of(happened, "tookMs")} ms",
            "dropped" => $"{time}  ! {Field.Of(happened, "dropped")} events were lost so far: they came faster than they are shown",
            var kind => $"{time}  ! {Visible.Escape(Field.Of(happened, "path"))} {kind}: {Visible.Escape(Field.Of(happened, "text"))}",
        };
        return width == int.MaxValue ? line : Columns.Cut(line, width);
    }

    private static string Arrow(string direction) => direction == "in" ? "<-" : "->";
}
