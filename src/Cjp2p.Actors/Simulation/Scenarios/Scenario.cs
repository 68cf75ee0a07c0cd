using System.Collections.Immutable;
using System.Globalization;
using Akka.Configuration;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Simulation.Foreign;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>
/// What happens in a simulated world: who is there, on which links, who shares and who fetches what, what goes wrong, and
/// what must hold. Together with a seed it decides everything. Immutable; each method gives a scenario with one thing more.
/// </summary>
/// <remarks>
/// A run has two phases. In the safety phase things go wrong, and nothing wrong may be done (no content accepted that is not
/// what was asked for, no limit broken, ...). Then all faults end, nodes that are to come back do, and in the liveness phase
/// every content that can be reached has to complete.
/// </remarks>
/// <param name="Name">Its name.</param>
public sealed record Scenario(string Name)
{
    /// <summary>Peers at the most.</summary>
    public const int PeersMax = 1_000_000;

    private const long ContentBytesMax = 1L << 30;
    private static readonly TimeSpan TimeMax = TimeSpan.FromDays(366);

    /// <summary>What it is about, in one line.</summary>
    public string Description { get; init; } = "";

    /// <summary>Peers in all groups together.</summary>
    public int Peers { get; init; } = 100;

    /// <summary>The safety phase at the most. It ends before when nothing is left to go wrong and nothing left to fetch.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The liveness phase at the most.</summary>
    public TimeSpan Liveness { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// When set: chance that a packet is lost on its way from one peer to another, half on the one's up link and half on the
    /// other's down link, instead of what the links say.
    /// </summary>
    public double? Loss { get; init; }

    /// <summary>Settings of all nodes, as HOCON below <c>cjp2p</c>.</summary>
    public string NodeSettings { get; init; } = "";

    /// <summary>Contents.</summary>
    public ImmutableArray<ScenarioContent> Contents { get; init; } = [];

    /// <summary>Groups of peers.</summary>
    public ImmutableArray<ScenarioGroup> Groups { get; init; } = [];

    /// <summary>What goes wrong.</summary>
    public ImmutableArray<ScenarioFault> Faults { get; init; } = [];

    /// <summary>What has to be true at the end.</summary>
    public ImmutableArray<ScenarioExpectation> Expectations { get; init; } = [];

    /// <summary>With a content.</summary>
    public Scenario WithContent(string name, long lengthBytes) =>
        this with { Contents = Contents.Add(new ScenarioContent(name, lengthBytes)) };

    /// <summary>With so many nodes that share some contents, and fetch others.</summary>
    public Scenario WithNodes(
        int count, string group, AccessLink link, string[]? sharing = null, string[]? fetching = null, NatKind[]? behind = null)
    {
        var added = new ScenarioGroup(group)
        {
            Count = count,
            Link = link,
            Shares = [.. sharing ?? []],
            Fetches = [.. fetching ?? []],
            Nats = [.. behind ?? []],
        };
        return With(added) with { Peers = Groups.Sum(one => one.Count) + count };
    }

    /// <summary>With a group of peers.</summary>
    public Scenario With(ScenarioGroup group) => this with { Groups = Groups.Add(group) };

    /// <summary>With a fault.</summary>
    public Scenario With(ScenarioFault fault) => this with { Faults = Faults.Add(fault) };

    /// <summary>With a fault that meets some of a group.</summary>
    public Scenario With(ScenarioFaultKind kind, string group, TimeSpan at, TimeSpan lasting, int count = 0, double share = 1) =>
        With(new ScenarioFault($"{kind}-{Faults.Length + 1}", kind, at, lasting) { Groups = [group], Count = count, Share = share });

    /// <summary>With something that has to be true at the end.</summary>
    public Scenario Expecting(ScenarioMeasure measure, double? least = null, double? most = null) =>
        this with { Expectations = Expectations.Add(new ScenarioExpectation(measure, least, most)) };

    /// <summary>Runs it from a seed to its end.</summary>
    public ScenarioResult Run(ulong seed)
    {
        using var run = new ScenarioRun(this, seed);
        while (run.Advance(int.MaxValue))
        {
        }

        return run.Finish();
    }

    /// <summary>Peers in each group.</summary>
    /// <exception cref="ScenarioException">There are too few peers for these groups.</exception>
    public ImmutableArray<int> Sizes()
    {
        var sizes = Groups.Select(group => group.Count > 0 ? group.Count
            : group.Share > 0 ? Math.Max(1, (int)Math.Round(group.Share * Peers, MidpointRounding.AwayFromZero))
            : 0).ToArray();
        var left = Peers - sizes.Sum();
        var rest = sizes.Count(size => size == 0);
        if (left < rest || (rest == 0 && left != 0))
        {
            throw new ScenarioException("peers", string.Create(
                CultureInfo.InvariantCulture,
                $"{Peers} are {(left < rest ? "too few" : "too many")} for these groups, which {(rest == 0 ? "are" : "need at least")} {sizes.Sum() + rest}"));
        }

        for (var i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] != 0)
                continue;
            sizes[i] = left / rest;
            left -= sizes[i];
            rest--;
        }

