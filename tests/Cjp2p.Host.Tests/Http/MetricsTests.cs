using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akka.Configuration.Hocon;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Tests;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests.Http;

/// <summary>What the meters say: as much as the documents promise, and the same as the list of limits.</summary>
public sealed partial class MetricsTests : IAsyncLifetime, IDisposable
{
    /// <summary>Settings with "max" that cap no table.</summary>
    private static readonly Dictionary<string, string> NoTables = new()
    {
        ["cjp2p.socket.reopen-max"] = "a time",
        ["cjp2p.wire.elements-max"] = "cuts one datagram",
        ["cjp2p.wire.depth-max"] = "cuts one datagram",
        ["cjp2p.wire.cookie-bytes-max"] = "a length",
        ["cjp2p.wire.peers-max"] = "cuts one message",
        ["cjp2p.wire.datagram-bytes-max"] = "a length",
        ["cjp2p.wire.unknown-sample-bytes-max"] = "a length",
        ["cjp2p.peers.hearsay-per-message-max"] = "cuts one message",
        ["cjp2p.peers.discovery-max"] = "a time",
        ["cjp2p.peers.bootstrap-retry-max"] = "a time",
        ["cjp2p.peers.reply-peers-max"] = "cuts one message",
        ["cjp2p.content.teaser-bytes-max"] = "a length",
        ["cjp2p.content.request-bytes-max"] = "a length",
        ["cjp2p.downloads.length-max"] = "a length",
        ["cjp2p.downloads.window-max"] = "a rate of one source, part of flight-max",
        ["cjp2p.downloads.requests-per-datagram-max"] = "cuts one datagram",
        ["cjp2p.downloads.request-bytes-max"] = "a length",
        ["cjp2p.downloads.timeout-max"] = "a time",
        ["cjp2p.downloads.pause-max"] = "a time",
        ["cjp2p.downloads.suggested-probes-max"] = "tries of one source",
        ["cjp2p.downloads.mismatches-max"] = "tries of one download",
        ["cjp2p.storage.batch-max"] = "the size of one step",
        ["cjp2p.inspection.events-max"] = "the last few of each actor: always full",
        ["cjp2p.inspection.actors-max"] = "cuts one answer",
        ["cjp2p.inspection.tap-per-second-max"] = "a rate",
        ["cjp2p.inspection.tap-text-bytes-max"] = "a length",
        ["cjp2p.http.capture-bytes-max"] = "a length",
    };

    private readonly TemporaryFolder _folder = new();
    private ApiProcess _node = null!;

    public async Task InitializeAsync()
    {
        _folder.Folder("shared");
        _node = await ApiProcess.StartAsync(_folder, "--share", "shared");
        // So that there is a download, and it stays.
        Assert.Equal(202, (await _node.ActAsync("POST", "/api/downloads", new { id = new string('1', 64), path = _folder.In("never") })).Code);
        await Until.AnswerAsync(
            () => _node.GetAsync("/api/downloads"), now => now.GetProperty("running").GetArrayLength() == 1, Cjp2pProcess.Bound);
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_setting_that_caps_a_table_is_among_the_limits_and_each_limit_is_a_meter()
    {
        var caps = Keys(NodeSettings.Reference.Root.GetObject(), "").Where(key => key.EndsWith("-max", StringComparison.Ordinal)).ToArray();
        Assert.True(caps.Length > 40);
        var limits = await LimitsAsync();
        Assert.Equal([], caps.Except(limits).Except(NoTables.Keys));
        Assert.Equal([], NoTables.Keys.Except(caps));
        Assert.Equal([], NoTables.Keys.Intersect(limits));
        Assert.All(["captures", "log levels", "registry backlog"], table => Assert.Contains(table, limits));

        var samples = await SamplesAsync();
        foreach (var name in new[] { "cjp2p_table_usage", "cjp2p_table_limit" })
        {
            Assert.Equal(
                limits.Order(StringComparer.Ordinal),
                samples.Where(sample => sample.Name == name).Select(sample => sample.Labels["cjp2p_table"]).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Every_meter_that_the_dashboard_for_Grafana_and_the_table_of_alerts_name_is_offered()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("docs/grafana-dashboard.json"));
        var operating = Repository.Read("docs/operating.md");
        string[] expressions = [.. Expressions(dashboard.RootElement), .. Quoted().Matches(operating).Select(match => match.Groups[1].Value)];
        Assert.True(expressions.Length > 25);
        var samples = await SamplesAsync();
        var missing = new List<string>();
        foreach (var expression in expressions)
        {
            foreach (Match selector in Selector().Matches(By().Replace(expression, "")))
            {
                var name = selector.Groups["name"].Value;
                var offered = samples.Where(sample => sample.Name == name).ToArray();
                if (offered.Length == 0)
                    missing.Add($"{name} of {expression}");
                foreach (Match label in Label().Matches(selector.Groups["labels"].Value).Where(label => label.Groups[1].Value != "instance"))
                {
                    var isNegative = label.Groups[2].Value.StartsWith('!');
                    missing.AddRange(label.Groups[3].Value.Split('|')
                        .Where(value => !offered.Any(sample => Regex.IsMatch(sample.Labels.GetValueOrDefault(label.Groups[1].Value, ""), $"^(?:{value})$")))
                        .Select(value => $"{name}{{{label.Groups[1].Value}{(isNegative ? "!" : "")}=\"{value}\"}}"));
                }
            }
        }

        Assert.Equal([], missing);
    }

    private async Task<string[]> LimitsAsync() =>
        [.. (await _node.GetAsync("/api/limits")).EnumerateArray().Select(table => table.GetProperty("key").GetString()!).Distinct()];

    private async Task<(string Name, Dictionary<string, string> Labels)[]> SamplesAsync() =>
    [
        .. Sample().Matches(Encoding.UTF8.GetString(await _node.BytesAsync("/metrics"))).Select(match => (
            match.Groups["name"].Value,
            Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[3].Value))),
    ];

    private static IEnumerable<string> Keys(HoconObject part, string prefix) =>
        part.Items.SelectMany(item => item.Value.IsObject() ? Keys(item.Value.GetObject(), prefix + item.Key + ".") : [prefix + item.Key]);

    private static IEnumerable<string> Expressions(JsonElement part) => part.ValueKind switch
    {
        JsonValueKind.Object => part.EnumerateObject().SelectMany(property =>
            property.Name == "expr" ? [property.Value.GetString()!] : Expressions(property.Value)),
        JsonValueKind.Array => part.EnumerateArray().SelectMany(Expressions),
        _ => [],
    };

    [GeneratedRegex(@"`([^`\n]*\bcjp2p_[a-z_]+[^`\n]*)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![a-z0-9_{,""])(?<name>(?:cjp2p|dotnet)_[a-z_]+)(?:\{(?<labels>[^}]*)\})?")]
    private static partial Regex Selector();

    [GeneratedRegex(@"by \([a-z0-9_, ]+\)")]
    private static partial Regex By();

    [GeneratedRegex(@"([a-z0-9_]+)(=~|=|!~|!=)""([^""]*)""")]
    private static partial Regex Label();

    [GeneratedRegex(@"^(?<name>[a-z0-9_]+)\{(?<labels>.*)\} ", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
