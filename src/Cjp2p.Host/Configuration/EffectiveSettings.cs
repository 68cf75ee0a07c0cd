using Akka.Configuration.Hocon;
using Cjp2p.Actors.Node;

namespace Cjp2p.Host.Configuration;

/// <summary>
/// The settings that a node runs with: those of its start, with what it took over when they were read again, and with what was
/// changed through the API. Thread-safe.
/// </summary>
/// <param name="started">Those that it was started with.</param>
internal sealed class EffectiveSettings(HostSettings started)
{
    private volatile HostSettings _read = started;

    /// <summary>Those that it was started with.</summary>
    public HostSettings Started { get; } = started;

    /// <summary>Those that were read last, and taken over as far as a running node can.</summary>
    public HostSettings Read
    {
        get => _read;
        set => _read = value;
    }

    /// <summary>Each setting below <c>cjp2p</c> as a line of HOCON, in order, without the token.</summary>
    /// <param name="node">The node's own settings as they are now.</param>
    public IReadOnlyList<string> Lines(NodeSettings node)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Collect(Started.System.GetConfig("cjp2p").Root, "cjp2p", lines, isWanted: key => !LiveSettings.Contain(key));
        Collect(_read.System.GetConfig("cjp2p").Root, "cjp2p", lines, LiveSettings.Contain);
        foreach (var key in RuntimeSettings.Keys)
        {
            var value = RuntimeSettings.ValueOf(node, key);
            lines[key] = value.Length > 0 && value.All(char.IsAsciiDigit) ? value : $"\"{value}\"";
        }

        return [.. lines.Select(line => $"{line.Key} = {line.Value}")];
    }

    private static void Collect(HoconValue value, string key, SortedDictionary<string, string> lines, Func<string, bool> isWanted)
    {
        if (!value.IsObject())
        {
            if (isWanted(key))
                lines[key] = key == HostSettings.HttpTokenKey ? "(not shown)" : $"{value}";
            return;
        }

        foreach (var (name, child) in value.GetObject().Items)
            Collect(child, $"{key}.{name}", lines, isWanted);
    }
}
