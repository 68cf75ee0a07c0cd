using Cjp2p.Actors.Node;

namespace Cjp2p.Host.Configuration;

/// <summary>
/// Settings from environment variables: <c>CJP2P__PEERS__PEERS_MAX=5</c> sets <c>cjp2p.peers.peers-max</c> (two underscores
/// are a dot, one is a hyphen). Lists: <c>a, b</c> or HOCON <c>["a", "b"]</c>.
/// </summary>
internal static class EnvironmentSettings
{
    private const string Prefix = "CJP2P__";

    /// <summary>The settings among <paramref name="variables"/>, by name.</summary>
    public static IEnumerable<Setting> Read(IReadOnlyDictionary<string, string> variables) => variables
        .Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal))
        .OrderBy(variable => variable.Key, StringComparer.Ordinal)
        .Select(variable => Read(variable.Key, variable.Value));

    /// <summary>Environment variables of this process.</summary>
    public static Dictionary<string, string> OfProcess()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }

    /// <summary>HOCON of a value given as plain text to a key that may be a list.</summary>
    /// <exception cref="UserException">It looks like a list of HOCON and is none.</exception>
    public static string ToHocon(string key, string value, string origin)
    {
        if (!IsList(key))
            return Setting.Quote(value);
        var text = value.Trim();
        return text.StartsWith('[')
            ? HoconFile.Parse($"list = {text}", origin)[0].Hocon
            : Setting.QuoteAll(text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    private static Setting Read(string name, string value)
    {
        var key = "cjp2p." + string.Join(
            '.', name[Prefix.Length..].Split("__").Select(part => part.ToLowerInvariant().Replace('_', '-')));
        var origin = $"environment variable {name}";
        return new Setting(key, ToHocon(key, value, origin), origin);
    }

    /// <summary>Whether the value of a key is a list.</summary>
    public static bool IsList(string key) =>
        // Not value.IsArray(): an empty list is none to that.
        NodeSettings.Reference.HasPath(key)
        && NodeSettings.Reference.GetValue(key).Values.Any(element => element.IsArray());
}
