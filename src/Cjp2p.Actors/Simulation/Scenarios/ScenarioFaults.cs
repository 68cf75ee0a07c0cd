namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Makes the faults of a scenario happen, and end.</summary>
internal sealed class ScenarioFaults(ScenarioRun run)
{
    private static readonly TimeSpan DyingLooked = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan DyingMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SessionMax = TimeSpan.FromDays(30);
    private const int ChangesMax = 40;

    private readonly LinkedList<Action> _undo = [];
    private readonly List<ScenarioEvent> _events = [];
    private int _toCome;
    private bool _isOver;

    public IReadOnlyList<ScenarioEvent> Events => _events;

    /// <summary>Nothing goes wrong now, and nothing will.</summary>
    public bool IsQuiet => _toCome == 0 && _undo.Count == 0;

    private SimWorld World => run.World;

    public void Schedule()
    {
        foreach (var fault in run.Scenario.Faults)
        {
            var random = run.RandomFor($"fault:{fault.Name}");
            var targets = Choose(fault, random);
            if (targets.Count == 0)
                continue;
            _toCome++;
            run.After(fault.At, () =>
            {
                _toCome--;
                if (!_isOver)
                    Begin(fault, targets, random);
            });
        }
    }

    /// <summary>A fault begins now that is no part of the scenario.</summary>
    public void Inject(ScenarioFault fault, ScenarioNode node) =>
        Begin(fault, [node], run.RandomFor($"fault:{fault.Name}"));

    /// <summary>All faults end, now; none begins any more.</summary>
    public void End()
    {
        _isOver = true;
        _toCome = 0;
        while (_undo.First is { } first)
            first.Value();
        World.Heal();
        run.Check();
    }

    /// <summary>It makes sense for nodes of ours only, not for hostile and foreign peers.</summary>
    public static bool NeedsNode(ScenarioFaultKind kind) => kind is ScenarioFaultKind.Crash or ScenarioFaultKind.PowerCut
        or ScenarioFaultKind.Leave or ScenarioFaultKind.Churn or ScenarioFaultKind.SlowDisk or ScenarioFaultKind.FullDisk
        or ScenarioFaultKind.BrokenDisk or ScenarioFaultKind.InterfaceDown or ScenarioFaultKind.ClockJump
        or ScenarioFaultKind.ClockDrift;

    private List<ScenarioNode> Choose(ScenarioFault fault, Random random)
    {
        var candidates = run.Nodes
            .Where(node => fault.Groups.IsEmpty ? node.Group.IsOurs || !NeedsNode(fault.Kind) : fault.Groups.Contains(node.Group.Name))
            .ToArray();
        var count = fault.Count > 0 ? Math.Min(fault.Count, candidates.Length)
            : Math.Min(candidates.Length, Math.Max(1, (int)Math.Round(fault.Share * candidates.Length)));
        random.Shuffle(candidates);
        return [.. candidates.Take(count).OrderBy(node => node.Machine.Number)];
    }

