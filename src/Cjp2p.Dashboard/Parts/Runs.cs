using System.Globalization;
using System.Text;

namespace Cjp2p.Dashboard.Parts;

/// <summary>Piece maps as runs, for they are mostly long ones. Pure.</summary>
public static class Runs
{
    /// <summary><c>vvvv..?</c> as <c>v4.2?1</c>.</summary>
    /// <param name="pieces">One character a piece.</param>
    public static string Of(string pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var runs = new StringBuilder();
        for (var i = 0; i < pieces.Length;)
        {
            var end = i;
            while (end < pieces.Length && pieces[end] == pieces[i])
                end++;
            runs.Append(pieces[i]).Append((end - i).ToString(CultureInfo.InvariantCulture));
            i = end;
        }

        return runs.ToString();
    }
}
