using System.Collections.Immutable;
using Akka.Actor;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation.Foreign;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A peer in play.</summary>
internal sealed class ScenarioNode(SimMachine machine, ScenarioGroup group, NodeSettings settings)
{
    public const ushort Port = 24254;
    public const string SharedFolder = "/share";
    public const string DataFolder = "/data";

    private const int SessionsMax = 1000;
    private readonly List<ScenarioSession> _sessions = [];

    public SimMachine Machine { get; } = machine;

    public ScenarioGroup Group { get; } = group;

    public NodeSettings Settings { get; } = settings;

    public AccessLink Link { get; init; } = group.Link;

    /// <summary>Whom it knows at the start.</summary>
    public IReadOnlyList<ScenarioNode> Known { get; set; } = [];

    /// <summary>Where it takes them to be.</summary>
    public ImmutableArray<PeerAddress> Bootstrap => [.. Known.Select(other => other.Address)];

    /// <summary>Where others take it to be.</summary>
    public PeerAddress Address => Machine.Host.OutsideAddress.WithPort(Port);

    /// <summary>The foreign peer that it is, once it runs.</summary>
    public ForeignPeer? Foreign { get; set; }

    public List<ScenarioDownload> Downloads { get; } = [];

    /// <summary>Whoever sits before it: starts downloads and is told how they go.</summary>
    public IActorRef User { get; set; } = ActorRefs.Nobody;

    /// <summary>Its time to start has come.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Faults that keep it away now.</summary>
    public int Downs { get; set; }

    /// <summary>It left or crashed, and does not come back.</summary>
    public bool IsGone { get; set; }

    /// <summary>It is meant to run.</summary>
    public bool IsWanted => HasBegun && Downs == 0;

    /// <summary>It is played here, and not in another slice of the world.</summary>
    public bool IsHere => !Machine.Host.IsElsewhere;

    public bool IsUp => Machine.Actor is not null;

    /// <summary>What is wrong with its links now.</summary>
    public List<Func<LinkSettings, LinkSettings>> LinkFaults { get; } = [];

    /// <summary>What is wrong with its disk now.</summary>
    public List<Func<SimDiskSettings, SimDiskSettings>> DiskFaults { get; } = [];

    public IReadOnlyList<ScenarioSession> Sessions => _sessions;

    public int Starts { get; private set; }

    /// <summary>Anybody can reach it without having been called first.</summary>
    public bool IsPublic => Machine.Host.Nat is not { } nat || nat.Model.Settings.Kind == NatKind.FullCone;

    public void SessionBegan(TimeSpan now)
    {
        Starts++;
        if (_sessions.Count < SessionsMax)
            _sessions.Add(new ScenarioSession(now, null, false));
    }

    public void SessionEnded(TimeSpan now, bool crashed)
    {
        if (_sessions is [.., { Until: null } last] && Starts <= SessionsMax)
            _sessions[^1] = last with { Until = now, Crashed = crashed };
    }

    /// <summary>Makes links and disk be as bad as the faults in force say.</summary>
    public void Apply()
    {
        var (up, down) = (Link.Up, Link.Down);
        foreach (var fault in LinkFaults)
            (up, down) = (fault(up), fault(down));
        Machine.Host.Up.Settings = up;
        Machine.Host.Down.Settings = down;
        var disk = new SimDiskSettings { CapacityBytes = Group.DiskBytes };
        foreach (var fault in DiskFaults)
            disk = fault(disk);
        Machine.Disk.Settings = disk;
    }
}