    private void Begin(ScenarioFault fault, List<ScenarioNode> targets, Random random)
    {
        var number = _events.Count;
        _events.Add(new ScenarioEvent(fault.Name, fault.Kind, World.Now, null, [.. targets.Select(node => node.Machine.Number)]));
        var isCut = fault.Kind is ScenarioFaultKind.Partition or ScenarioFaultKind.PartitionOneWay;
        var left = isCut ? 1 : targets.Count;
        var isClosed = false;
        var ends = new List<Action>();
        LinkedListNode<Action> undo = null!;
        undo = _undo.AddLast(() =>
        {
            foreach (var end in ends.ToArray())
                end();
            Close();
        });

        void Close()
        {
            if (isClosed)
                return;
            isClosed = true;
            _undo.Remove(undo);
            if (!IsForGood(fault))
                _events[number] = _events[number] with { Until = World.Now };
            run.Check();
        }

        // Each that is met has an end of its own; the fault ends with the last of them.
        void BeginOne(Func<Func<bool>, Action?> begin, TimeSpan lasting)
        {
            if (isClosed)
                return;
            var hasEnded = false;
            var undoOne = begin(() => hasEnded);
            void End()
            {
                if (hasEnded)
                    return;
                hasEnded = true;
                undoOne?.Invoke();
                if (--left == 0)
                    Close();
            }

            ends.Add(End);
            if (IsForGood(fault))
                End();
            else if (lasting > TimeSpan.Zero)
                run.After(lasting, End);
        }

        if (isCut)
        {
            BeginOne(_ => Cut(fault, targets), fault.For);
            return;
        }

        foreach (var node in targets)
        {
            var delay = Within(fault, random);
            var own = new SimRandom((ulong)random.NextInt64());
            // A clog as a whole lasts as long as is said: it goes from link to link.
            var lasting = fault.Kind == ScenarioFaultKind.Clog && fault.For > TimeSpan.Zero
                ? (fault.For / 2 * (1 + own.NextDouble())) - (delay / 2)
                : fault.For;
            void BeginNode() => BeginOne(hasEnded => BeginAt(fault, node, own, hasEnded), lasting);
            if (delay == TimeSpan.Zero)
                BeginNode();
            else
                run.After(delay, BeginNode);
        }
    }

    // What has no end of its own, or whose victims do not come back: it ends as soon as it has met them.
    private static bool IsForGood(ScenarioFault fault) => fault.Kind is ScenarioFaultKind.NatReboot or ScenarioFaultKind.ClockJump
        || (fault.For == TimeSpan.Zero
            && fault.Kind is ScenarioFaultKind.Crash or ScenarioFaultKind.PowerCut or ScenarioFaultKind.Leave);

    private static TimeSpan Within(ScenarioFault fault, Random random)
    {
        // A clog moves from link to link by itself, in the first half of its time.
        var within = fault.Kind == ScenarioFaultKind.Clog && fault.Within == TimeSpan.Zero ? fault.For / 2 : fault.Within;
        return within * random.NextDouble();
    }

    private Action? BeginAt(ScenarioFault fault, ScenarioNode node, Random random, Func<bool> ended)
    {
        var host = node.Machine.Host;
        switch (fault.Kind)
        {
            case ScenarioFaultKind.Crash:
                return Away(fault, node, crash: true);
            case ScenarioFaultKind.Leave:
                return Away(fault, node, crash: false);
            case ScenarioFaultKind.PowerCut:
                return CutPower(fault, node, random);
            case ScenarioFaultKind.Churn:
                return Churn(fault, node, random, ended);
            case ScenarioFaultKind.Isolate:
                World.Isolate(node.Machine);
                return () => host.IsIsolated = false;
            case ScenarioFaultKind.Clog:
                host.Clog();
                return host.Unclog;
            case ScenarioFaultKind.Loss:
                return SpoilLink(node, link => link with { Loss = Math.Max(link.Loss, fault.Chance) });
            case ScenarioFaultKind.DropFragments:
                return SpoilLink(node, link => link with { DropsFragments = true, MtuBytes = link.MtuBytes == 0 ? 1500 : link.MtuBytes });
            case ScenarioFaultKind.SlowDisk:
                return SpoilDisk(node, disk => disk with { TimePerOperation = fault.By });
            case ScenarioFaultKind.FullDisk:
                var capacity = Math.Min(node.Group.DiskBytes, node.Machine.Disk.UsedBytes + fault.FreeBytes);
                return SpoilDisk(node, disk => disk with { CapacityBytes = Math.Min(disk.CapacityBytes, capacity) });
            case ScenarioFaultKind.BrokenDisk:
                return SpoilDisk(node, disk => disk with { FailsReads = true, FailsWrites = true, FailsFlushes = true });
            case ScenarioFaultKind.InterfaceDown:
                host.OpeningFails = "the network is down";
                host.FailTransports("the network is down");
                return () => host.OpeningFails = null;
            case ScenarioFaultKind.NatReboot:
                host.Nat?.Reboot();
                return null;
            case ScenarioFaultKind.ClockJump:
                node.Machine.JumpClock(fault.By);
                return null;
            case ScenarioFaultKind.ClockDrift:
                node.Machine.ClockDrift = fault.Rate;
                return () => node.Machine.ClockDrift = 0;
            default:
                throw new InvalidOperationException($"There is no fault {fault.Kind}.");
        }
    }

