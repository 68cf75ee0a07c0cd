using System.Text.RegularExpressions;
using Akka.Configuration.Hocon;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Tests.Node;

/// <summary>The table of settings in docs/operating.md is that of the reference configuration, no more and no less.</summary>
public sealed partial class OperatingDocsSpecs
{
    private static readonly (string Key, string Default)[] Documented = ReadTable();
    private static readonly Dictionary<string, string> Known = ReadReference();

    [Fact]
    public void Every_setting_of_the_reference_is_in_the_table() =>
        Assert.Empty(Known.Keys.Except(Documented.Select(row => row.Key)));

    [Fact]
    public void Every_setting_in_the_table_exists() =>
        Assert.Empty(Documented.Select(row => row.Key).Except(Known.Keys));

    [Fact]
    public void Every_setting_is_in_the_table_once() =>
        Assert.Equal(Documented.Length, Documented.DistinctBy(row => row.Key).Count());

    [Fact]
    public void Every_default_in_the_table_is_that_of_the_reference() =>
        Assert.All(
            Documented.Where(row => Known.ContainsKey(row.Key)),
            row => Assert.Equal((row.Key, Known[row.Key]), (row.Key, row.Default)));

    private static (string, string)[] ReadTable() =>
    [
        .. Row().Matches(Repository.Read("docs/operating.md"))
            .Select(row => (row.Groups["key"].Value, row.Groups["value"].Value)),
    ];

    private static Dictionary<string, string> ReadReference()
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(NodeSettings.Reference.Root, "", known);
        return known;
    }

    private static void Collect(HoconValue value, string key, Dictionary<string, string> known)
    {
        if (!value.IsObject())
        {
            known.Add(key, Text(value));
            return;
        }

        foreach (var (name, child) in value.GetObject().Items)
            Collect(child, key.Length == 0 ? name : $"{key}.{name}", known);
    }

    private static string Text(HoconValue value)
    {
        // Not IsArray, which says no to a list without entries.
        if (value.Values is [HoconArray])
            return "[" + string.Join(", ", value.GetStringList().Select(item => $"\"{item}\"")) + "]";
        // Akka gives null for a quoted text of no characters.
        return value.GetString() is { Length: > 0 } text ? text : "\"\"";
    }

    // | `cjp2p.peers.peers-max` | `10000` | ...
    [GeneratedRegex(@"^\| `(?<key>cjp2p\.[^`]+)` \| `(?<value>[^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
