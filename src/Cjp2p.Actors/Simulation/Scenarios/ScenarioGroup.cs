using System.Collections.Immutable;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Peers of a scenario that are alike: how many, how connected, and what they do.</summary>
/// <param name="Name">Its name in the scenario.</param>
public sealed record ScenarioGroup(string Name)
{
    /// <summary>Exactly this many; 0: see <see cref="Share"/>.</summary>
    public int Count { get; init; }

    /// <summary>This part of all peers, from 0 to 1 and at least one; 0 (and no count): all that the other groups leave.</summary>
    public double Share { get; init; }

    /// <summary>How each of them is connected.</summary>
    public AccessLink Link { get; init; } = AccessLink.Home;

    /// <summary>Kinds of NAT, one for each peer, taken in turn; none: each has a public address.</summary>
    public ImmutableArray<NatKind> Nats { get; init; } = [];

    /// <summary>How long a NAT remembers a mapping.</summary>
    public TimeSpan NatTimeout { get; init; } = new NatSettings().MappingTimeout;

    /// <summary>Groups whose addresses they know at the start; empty: all groups that share something.</summary>
    public ImmutableArray<string> Knows { get; init; } = [];

    /// <summary>Addresses known at the start at the most, chosen by the seed.</summary>
    public int KnowsMax { get; init; } = 8;

    /// <summary>They start at this time ...</summary>
    public TimeSpan StartAt { get; init; }

    /// <summary>... or up to this much later, each by itself.</summary>
    public TimeSpan StartWithin { get; init; }

    /// <summary>Contents that they share.</summary>
    public ImmutableArray<string> Shares { get; init; } = [];

    /// <summary>Contents that they fetch, and share once they have them.</summary>
    public ImmutableArray<string> Fetches { get; init; } = [];

    /// <summary>Fetching begins at this time ...</summary>
    public TimeSpan FetchAt { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>... or up to this much later, each by itself.</summary>
    public TimeSpan FetchWithin { get; init; }

    /// <summary>Bytes that the disk of each holds.</summary>
    public long DiskBytes { get; init; } = new SimDiskSettings().CapacityBytes;
}
