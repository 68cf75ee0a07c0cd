using System.Globalization;
using Akka.Event;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Foreign;
using Cjp2p.Actors.Simulation.Hostile;
using Cjp2p.Actors.Simulation.Invariants;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>
/// A world in which everything goes wrong that can, chosen by the seed: links, NATs, crashes, disks, clocks, partitions,
/// hostile and foreign peers. For some minutes faults come and go (safety: nothing wrong may happen); then they stop, and
/// every download has to end well (liveness).
/// </summary>
internal sealed class ChaosWorld : IDisposable
{
    private static readonly TimeSpan FaultsLast = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan PatienceMax = TimeSpan.FromHours(1);

    private readonly Random _random;
    private readonly List<SimContent> _contents = [];
    private readonly List<SimNode> _seeders = [];
    private readonly List<SimNode> _leeches = [];
    private readonly List<SimMachine> _others = [];
    private readonly List<string> _story = [];
    private bool _faultsAreOver;

    internal ChaosWorld(ulong seed, LogLevel? log = null)
    {
        World = new SimWorld(new SimWorldSettings { Seed = seed, LogLevel = log, TraceEventsMax = 0 });
        World.Invariants.AddStandard();
        _random = World.RandomFor(99);
        for (var i = 0; i < _random.Next(1, 4); i++)
            _contents.Add(World.NewContent(_random.Next(4) == 0 ? _random.Next(0, 5000) : _random.Next(5000, 1_500_000), i));
        for (var i = _random.Next(1, 3); i > 0; i--)
            _seeders.Add(AddNode(NodeAccess(mayHaveNat: false)));
        foreach (var seeder in _seeders)
        {
            foreach (var content in _contents)
                seeder.Shares(content);
        }

        for (var i = _random.Next(3, 9); i > 0; i--)
            _leeches.Add(AddNode(NodeAccess(mayHaveNat: true)));
        AddForeign();
        AddHostile();
    }

    internal SimWorld World { get; }

    /// <summary>What was done to it, in order.</summary>
    internal IReadOnlyList<string> Story => _story;

    /// <summary>Runs it and says what was violated.</summary>
    internal IReadOnlyList<SimViolation> Run()
    {
        try
        {
            foreach (var leech in _leeches)
                FetchAll(leech);
            var faults = _random.Next(5, 25);
            for (var i = 0; i < faults; i++)
                World.After(FaultsLast * _random.NextDouble(), DoSomething);
            World.RunFor(FaultsLast);
            StopFaults();
            if (!World.RunUntil(() => _leeches.TrueForAll(IsDone), PatienceMax))
            {
                foreach (var download in _leeches.SelectMany(leech => leech.Downloads).Where(IsMissing))
                    World.Invariants.Report("liveness", $"{download.Node.Machine.Name}: {download.Id} {download.Failure ?? $"{download.Progress}"}");
            }

            foreach (var failure in World.Failures)
                World.Invariants.Report("no part fails", failure.ToString());
            if (World.ForeignTouches != 0)
                World.Invariants.Report("determinism", $"{World.ForeignTouches} touches by other threads");
            World.End();
        }
        catch (SimulationStuckException stuck)
        {
            World.Invariants.Report("livelock", stuck.Message);
        }

        return [.. World.Violations];
    }

    public void Dispose() => World.Dispose();

    private bool IsDone(SimNode leech) => leech.IsRunning && _contents.TrueForAll(content =>
        leech.Downloads.Any(download => download.Id == content.Id && download.IsFinished));

    private static bool IsMissing(SimDownload download) =>
        !download.IsFinished && !download.Node.Downloads.Any(other => other.Id == download.Id && other.IsFinished);

    private SimNode AddNode((AccessLink Access, SimNat? Nat) at)
    {
        var node = World.AddNode(at.Access, at.Nat);
        if (_random.Next(4) == 0)
        {
            node.Machine.Host.ProcessorTimePerDatagram = TimeSpan.FromMicroseconds(_random.Next(10, 200));
            node.Machine.Host.ReceiveBufferBytes = _random.Next(50_000, 500_000);
        }

        if (_random.Next(3) == 0)
            node.Machine.ClockDrift = (_random.NextDouble() - 0.5) * 0.02;
        return node;
    }

    private (AccessLink Access, SimNat? Nat) NodeAccess(bool mayHaveNat)
    {
        var kind = _random.Next(4) switch { 0 => AccessLink.Lan, 1 => AccessLink.DataCentre, 2 when mayHaveNat => AccessLink.Mobile, _ => AccessLink.Home };
        var nat = mayHaveNat && _random.Next(3) == 0
            ? World.Network.AddNat(new NatSettings { Kind = (NatKind)_random.Next(Enum.GetValues<NatKind>().Length) })
            : null;
        // Small blocks do not exist yet for those whose fragments are dropped: their lines let fragments pass here.
        return (new AccessLink(Worse(kind.Up), Worse(kind.Down)), nat);
    }

    private LinkSettings Worse(LinkSettings link) => link with
    {
        DropsFragments = false,
        Loss = _random.Next(2) == 0 ? link.Loss : _random.NextDouble() * 0.1,
        Duplication = _random.Next(3) == 0 ? _random.NextDouble() * 0.05 : 0,
        Reordering = _random.Next(3) == 0 ? _random.NextDouble() * 0.05 : 0,
        Corruption = _random.Next(5) == 0 ? _random.NextDouble() * 0.0002 : 0,
    };

