using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Http;
using Serilog.Events;

namespace Cjp2p.Host.Configuration;

/// <summary>The settings in effect.</summary>
/// <param name="Node">Of the node.</param>
/// <param name="Http">Of the HTTP API; null: there is none.</param>
/// <param name="System">Of the actor system.</param>
/// <param name="LogLevel">The least level that <c>run</c> logs.</param>
internal sealed record HostSettings(NodeSettings Node, HttpSettings? Http, Config System, LogEventLevel LogLevel)
{
    /// <summary>Key of the log level.</summary>
    public const string LogLevelKey = "cjp2p.log.level";

    /// <summary>The key of <see cref="Http"/>; it belongs to the program, the library does not read it.</summary>
    public const string HttpKey = "cjp2p.http.listen";

    private const string ListenKey = "cjp2p.listen";

    /// <summary>Key of the token.</summary>
    public const string HttpTokenKey = "cjp2p.http.token";

    /// <summary>Key of the names by which the API may be called.</summary>
    public const string HttpHostsKey = "cjp2p.http.hosts";

    /// <summary>Key of the longest capture.</summary>
    public const string CaptureBytesKey = "cjp2p.http.capture-bytes-max";

    /// <summary>Key of where metrics and traces are sent.</summary>
    public const string OtlpKey = "cjp2p.telemetry.otlp-endpoint";

    private static readonly string[] Roots = ["cjp2p.", "akka."];

    /// <summary>Puts together what the sources say.</summary>
    /// <exception cref="UserException">One line names the key or line that is wrong, and who gave it.</exception>
    public static HostSettings Load(SettingsSources sources)
    {
        var settings = new Dictionary<string, Setting>(StringComparer.Ordinal);
        foreach (var setting in StrongestFirst(sources))
            settings.TryAdd(setting.Key, setting);
        RejectMisplaced(settings.Values);
        ExpandListen(settings);
        foreach (var setting in settings.Values)
            Check(setting);
        var config = Parse(settings.Values);
        try
        {
            var node = NodeSettings.FromConfig(config);
            if (!ActorPath.IsValidPathElement(node.Name))
                throw new NodeSettingsException($"cjp2p.name is \"{node.Name}\": it has to be letters, digits, - and _");
            var system = config.WithFallback(Cjp2pHostingExtensions.SystemConfig(node));
            CheckAkka([.. settings.Values.Where(setting => setting.Key.StartsWith("akka.", StringComparison.Ordinal))], system);
            return new HostSettings(node with { Content = WithFullPaths(node.Content) }, ReadHttp(settings, config), system, ReadLogLevel(config));
        }
        catch (NodeSettingsException e)
        {
            throw Blame(e.Message, settings.Values);
        }
    }

    private static IEnumerable<Setting> StrongestFirst(SettingsSources sources) =>
    [
        .. LastFirst(sources.CommandLine),
        .. EnvironmentSettings.Read(sources.Environment),
        .. LastFirst(sources.ConfigFile is { } file ? HoconFile.Parse(ReadFile(file), file) : []),
        .. LastFirst(sources.IsPublic ? HoconFile.Parse(PublicNetwork(), "public-network.conf") : []),
        .. sources.CommandDefaults,
    ];