        return [.. sizes];
    }

    /// <summary>Throws when something makes no sense.</summary>
    /// <exception cref="ScenarioException">One line that names the key.</exception>
    public void Validate()
    {
        Check(Peers is >= 1 and <= PeersMax, "peers", $"it has to be 1 to {PeersMax}");
        CheckTime("duration", Duration, TimeSpan.FromMilliseconds(1));
        CheckTime("liveness", Liveness, TimeSpan.Zero);
        Check(Loss is null or (>= 0 and < 1), "loss", "a chance is from 0 to less than 1 (or 0% to less than 100%)");
        Check(Groups.Any(group => group.IsOurs), "groups", "no group is of our own nodes");
        CheckNames("contents", Contents.Select(content => content.Name));
        CheckNames("groups", Groups.Select(group => group.Name));
        CheckNames("faults", Faults.Select(fault => fault.Name));
        foreach (var content in Contents)
            Check(content.LengthBytes is >= 0 and <= ContentBytesMax, $"contents.{content.Name}.size", "it has to be 0 to 1GiB");
        foreach (var group in Groups)
            Validate(group);
        foreach (var fault in Faults)
            Validate(fault);
        Sizes();
        ReadNodeSettings();
    }

    /// <summary>The settings that all nodes share.</summary>
    internal NodeSettings ReadNodeSettings()
    {
        try
        {
            var own = ConfigurationFactory.ParseString($"cjp2p {{\n{NodeSettings}\n}}");
            var given = ConfigurationFactory.ParseString($$"""
                cjp2p {
                  listen = ["0.0.0.0:{{ScenarioNode.Port}}"]
                  content.data = "{{ScenarioNode.DataFolder}}"
                  content.shared = ["{{ScenarioNode.SharedFolder}}"]
                }
                """);
            return Node.NodeSettings.FromConfig(NodeSettings.Length == 0 ? given : given.WithFallback(own));
        }
        catch (NodeSettingsException e)
        {
            throw new ScenarioException("node", e.Message.TrimEnd('.'));
        }
    }

    private void Validate(ScenarioGroup group)
    {
        var key = $"groups.{group.Name}";
        Check(group.Count is >= 0 and <= PeersMax, $"{key}.count", $"it has to be 0 to {PeersMax}");
        CheckShare($"{key}.share", group.Share);
        Check(group.Count == 0 || group.Share == 0, $"{key}.share", "there is a count already");
        CheckKnown($"{key}.shares", group.Shares, Contents.Select(content => content.Name), "content");
        CheckKnown($"{key}.fetches", group.Fetches, Contents.Select(content => content.Name), "content");
        CheckKnown($"{key}.knows", group.Knows, Groups.Select(other => other.Name), "group");
        var both = group.Shares.Intersect(group.Fetches).FirstOrDefault();
        Check(both is null, $"{key}.fetches", $"{both} is shared already");
        Check(group.KnowsMax is >= 0 and <= 10_000, $"{key}.knows-max", "it has to be 0 to 10000");
        Check(group.Hostile is null || group.Foreign is null, $"{key}.foreign", "they are hostile already");
        Check(
            group.Hostile is null || (group.Fetches.IsEmpty && group.Shares.IsEmpty), $"{key}.hostile",
            "hostile peers neither share nor fetch: they falsify every content there is");
        Check(
            group.Foreign is null or ForeignKind.RustJuly or ForeignKind.RustMarch or ForeignKind.Ruby or ForeignKind.Bash
                || group.Fetches.IsEmpty,
            $"{key}.fetches", $"{group.Foreign} fetches nothing");
        CheckTime($"{key}.processor-time", group.ProcessorTime, TimeSpan.Zero);
        Check(group.ReceiveBufferBytes >= 0, $"{key}.receive-buffer", "it may not be negative");
        CheckTime($"{key}.start-at", group.StartAt, TimeSpan.Zero);
        CheckTime($"{key}.start-within", group.StartWithin, TimeSpan.Zero);
        CheckTime($"{key}.fetch-at", group.FetchAt, TimeSpan.Zero);
        CheckTime($"{key}.fetch-within", group.FetchWithin, TimeSpan.Zero);
        CheckTime($"{key}.nat-timeout", group.NatTimeout, TimeSpan.FromMilliseconds(1));
        Check(group.DiskBytes >= 0, $"{key}.disk", "it may not be negative");
        CheckLink(key, group.Link.Up);
        CheckLink(key, group.Link.Down);
    }

    private void Validate(ScenarioFault fault)
    {
        var key = $"faults.{fault.Name}";
        CheckTime($"{key}.at", fault.At, TimeSpan.Zero);
        CheckTime($"{key}.for", fault.For, TimeSpan.Zero);
        CheckTime($"{key}.within", fault.Within, TimeSpan.Zero);
        CheckKnown($"{key}.groups", fault.Groups, Groups.Select(group => group.Name), "group");
        Check(
            !ScenarioFaults.NeedsNode(fault.Kind) || fault.Groups.All(name => Groups.First(group => group.Name == name).IsOurs),
            $"{key}.groups", $"{fault.Kind} is for nodes of ours only");
        Check(fault.Count is >= 0 and <= PeersMax, $"{key}.count", $"it has to be 0 to {PeersMax}");
        CheckShare($"{key}.share", fault.Share);
        CheckShare($"{key}.chance", fault.Chance);
        CheckShare($"{key}.crashes", fault.Crashes);
        CheckTime($"{key}.session", fault.Session, TimeSpan.FromMilliseconds(1));
        CheckTime($"{key}.away", fault.Away, TimeSpan.FromMilliseconds(1));
        Check(fault.By.Duration() <= TimeMax, $"{key}.by", "it has to be at most a year");
        Check(
            fault.Kind != ScenarioFaultKind.SlowDisk || (fault.By >= TimeSpan.Zero && fault.By <= TimeSpan.FromMinutes(1)),
            $"{key}.by", "one operation of a slow disk takes from 0s to 1m");
        Check(fault.FreeBytes >= 0, $"{key}.free", "it may not be negative");
        Check(fault.Rate is > -0.5 and < 0.5, $"{key}.rate", "it has to be between -0.5 and 0.5");
    }

    private static void CheckLink(string key, LinkSettings link)
    {
        try
        {
            link.Validate();
        }
        catch (ArgumentException e)
        {
            throw new ScenarioException(key, e.Message.TrimEnd('.'));
        }
    }

    private static void CheckNames(string key, IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            Check(
                name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'),
                $"{key}.{name}", "a name is letters, digits, - and _, 64 at the most");
            Check(seen.Add(name), $"{key}.{name}", "there are two of that name");
        }
    }

    private static void CheckKnown(string key, ImmutableArray<string> names, IEnumerable<string> known, string what)
    {
        foreach (var name in names)
        {
            var all = known.ToArray();
            Check(
                all.Contains(name), key,
                all.Length == 0 ? $"there is no {what}" : $"there is no {what} {name}: did you mean {NearestName.Of(name, all)}?");
        }
    }

    private static void CheckShare(string key, double share) =>
        Check(share is >= 0 and <= 1, key, "it has to be from 0 to 1 (or 0% to 100%)");

    private static void CheckTime(string key, TimeSpan time, TimeSpan least) =>
        Check(time >= least && time <= TimeMax, key, "it has to be a time of at most a year, such as 90s, 5m or 1h");

    private static void Check(bool isTrue, string key, string line)
    {
        if (!isTrue)
            throw new ScenarioException(key, line);
    }
}