    private Action? Away(ScenarioFault fault, ScenarioNode node, bool crash)
    {
        run.TakeDown(node, crash);
        if (fault.For > TimeSpan.Zero)
            return () => run.BringUp(node);
        node.IsGone = true;
        return null;
    }

    // The disk dies in the middle of what the node writes; whoever notices is as dead a moment later.
    private Action? CutPower(ScenarioFault fault, ScenarioNode node, Random random)
    {
        node.Machine.Disk.DieAfter(random.Next(1, ChangesMax));
        var deadline = World.Now + DyingMax;
        var isDown = false;
        void Look()
        {
            if (_isOver && !node.Machine.Disk.IsDead)
                return;
            if (!node.Machine.Disk.IsDead && World.Now < deadline)
            {
                run.After(DyingLooked, Look);
                return;
            }

            isDown = true;
            run.TakeDown(node, crash: true);
        }

        // In another slice somebody else looks after it.
        if (node.IsHere)
            Look();
        if (fault.For > TimeSpan.Zero)
        {
            return () =>
            {
                if (isDown)
                    run.BringUp(node);
            };
        }

        node.IsGone = true;
        return null;
    }

    // Lengths of sessions in file sharing networks were measured to follow Weibull's distribution with a shape of about
    // one half (many short ones, some very long ones), absences a log-normal one.
    private Action Churn(ScenarioFault fault, ScenarioNode node, Random random, Func<bool> ended)
    {
        var isAway = false;
        void Leave()
        {
            if (ended())
                return;
            isAway = true;
            run.TakeDown(node, random.NextDouble() < fault.Crashes);
            run.After(Bounded(fault.Away * Math.Exp(Normal(random))), Return);
        }

        void Return()
        {
            if (ended())
                return;
            isAway = false;
            run.BringUp(node);
            run.After(Session(), Leave);
        }

        TimeSpan Session()
        {
            var quantile = Math.Log(1 - random.NextDouble()) / Math.Log(2);
            return Bounded(fault.Session * (quantile * quantile));
        }

        run.After(Session(), Leave);
        return () =>
        {
            if (isAway)
                run.BringUp(node);
        };
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static TimeSpan Bounded(TimeSpan time) => time > SessionMax ? SessionMax
        : time < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : time;

    private static Action SpoilLink(ScenarioNode node, Func<LinkSettings, LinkSettings> how)
    {
        node.LinkFaults.Add(how);
        node.Apply();
        return () =>
        {
            node.LinkFaults.Remove(how);
            node.Apply();
        };
    }

    private static Action SpoilDisk(ScenarioNode node, Func<SimDiskSettings, SimDiskSettings> how)
    {
        node.DiskFaults.Add(how);
        node.Apply();
        return () =>
        {
            node.DiskFaults.Remove(how);
            node.Apply();
        };
    }

    private Action Cut(ScenarioFault fault, List<ScenarioNode> targets)
    {
        var ones = targets.Select(node => node.Machine.Host).ToArray();
        var others = run.World.Machines.Select(machine => machine.Host).Except(ones).ToArray();
        var cut = fault.Kind == ScenarioFaultKind.Partition
            ? World.Network.Partition(ones, others)
            : World.Network.PartitionOneWay(ones, others);
        return cut.Heal;
    }
}
