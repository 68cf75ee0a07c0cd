using System.Globalization;
using System.Text;

namespace Cjp2p.Host.Output;

/// <summary>
/// Text of strangers (names, replies, reasons) for a terminal: what would move the cursor, change colours, ring, or turn
/// the direction of writing is shown as an escape instead.
/// </summary>
internal static class Visible
{
    /// <summary><paramref name="text"/> with every control, format, private or broken character as \uXXXX (or \n, \r, \t).</summary>
    public static string Escape(string text) => Escape(text, keepLineEndings: false);

    /// <summary>The same for text of several lines: line feeds stay.</summary>
    public static string EscapeLines(string text) => Escape(text, keepLineEndings: true);

    /// <summary>UTF-8 that may be broken.</summary>
    public static string Escape(ReadOnlySpan<byte> utf8) => Escape(Encoding.UTF8.GetString(utf8));

    /// <summary><paramref name="text"/>, with its end replaced by an ellipsis when it is longer than that.</summary>
    public static string Cut(string text, int length) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, Math.Max(0, length - 1)), "…");

    private static string Escape(string text, bool keepLineEndings)
    {
        StringBuilder? escaped = null;
        for (var i = 0; i < text.Length; i++)
        {
            var length = char.IsSurrogatePair(text, i) ? 2 : 1;
            if (IsPlain(text, i) || (keepLineEndings && text[i] == '\n'))
            {
                escaped?.Append(text, i, length);
            }
            else
            {
                escaped ??= new StringBuilder(text, 0, i, text.Length + 16);
                for (var j = i; j < i + length; j++)
                    AppendEscape(escaped, text[j]);
            }

            i += length - 1;
        }

        return escaped?.ToString() ?? text;
    }

    private static bool IsPlain(string text, int index) => CharUnicodeInfo.GetUnicodeCategory(text, index) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned => false,
        _ => true,
    };

    private static void AppendEscape(StringBuilder escaped, char c) => _ = c switch
    {
        '\n' => escaped.Append("\\n"),
        '\r' => escaped.Append("\\r"),
        '\t' => escaped.Append("\\t"),
        _ => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };
}
