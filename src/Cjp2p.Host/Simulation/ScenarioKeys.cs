using System.Globalization;
using Akka.Configuration;
using Cjp2p.Actors.Node;
using Cjp2p.Host.Configuration;

namespace Cjp2p.Host.Simulation;

/// <summary>
/// The keys of one section of a scenario file. Every key that is asked for is a known one, so that in the end those that
/// nobody asked for are mistakes.
/// </summary>
/// <param name="prefix">Of the section, with the dot; empty for the root.</param>
/// <param name="settings">Key below the prefix, and what was given. The last word counts.</param>
internal sealed class ScenarioKeys(string prefix, IEnumerable<KeyValuePair<string, Setting>> settings)
{
    private readonly Dictionary<string, Setting> _settings = settings
        .GroupBy(pair => pair.Key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal);

    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The sections one level down below a key, in the order of the file.</summary>
    public IEnumerable<(string Name, ScenarioKeys Keys)> Sections(string key)
    {
        _known.Add(key + ".<name>");
        foreach (var group in Below(key).GroupBy(pair => pair.Key.Split('.')[0]))
        {
            var path = $"{key}.{group.Key}.";
            foreach (var (inner, setting) in group)
                _known.Add($"{key}.{inner}");
            if (group.FirstOrDefault(pair => pair.Key == group.Key) is { Value: { } alone })
                throw Bad(alone, $"{prefix}{key}.{group.Key}", "it has to be a section: { ... }");
            yield return (group.Key, new ScenarioKeys(
                prefix + path, group.Select(pair => KeyValuePair.Create(pair.Key[(group.Key.Length + 1)..], pair.Value))));
        }
    }

    /// <summary>The section of this name.</summary>
    public ScenarioKeys Section(string key)
    {
        var below = Below(key).ToArray();
        foreach (var (inner, _) in below)
            _known.Add($"{key}.{inner}");
        return new ScenarioKeys($"{prefix}{key}.", below);
    }

    /// <summary>All of the section of this name, as HOCON.</summary>
    public string Hocon(string key) => string.Join('\n', Below(key).Select(pair =>
    {
        _known.Add($"{key}.{pair.Key}");
        return $"{pair.Key} = {pair.Value.Hocon}";
    }));

    /// <summary>The first key that was given.</summary>
    public string First => _settings.Keys.First();

    public bool Has(string key) => Find(key) is not null;

    public string Text(string key, string otherwise) => Find(key) is { } setting ? Text(setting) : otherwise;

    public string[] Texts(string key)
    {
        if (Find(key) is not { } setting)
            return [];
        return setting.Hocon.StartsWith('[')
            ? [.. Parse(setting).GetStringList("value", [])]
            : [Text(setting)];
    }

    public int Count(string key, int otherwise) => Find(key) is not { } setting ? otherwise
        : int.TryParse(Text(setting), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count
        : throw Wanted(key, setting, "a whole number");

    public double Number(string key, double otherwise) => NumberOrNone(key) ?? otherwise;

    public double? NumberOrNone(string key) => Find(key) is not { } setting ? null
        : ScenarioValues.TryNumber(Text(setting), out var number) ? number
        : throw Wanted(key, setting, "a number such as 0.05, or a part such as 5%");

    public TimeSpan Time(string key, TimeSpan otherwise) => Find(key) is not { } setting ? otherwise
        : ScenarioValues.TryTime(Text(setting), out var time) ? time
        : throw Wanted(key, setting, "a time such as 20ms, 90s, 5m, 1h or 1d");

    public long Bytes(string key, long otherwise) => Find(key) is not { } setting ? otherwise
        : ScenarioValues.TryBytes(Text(setting), out var bytes) ? bytes
        : throw Wanted(key, setting, "a size such as 512, 64KiB or 4MiB");

    public long Bits(string key, long otherwise) => Find(key) is not { } setting ? otherwise
        : ScenarioValues.TryBits(Text(setting), out var bits) ? bits
        : throw Wanted(key, setting, "a rate such as 512kbit, 20Mbit or 1Gbit, or 0 for unlimited");

    public bool Flag(string key, bool otherwise) => Find(key) is not { } setting ? otherwise : Text(setting) switch
    {
        "on" or "true" or "yes" => true,
        "off" or "false" or "no" => false,
        _ => throw Wanted(key, setting, "on or off"),
    };

    public T One<T>(string key, T otherwise)
        where T : struct, Enum => Find(key) is { } setting ? One<T>(key, setting, Text(setting)) : otherwise;

    public T[] Some<T>(string key)
        where T : struct, Enum => [.. Texts(key).Select(text => One<T>(key, Find(key)!, text))];

    /// <summary>Refuses a key that has no meaning here although it is known.</summary>
    public void Refuse(string key, string line)
    {
        if (_settings.TryGetValue(key, out var setting))
            throw Bad(setting, prefix + key, line);
    }

    /// <summary>Refuses what nobody asked for.</summary>
    public void RejectUnknown()
    {
        foreach (var (key, setting) in _settings)
        {
            if (_known.Contains(key))
                continue;
            var nearest = NearestName.Of(key, _known);
            throw Bad(setting, prefix + key, $"there is no such key: did you mean {prefix}{nearest}?");
        }
    }

    public static UserException Bad(Setting setting, string key, string line) =>
        UserException.Failed($"{setting.Origin}: {key}: {line}");

    private IEnumerable<KeyValuePair<string, Setting>> Below(string key) => _settings
        .Where(pair => pair.Key.StartsWith(key + ".", StringComparison.Ordinal))
        .Select(pair => KeyValuePair.Create(pair.Key[(key.Length + 1)..], pair.Value));

    private Setting? Find(string key)
    {
        _known.Add(key);
        return _settings.GetValueOrDefault(key);
    }

    private UserException Wanted(string key, Setting setting, string wanted) =>
        Bad(setting, prefix + key, $"it is {setting.Hocon} and has to be {wanted}");

    private T One<T>(string key, Setting setting, string text)
        where T : struct, Enum
    {
        var names = ScenarioValues.Names<T>();
        var index = Array.IndexOf(names, text);
        return index >= 0 ? Enum.GetValues<T>()[index] : throw Bad(
            setting, prefix + key, $"there is no {text}: did you mean {NearestName.Of(text, names)}? ({string.Join(", ", names)})");
    }

    private static string Text(Setting setting) => Parse(setting).GetString("value", "");

    private static Config Parse(Setting setting)
    {
        try
        {
            return ConfigurationFactory.ParseString($"value = {setting.Hocon}");
        }
        catch (Exception e)
        {
            throw Bad(setting, setting.Key, $"it cannot be read: {e.Message.ReplaceLineEndings(" ").Trim()}");
        }
    }
}
