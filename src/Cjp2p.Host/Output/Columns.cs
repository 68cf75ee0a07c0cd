using System.Text;
using Spectre.Console;

namespace Cjp2p.Host.Output;

/// <summary>Text in the columns of a terminal, where a character may take two, or none.</summary>
internal static class Columns
{
    /// <summary>Columns that a text takes.</summary>
    public static int Of(string text) => Ascii.IsValid(text) ? text.Length : text.EnumerateRunes().Sum(Of);

    /// <summary><paramref name="text"/>, with its end replaced by an ellipsis when it takes more columns than that.</summary>
    public static string Cut(string text, int columns)
    {
        if (Of(text) <= columns)
            return text;
        var cut = new StringBuilder();
        var left = columns - 1;
        foreach (var rune in text.EnumerateRunes())
        {
            left -= Of(rune);
            if (left < 0)
                break;
            cut.Append(rune);
        }

        return columns > 0 ? cut.Append('…').ToString() : "";
    }

    /// <summary><paramref name="text"/> with so many spaces behind it that it takes so many columns.</summary>
    public static string Pad(string text, int columns) => text + new string(' ', Math.Max(0, columns - Of(text)));

    private static int Of(Rune rune) => Math.Max(0, rune.ToString().GetCellWidth());
}