    private void AddForeign()
    {
        for (var i = _random.Next(3); i > 0; i--)
        {
            var machine = World.AddMachine(AccessLink.Home);
            ForeignPeer.Start(
                machine, (ForeignKind)_random.Next(Enum.GetValues<ForeignKind>().Length), [.. _contents], [.. World.Nodes.Select(node => node.Address)]);
            _others.Add(machine);
        }
    }

    private void AddHostile()
    {
        for (var i = _random.Next(4); i > 0; i--)
        {
            var machine = World.AddMachine(AccessLink.Home);
            var kind = (HostileKind)_random.Next(Enum.GetValues<HostileKind>().Length);
            Tell($"{machine.Name} is a {kind}");
            HostilePeer.Start(machine, kind, new HostileTarget([.. World.Nodes.Select(node => node.Address)], [.. _contents]));
            _others.Add(machine);
        }
    }

    private void FetchAll(SimNode leech)
    {
        foreach (var content in _contents)
        {
            if (!leech.Downloads.Any(download => download.Id == content.Id && download.IsFinished))
                leech.Fetches(content, [.. _seeders.Select(seeder => seeder.Address), .. _others.Select(other => other.Host.Address.WithPort(24254))]);
        }
    }

    private void DoSomething()
    {
        if (_faultsAreOver)
            return;
        var node = World.Nodes[_random.Next(World.Nodes.Count)];
        var machine = node.Machine;
        var lasts = TimeSpan.FromSeconds(_random.Next(1, 90));
        var what = _random.Next(14);
        Tell($"{machine.Name} {what} {lasts}");
        switch (what)
        {
            case 0 or 1 when node.IsRunning:
                machine.Crash();
                World.After(lasts, () => Restart(node));
                break;
            case 2 when node.IsRunning:
                machine.Disk.DieAfter(_random.Next(1, 40));
                World.After(lasts, () =>
                {
                    if (machine.Disk.IsDead)
                        machine.Crash();
                    Restart(node);
                });
                break;
            case 3:
                var others = World.Machines.Where(_ => _random.Next(2) == 0).ToList();
                var partition = World.Partition(others, World.Machines.Except(others));
                World.After(lasts, partition.Heal);
                break;
            case 4:
                machine.Host.Clog(_random.Next(2) == 0, _random.Next(2) == 0);
                World.After(lasts, machine.Host.Unclog);
                break;
            case 5:
                machine.JumpClock(TimeSpan.FromSeconds(_random.Next(-4000, 4000)));
                break;
            case 6:
                machine.Disk.Settings = machine.Disk.Settings with { CapacityBytes = machine.Disk.UsedBytes + _random.Next(100_000) };
                World.After(lasts, () => machine.Disk.Settings = new SimDiskSettings());
                break;
            case 7:
                machine.Disk.Settings = new SimDiskSettings
                {
                    FailsWrites = _random.Next(2) == 0,
                    FailsReads = _random.Next(2) == 0,
                    FailsFlushes = _random.Next(2) == 0,
                };
                World.After(lasts, () => machine.Disk.Settings = new SimDiskSettings());
                break;
            case 8:
                machine.Disk.Settings = new SimDiskSettings { TimePerOperation = TimeSpan.FromMilliseconds(_random.Next(1, 300)) };
                World.After(lasts, () => machine.Disk.Settings = new SimDiskSettings());
                break;
            case 9:
                machine.Host.FailTransports("the interface went away");
                machine.Host.OpeningFails = "the interface is away";
                World.After(lasts, () => machine.Host.OpeningFails = null);
                break;
            case 10 when node.IsRunning:
                node.Stop();
                World.After(lasts, () => Restart(node));
                break;
            case 11:
                World.Isolate(machine);
                break;
            case 12:
                machine.Disk.Settings = machine.Disk.Settings with { IsReadOnly = true };
                World.After(lasts, () => machine.Disk.Settings = new SimDiskSettings());
                break;
            default:
                World.Heal();
                break;
        }
    }

    private void Restart(SimNode node)
    {
        if (node.IsRunning || (_random.Next(8) == 0 && !_faultsAreOver))
            return;

        // A program that cannot open its sockets ends and says so; its user tries again later.
        if (node.Machine.Host.OpeningFails != null)
        {
            World.After(TimeSpan.FromSeconds(5), () => Restart(node));
            return;
        }

        node.Start();
        if (_leeches.Contains(node))
            FetchAll(node);
    }

    private void StopFaults()
    {
        Tell("faults stop");
        _faultsAreOver = true;
        World.Heal();
        foreach (var node in World.Nodes)
        {
            var machine = node.Machine;
            machine.Host.OpeningFails = null;
            machine.Disk.Settings = new SimDiskSettings();
            if (machine.Disk.IsDead)
                machine.Crash();
            else
                machine.Disk.DieAfter(long.MaxValue);
            Restart(node);

            // The user asks again for what was given up while everything was broken.
            if (_leeches.Contains(node))
                FetchAll(node);
        }
    }

    private void Tell(string what) => _story.Add(string.Create(CultureInfo.InvariantCulture, $"{World.Now:c} {what}"));
}
