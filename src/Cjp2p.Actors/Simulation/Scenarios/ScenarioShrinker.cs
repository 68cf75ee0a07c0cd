using System.Collections.Immutable;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Looks for a smaller scenario that fails in the same way: fewer faults, fewer groups, fewer nodes, less content.</summary>
public static class ScenarioShrinker
{
    private const long ContentBytesMin = 4096;
    private static readonly TimeSpan DurationMin = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Makes a failing scenario smaller for as long as something can be left out. Greedy: what has been left out stays out.
    /// </summary>
    /// <param name="failing">A scenario that fails.</param>
    /// <param name="seed">The seed from which it does.</param>
    /// <param name="failsFrom">
    /// Plays a smaller one: the seed from which it fails too, which is not always the one given, or null. May throw to
    /// give up.
    /// </param>
    /// <param name="triesMax">Smaller scenarios to play at the most.</param>
    /// <returns>The smallest that was found, the seed from which it fails, and how many were played.</returns>
    public static (Scenario Scenario, ulong Seed, int Tries) Shrink(
        Scenario failing, ulong seed, Func<Scenario, ulong, ulong?> failsFrom, int triesMax)
    {
        ArgumentNullException.ThrowIfNull(failing);
        ArgumentNullException.ThrowIfNull(failsFrom);
        var tries = 0;
        var (smallest, smallestSeed) = (failing, seed);
        for (var found = true; found && tries < triesMax;)
        {
            found = false;
            foreach (var candidate in Smaller(smallest).Where(MakesSense))
            {
                if (tries++ >= triesMax)
                    break;
                if (failsFrom(candidate, smallestSeed) is not { } itsSeed)
                    continue;
                (smallest, smallestSeed, found) = (candidate, itsSeed, true);
                break;
            }
        }

        return (smallest, smallestSeed, Math.Min(tries, triesMax));
    }

    // The biggest steps first.
    private static IEnumerable<Scenario> Smaller(Scenario scenario)
    {
        if (!scenario.Expectations.IsEmpty)
            yield return scenario with { Expectations = [] };
        for (var part = scenario.Faults.Length; part >= 1; part /= 2)
        {
            for (var at = 0; at < scenario.Faults.Length; at += part)
                yield return scenario with { Faults = scenario.Faults.RemoveRange(at, Math.Min(part, scenario.Faults.Length - at)) };
        }

        foreach (var group in scenario.Groups)
            yield return Without(scenario, group);
        foreach (var content in scenario.Contents)
            yield return Without(scenario, content);
        foreach (var peers in new[] { scenario.Peers / 8, scenario.Peers / 2, scenario.Peers * 3 / 4, scenario.Peers - 1 }.Distinct())
            yield return scenario with { Peers = peers };
        foreach (var group in scenario.Groups.Where(group => group.Count > 1))
        {
            var fewer = group.Count / 2;
            yield return With(scenario, group, group with { Count = fewer }) with { Peers = scenario.Peers - group.Count + fewer };
        }

        foreach (var content in scenario.Contents.Where(content => content.LengthBytes > ContentBytesMin))
        {
            var smaller = content with { LengthBytes = Math.Max(ContentBytesMin, content.LengthBytes / 4) };
            yield return scenario with { Contents = scenario.Contents.Replace(content, smaller) };
        }

        if (scenario.Loss is > 0)
            yield return scenario with { Loss = 0 };
        foreach (var group in scenario.Groups.Where(group => !group.Nats.IsEmpty))
            yield return With(scenario, group, group with { Nats = [] });
        foreach (var group in scenario.Groups.Where(group => group.Link != AccessLink.Perfect))
            yield return With(scenario, group, group with { Link = AccessLink.Perfect });
        foreach (var fault in scenario.Faults.Where(fault => fault.Count != 1))
            yield return scenario with { Faults = scenario.Faults.Replace(fault, fault with { Count = 1 }) };
        if (scenario.Duration > DurationMin)
            yield return scenario with { Duration = scenario.Duration / 2 };
    }

    private static Scenario Without(Scenario scenario, ScenarioGroup group)
    {
        static ImmutableArray<string> Without(ImmutableArray<string> names, string name) => names.Remove(name);
        var left = scenario.Groups.Remove(group).Select(other => other with { Knows = Without(other.Knows, group.Name) });
        // What met nobody but this group goes with it.
        var faults = scenario.Faults
            .Where(fault => fault.Groups.IsEmpty || fault.Groups.Any(name => name != group.Name))
            .Select(fault => fault with { Groups = Without(fault.Groups, group.Name) });
        return scenario with
        {
            Groups = [.. left],
            Faults = [.. faults],
            Peers = group.Count > 0 ? scenario.Peers - group.Count : scenario.Peers,
        };
    }

    private static Scenario Without(Scenario scenario, ScenarioContent content) => scenario with
    {
        Contents = scenario.Contents.Remove(content),
        Groups =
        [
            .. scenario.Groups.Select(group => group with
            {
                Shares = group.Shares.Remove(content.Name), Fetches = group.Fetches.Remove(content.Name),
            }),
        ],
    };

    private static Scenario With(Scenario scenario, ScenarioGroup group, ScenarioGroup changed) =>
        scenario with { Groups = scenario.Groups.Replace(group, changed) };

    private static bool MakesSense(Scenario scenario)
    {
        try
        {
            scenario.Validate();
            return true;
        }
        catch (ScenarioException)
        {
            return false;
        }
    }
}
