namespace Cjp2p.Host.Configuration;

/// <summary>One value that somebody gave to a key.</summary>
/// <param name="Key">Full key: <c>cjp2p.peers.peers-max</c>.</param>
/// <param name="Hocon">The value as HOCON text.</param>
/// <param name="Origin">Where it was given, for error lines: <c>node.conf, line 12</c>.</param>
/// <param name="IsArgument">Whether that was the command line: then a mistake in it is a wrong argument.</param>
internal sealed record Setting(string Key, string Hocon, string Origin, bool IsArgument = false)
{
    /// <summary>The text of <paramref name="value"/> as a HOCON string.</summary>
    public static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal) + "\"";

    /// <summary>A HOCON list of strings.</summary>
    public static string QuoteAll(IEnumerable<string> values) => "[" + string.Join(", ", values.Select(Quote)) + "]";
}
