namespace Cjp2p.Actors.Node;

/// <summary>What was meant by a slip of the fingers.</summary>
public static class NearestName
{
    /// <summary>Of some names the one that is most like another, by Levenshtein's distance; the first of several.</summary>
    public static string Of(string name, IEnumerable<string> known) =>
        known.MinBy(candidate => Distance(name, candidate)) ?? throw new ArgumentException("There are no names.", nameof(known));

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        foreach (var left in a)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left == b[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = cost;
            }
        }

        return row[^1];
    }
}
