using Akka.Configuration;
using Akka.Configuration.Hocon;
using Cjp2p.Actors.Node;

namespace Cjp2p.Host.Configuration;

/// <summary>Which settings differ between two configurations. Pure.</summary>
internal static class SettingsDifference
{
    /// <summary>The keys below <c>cjp2p</c> whose values differ, without <c>cjp2p.</c>, in order.</summary>
    public static IReadOnlyList<string> Of(Config before, Config now)
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        Collect(NodeSettings.Reference.GetConfig("cjp2p").Root, "cjp2p", keys);
        return [.. keys.Where(key => Text(before, key) != Text(now, key)).Select(key => key["cjp2p.".Length..])];
    }

    private static string Text(Config config, string key) =>
        config.GetValue(key) is not { } value ? ""
        : value.Values.Any(element => element.IsArray()) ? Setting.QuoteAll(value.GetStringList())
        : value.GetString() ?? "";

    private static void Collect(HoconValue value, string path, SortedSet<string> keys)
    {
        if (!value.IsObject())
        {
            keys.Add(path);
            return;
        }

        foreach (var (name, child) in value.GetObject().Items)
            Collect(child, path + "." + name, keys);
    }
}