    // Within one source the last word counts, as everywhere in HOCON.
    private static IEnumerable<Setting> LastFirst(IReadOnlyList<Setting> settings) => settings.Reverse();

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw UserException.Failed($"the configuration file {path} cannot be read: {FileProblems.Describe(e, Directory.Exists(path))}", e);
        }
    }

    /// <summary>The text of the file that --public loads.</summary>
    public static string PublicNetwork()
    {
        using var stream = typeof(HostSettings).Assembly.GetManifestResourceStream("public-network.conf")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    // Keys below cjp2p are checked by the library, those of Akka by nobody: at least the first word has to be right.
    private static void RejectMisplaced(IEnumerable<Setting> settings)
    {
        foreach (var setting in settings)
        {
            if (!Roots.Any(root => setting.Key.StartsWith(root, StringComparison.Ordinal)))
            {
                throw Blame(
                    setting,
                    $"Unknown setting {setting.Key}: settings of the node begin with cjp2p., those of Akka with akka.");
            }

            if (NodeSettings.Reference.HasPath(setting.Key) && NodeSettings.Reference.GetValue(setting.Key).IsObject())
                throw Blame(setting, $"{setting.Key} is a section: name one of the settings in it");
        }
    }

    // Interfaces may be named; the library knows addresses only.
    private static void ExpandListen(Dictionary<string, Setting> settings)
    {
        if (!settings.TryGetValue(ListenKey, out var given) || given.Hocon.Contains("${", StringComparison.Ordinal)
            || !given.Hocon.StartsWith('['))
            return;
        var texts = ConfigurationFactory.ParseString($"{ListenKey} = {given.Hocon}").GetStringList(ListenKey);
        var addresses = new List<string>();
        foreach (var text in texts)
        {
            if (!ListenAddresses.TryExpand(text, out var expanded, out var problem))
                throw Blame(given, $"{ListenKey}: {problem}");
            addresses.AddRange(expanded.Select(address => address.ToString()));
        }

        settings[ListenKey] = given with { Hocon = Setting.QuoteAll(addresses) };
    }

    // One by one first, so that a value that cannot be read is laid at the right door.
    private static void Check(Setting setting)
    {
        if (setting.Hocon.Contains("${", StringComparison.Ordinal))
            return;
        // Akka would take the one for an empty list, and the other for its first value.
        if (setting.Hocon.StartsWith('[') != EnvironmentSettings.IsList(setting.Key) && NodeSettings.Reference.HasPath(setting.Key))
        {
            throw Blame(setting, setting.Hocon.StartsWith('[')
                ? $"{setting.Key} is one value, not a list"
                : $"{setting.Key} is a list: [{setting.Hocon}]");
        }

        try
        {
            ConfigurationFactory.ParseString($"{setting.Key} = {setting.Hocon}");
        }
        catch (Exception e)
        {
            throw Blame(setting, $"the value of {setting.Key} cannot be read: {OneLine(e.Message)}");
        }
    }

    // Akka alone knows what it takes, and says so by ending the start of a system: a trial of all, and where that fails, of each.
    private static void CheckAkka(Setting[] settings, Config system)
    {
        if (settings.Length == 0 || WhyNoSystem(system) is not { } reason)
            return;
        foreach (var setting in settings)
        {
            if (!setting.Hocon.Contains("${", StringComparison.Ordinal) && WhyNoSystem(Parse([setting])) is { } itsReason)
                throw Blame(setting, $"the value of {setting.Key} is none that Akka takes: {itsReason}");
        }

        throw Blame(settings[0], $"Akka does not take what {string.Join(", ", settings.Select(setting => setting.Key))} say together: {reason}");
    }

    private static string? WhyNoSystem(Config config)
    {
        try
        {
            using var trial = ActorSystem.Create("trial", config.WithFallback("akka { stdout-loglevel = OFF, loglevel = OFF }"));
            return null;
        }
        catch (Exception e)
        {
            return OneLine(e.GetBaseException().Message);
        }
    }

    private static Config Parse(IEnumerable<Setting> settings)
    {
        var all = settings.ToArray();
        try
        {
            return ConfigurationFactory.ParseString(
                string.Join('\n', all.Select(setting => $"{setting.Key} = {setting.Hocon}")));
        }
        catch (Exception e)
        {
            // Each value by itself can be read, so it is a ${reference} to a key that nobody set.
            throw Blame(
                Array.Find(all, setting => setting.Hocon.Contains("${", StringComparison.Ordinal)) ?? all[0],
                OneLine(e.Message));
        }
    }

    // The library's line names the key. Keys that are part of each other: the longest is meant.
    private static UserException Blame(string line, IEnumerable<Setting> settings)
    {
        var blamed = settings
            .Where(setting => line.Contains(setting.Key, StringComparison.Ordinal))
            .MaxBy(setting => setting.Key.Length);
        return blamed is null ? UserException.Failed(Tidy(line)) : Blame(blamed, line);
    }

    private static UserException Blame(Setting setting, string line) => setting.IsArgument
        ? UserException.WrongArguments($"{setting.Origin}: {Tidy(line)}")
        : UserException.Failed($"{setting.Origin}: {Tidy(line)}");

    private static string Tidy(string line) => line.TrimEnd('.');

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static Config Effective(Config config) =>
        config.IsEmpty ? NodeSettings.Reference : config.WithFallback(NodeSettings.Reference);

    private static LogEventLevel ReadLogLevel(Config config) => Effective(config).GetString(LogLevelKey, "") switch
    {
        "debug" => LogEventLevel.Debug,
        "info" => LogEventLevel.Information,
        "warning" => LogEventLevel.Warning,
        "error" => LogEventLevel.Error,
        var other => throw new NodeSettingsException($"{LogLevelKey} is \"{other}\": it has to be debug, info, warning or error"),
    };

    private static HttpSettings? ReadHttp(Dictionary<string, Setting> settings, Config config)
    {
        var effective = Effective(config);
        var text = effective.GetString(HttpKey, "");
        if (string.IsNullOrWhiteSpace(text) || text is "off" or "none")
            return null;
        if (!PeerAddress.TryParse(text, out var address))
            throw Blame(Origin(HttpKey), $"{HttpKey} is \"{text}\": it has to be ip:port or [ipv6]:port, or empty for none");
        var token = effective.GetString(HttpTokenKey, "");
        if (token.Length is > 0 and < AccessToken.LengthMin || token.Any(c => c is <= ' ' or > '~'))
            throw Blame(Origin(HttpTokenKey), $"{HttpTokenKey} has to be {AccessToken.LengthMin} or more visible ASCII characters");
        if (!address.IsLoopback && token.Length == 0)
        {
            throw Blame(
                Origin(HttpKey),
                $"HTTP on {address} is refused without {HttpTokenKey}: whoever reaches it could read and do everything");
        }

        var otlp = effective.GetString(OtlpKey, "");
        if (otlp.Length > 0 && (!Uri.TryCreate(otlp, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
            throw Blame(Origin(OtlpKey), $"{OtlpKey} is \"{otlp}\": it has to be a URL, such as http://127.0.0.1:4317");
        var captureBytes = effective.GetByteSize(CaptureBytesKey);
        if (captureBytes is not (>= 4096 and <= 1L << 40))
            throw Blame(Origin(CaptureBytesKey), $"{CaptureBytesKey} has to be a size from 4096 bytes to 1 TiB, such as 64MiB");
        return new HttpSettings(
            address.ToEndPoint(), token, [.. effective.GetStringList(HttpHostsKey, [])], captureBytes.Value,
            otlp.Length > 0 ? new Uri(otlp) : null);

        Setting Origin(string key) => settings.GetValueOrDefault(key) ?? new Setting(key, "", key);
    }

    private static ContentSettings WithFullPaths(ContentSettings content) => content with
    {
        Shared = [.. content.Shared.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)],
        Data = content.Data.Length == 0 ? "" : Path.GetFullPath(content.Data),
    };
}
