using System.Collections.Immutable;
using System.Text;
using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Simulation.Invariants;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>
/// A scenario that is being played from a seed: builds the world, lets things go wrong, and looks at what becomes of it.
/// Whoever drives it may stop at any step and look at <see cref="World"/>.
/// </summary>
public sealed partial class ScenarioRun : IDisposable
{
    private const int ViolationsMax = 200;
    private const int VictimsMax = 64;
    private const int BlockBytes = 64 * 1024;
    private const int LinesOfEach = 20;
    private static readonly double[] SampledParts = [0.1, 0.25, 0.5, 0.75, 0.9];
    private static readonly TimeSpan RestartDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ForeignLooked = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly List<ScenarioNode> _nodes = [];
    private readonly List<ScenarioDownload> _downloads = [];
    private readonly List<SimViolation> _violations = [];
    private readonly Dictionary<string, SimContent> _contents = new(StringComparer.Ordinal);
    private readonly ScenarioSamples _samples = new();
    private readonly ScenarioFlows _flows;
    private readonly ScenarioFaults _faults;
    private readonly SpanBufferPool _buffers;
    private readonly ScenarioSlice? _slice;
    private ImmutableHashSet<string> _reachableElsewhere = [];
    private readonly TimeSpan? _answerTimeout;
    private TimeSpan? _safetyEnded;
    private Exception? _failure;
    private int _yetToStart;
    private int _restarts;
    private int _injected;
    private bool _hasJudged;
    private bool _hasFinished;

    /// <summary>Builds the world of a scenario; nothing happens before <see cref="Advance"/>.</summary>
    /// <exception cref="ScenarioException">The scenario makes no sense.</exception>
    public ScenarioRun(Scenario scenario, ulong seed, ScenarioSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        scenario.Validate();
        settings ??= new ScenarioSettings();
        _slice = settings.Slice;
        Scenario = scenario;
        World = new SimWorld(new SimWorldSettings
        {
            Seed = seed,
            TraceEventsMax = settings.TraceEventsMax,
            LogLevel = settings.LogLevel,
            // Which datagrams make a batch depends on who else is in the slice.
            Network = _slice is null ? new SimNetworkSettings() : new SimNetworkSettings { BatchMax = 1 },
        });
        if (_slice is { } slice)
            World.Network.Slicing = new SimSlicing(slice.Of);
        World.Invariants.Add(new ReplyLedger());
        World.Invariants.Add(new FinishedFiles(MustHold));
        World.Invariants.Add(new TableCaps());
        World.Invariants.Add(new DownloadsMove(_ => Running()));
        World.Invariants.Add(new Conservation());
        World.Invariants.Add(new NothingIsLeft());
        _flows = new ScenarioFlows(settings.Tap);
        World.Network.Tap = _flows;
        _buffers = new SpanBufferPool(settings.SpanBuffersMax);
        _answerTimeout = settings.AnswerTimeout;
        _faults = new ScenarioFaults(this);
        foreach (var content in scenario.Contents)
            _contents.Add(content.Name, Make(content));
        AddPeers();
        _faults.Schedule();
        After(scenario.Duration, EndSafety);
        Sample();
    }

    /// <summary>What is played.</summary>
    public Scenario Scenario { get; }

    /// <summary>The world in which it is played.</summary>
    public SimWorld World { get; }

    /// <summary>Where it is.</summary>
    public ScenarioPhase Phase { get; private set; }

    /// <summary>Fetches that there will be.</summary>
    public int Fetches => _downloads.Count;

    /// <summary>Fetches that have completed.</summary>
    public int Completed { get; private set; }

    /// <summary>Peers that run.</summary>
    public int NodesUp => _nodes.Count(node => node.IsUp);

    /// <summary>What did not hold so far.</summary>
    public IReadOnlyList<SimViolation> Violations =>
        [.. World.Violations.Concat(_violations).OrderBy(violation => violation.Step)];

    /// <summary>The contents, by name.</summary>
    public IReadOnlyDictionary<string, SimContent> Contents => _contents;

    internal IReadOnlyList<ScenarioNode> Nodes => _nodes;

    /// <summary>How often something did not hold, or a node failed, so far.</summary>
    public int Troubles => World.Violations.Count + _violations.Count + World.Failures.Count;

    /// <summary>Goes on, for this many steps at the most. False when it is over.</summary>
    /// <param name="stepsMax">Steps at the most.</param>
    /// <param name="until">Virtual time at which it stops; null: none.</param>
    /// <param name="stopAtTrouble">Whether it stops right after the step in which <see cref="Troubles"/> grew.</param>
    public bool Advance(long stepsMax, TimeSpan? until = null, bool stopAtTrouble = false)
    {
        if (Phase == ScenarioPhase.Over)
            return false;
        var stopAt = World.Steps + stepsMax;
        var stopAtTime = until ?? TimeSpan.MaxValue;
        var troubles = stopAtTrouble ? Troubles : int.MaxValue;
        try
        {
            while (Phase != ScenarioPhase.Over && World.Steps < stopAt && World.Now < stopAtTime && Troubles <= troubles)
            {
                World.RunUntil(
                    () => Phase == ScenarioPhase.Over || World.Steps >= stopAt || _failure is not null || Troubles > troubles,
                    (_samples.NextAt < stopAtTime ? _samples.NextAt : stopAtTime) - World.Now);
                if (_failure is { } failure)
                    throw new InvalidOperationException($"The scenario itself failed: {failure.Message}", failure);
                if (World.Now >= _samples.NextAt)
                    Sample();
            }
        }
        catch (SimulationStuckException stuck)
        {
            Violated("progress", stuck.Message);
            Phase = ScenarioPhase.Over;
        }

        return Phase != ScenarioPhase.Over;
    }

    /// <summary>Goes on to this step of the world, with every actor there to be looked at; false when it is over before.</summary>
    public bool RunToStep(long step)
    {
        while (World.Steps < step && Advance(step - World.Steps))
        {
        }

        return World.Steps >= step;
    }

    /// <summary>Lets one node meet a fault, now; see <see cref="ScenarioFault"/>. False: it cannot meet that one.</summary>
    /// <param name="number">The node.</param>
    /// <param name="kind">What goes wrong.</param>
    /// <param name="lasting">How long; zero as in <see cref="ScenarioFault.For"/>.</param>
    /// <remarks>What is injected is no part of the scenario: the seed alone does not play such a run again.</remarks>
    public bool Inject(int number, ScenarioFaultKind kind, TimeSpan lasting)
    {
        var node = _nodes[number];
        if (Phase != ScenarioPhase.Safety || !node.HasBegun || (ScenarioFaults.NeedsNode(kind) && !node.Group.IsOurs)
            || kind is ScenarioFaultKind.Partition or ScenarioFaultKind.PartitionOneWay)
            return false;
        _faults.Inject(new ScenarioFault($"by hand, {_injected++}", kind, World.Now, lasting), node);
        return true;
    }

    /// <summary>How every peer is just now.</summary>
    public IReadOnlyList<ScenarioPeerState> States() =>
    [
        .. _nodes.Select(node => new ScenarioPeerState(
            node.Machine.Number,
            node.Group.Name,
            node.Machine.Host.OutsideAddress.WithPort(ScenarioNode.Port),
            node.IsUp,
            node.Starts,
            [.. node.Downloads.Select(download => download.Result())])),
    ];

    /// <summary>How it went. Looks for the last time whether everything holds.</summary>
    public ScenarioResult Result()
    {
        Judge();
        Sample();
        var counters = World.Network.Counters;
        var measures = Measure();
        return new ScenarioResult
        {
            Scenario = Scenario,
            Seed = World.Seed,
            TraceHash = World.Trace.HashText,
            VirtualTime = World.Now,
            SafetyEnded = _safetyEnded ?? World.Now,
            Steps = World.Steps,
            Delivered = counters.Delivered,
            Dropped = counters.Dropped,
            DroppedFor =
            [
                .. Enum.GetValues<DropReason>()
                    .Select(reason => KeyValuePair.Create(reason, counters.DroppedFor(reason)))
                    .Where(pair => pair.Value > 0),
            ],
            Measures = measures,
            Violations = Violations,
            Fetches = [.. _downloads.Select(download => download.Result())],
            Peers =
            [
                .. _nodes.Select(node => new ScenarioPeer(
                    node.Machine.Number, node.Group.Name, node.Machine.Host.BytesSent, node.Machine.Host.BytesReceived,
                    [.. node.Sessions])),
            ],
            Flows = _flows.All,
            Samples = [.. _samples.All],
            Events = [.. _faults.Events],
            Checkpoints = [.. World.Trace.Checkpoints],
        };
    }

    /// <summary>
    /// How it went, as <see cref="Result"/> says, and the end of it: all peers stop in good order, and something of them that
    /// is left is a violation too. Trace, time and steps are those of before.
    /// </summary>
    public ScenarioResult Finish()
    {
        var result = Result();
        // Of a slice, what others hold is not known; and who has not come to the end has not come to this.
        if (Phase != ScenarioPhase.Over || _slice is not null || _hasFinished)
            return result;
        _hasFinished = true;
        World.InWorld(context =>
        {
            foreach (var node in _nodes)
                context.Stop(node.User);
        });
        World.End();
        if (_buffers.Rented != 0)
            Violated("nothing-left", $"{_buffers.Rented} buffers of spans were not given back");
        return result with { Violations = Violations };
    }

    /// <summary>Ends the world.</summary>
    public void Dispose() => World.Dispose();

    /// <summary>Chance for one purpose, whatever else there is in the scenario.</summary>
    internal Random RandomFor(string purpose) =>
        World.RandomFor((long)(XxHash64.Hash(Encoding.UTF8.GetBytes(purpose)) >> 1));

    /// <summary>Does something later; what goes wrong in it ends the run instead of being lost in the scheduler.</summary>
    internal void After(TimeSpan delay, Action action) => World.After(delay, () =>
    {
        try
        {
            action();
        }
        catch (Exception failure)
        {
            _failure ??= failure;
        }
    });

    internal void Violated(string invariant, string what)
    {
        if (_violations.Count < ViolationsMax && !_violations.Exists(one => one.Invariant == invariant && one.What == what))
            _violations.Add(new SimViolation(invariant, World.Now, World.Steps, what));
    }

    /// <summary>Takes a node away: its power goes, or it stops in good order. Its downloads go on when it comes back.</summary>
    internal void TakeDown(ScenarioNode node, bool crash)
    {
        node.Downs++;
        if (!node.IsHere)
            return;
        foreach (var download in node.Downloads)
            download.IsRunning = false;
        if (crash && node.HasBegun)
        {
            var wasUp = node.IsUp;
            node.Machine.Crash();
            if (wasUp)
                node.SessionEnded(World.Now, crashed: true);
        }
        else if (node.Machine.Actor is { } actor && node.Downs == 1)
        {
            actor.Tell(NodeProtocol.Stop.Instance, ActorRefs.NoSender);
            node.SessionEnded(World.Now, crashed: false);
        }
    }

    /// <summary>One reason less for a node to be away; after the last it starts again.</summary>
    internal void BringUp(ScenarioNode node)
    {
        if (--node.Downs == 0 && node.HasBegun)
            Start(node);
    }

    /// <summary>A node told how a download goes.</summary>
    internal void Told(ScenarioNode node, DownloadProtocol.IEvent told)
    {
        if (node.Downloads.Find(one => one.What.Id == told.Id) is not { IsDone: false } download)
            return;
        switch (told)
        {
            case DownloadProtocol.Progress progress:
                download.Progressed(World.Now, progress);
                break;
            case DownloadProtocol.Finished finished:
                download.Finished(World.Now, finished);
                Completed++;
                CheckFile(download);
                Check();
                break;
            // What a node says as it goes away is no news.
            case DownloadProtocol.Failed failed when node.IsWanted:
                (download.Why, download.IsRunning) = (failed.Reason, false);
                After(RetryAfter, () => Fetch(download));
                break;
        }
    }

    /// <summary>A node could not start, and is started again as a service manager would.</summary>
    internal void NotStarted(ScenarioNode node, string reason)
    {
        if (!node.IsWanted || reason == "the node has stopped")
            return;
        node.Machine.Stop();
        node.SessionEnded(World.Now, crashed: false);
        After(RetryAfter, () =>
        {
            if (node.IsWanted && !node.IsUp)
                Start(node);
        });
    }

    /// <summary>Something ended or completed: the run may be over, or its last phase begin.</summary>
    internal void Check()
    {
        // Of a slice others know more: whoever drives them all decides.
        if (Phase == ScenarioPhase.Over || _yetToStart > 0 || _slice is not null)
            return;
        if (Phase == ScenarioPhase.Safety && !_faults.IsQuiet)
            return;
        if (Completed == _downloads.Count || (Phase == ScenarioPhase.Liveness && !Demanded().Any()))
            End();
    }

    /// <summary>
    /// Plays one window of a slice. Everything that other slices sent and that arrives in it has to be in
    /// <paramref name="step"/>.
    /// </summary>
    internal SliceReport PlayWindow(SliceStep step)
    {
        foreach (var mail in step.Mail)
            World.Network.Import(mail.Span);
        Play(step.Until, null);
        if (step.Ends)
            End();
        var slicing = World.Network.Slicing!;
        return new SliceReport
        {
            NextDue = World.Scheduler.NextDue,
            Phase = Phase,
            Mail = [.. Enumerable.Range(0, _slice!.Of).Select(slicing.Take).OfType<SliceMail>()],
            Look = step.Looks ? Look() : null,
        };
    }

    /// <summary>Everything before this moment happens, for a slice.</summary>
    /// <param name="until">The moment; one that has passed: nothing happens.</param>
    /// <param name="stepped">Called before each step and after the last, or null.</param>
    internal void Play(TimeSpan until, Action? stepped)
    {
        try
        {
            if (Phase != ScenarioPhase.Over && until > World.Now)
                World.RunUntil(IsToStop, until - World.Now - TimeSpan.FromTicks(1));
            if (_failure is { } failure)
                throw new InvalidOperationException($"The scenario itself failed: {failure.Message}", failure);
        }
        catch (SimulationStuckException stuck)
        {
            Violated("progress", stuck.Message);
            Phase = ScenarioPhase.Over;
        }

        bool IsToStop()
        {
            stepped?.Invoke();
            return Phase == ScenarioPhase.Over || _failure is not null;
        }
    }

    /// <summary>What a slice says at its end.</summary>
    /// <param name="reachable">Contents that can be reached somewhere in the world.</param>
    internal SliceResult SliceResult(IEnumerable<string> reachable)
    {
        _reachableElsewhere = [.. reachable];
        var result = Result();
        var here = _nodes.Where(node => node.IsHere).ToArray();
        return new SliceResult
        {
            Hashes = [.. here.Select(node => KeyValuePair.Create(node.Machine.Number, node.Machine.Host.Hash))],
            VirtualTime = result.VirtualTime,
            SafetyEnded = result.SafetyEnded,
            Steps = result.Steps,
            Delivered = result.Delivered,
            Dropped = result.Dropped,
            DroppedFor = result.DroppedFor,
            Measures = [.. result.Measures],
            Violations = result.Violations,
            Fetches = result.Fetches,
            Peers = [.. here.Select(node => result.Peers[node.Machine.Number])],
            Events = result.Events,
        };
    }

    internal SliceLook Look() => new()
    {
        IsQuiet = _yetToStart == 0 && _faults.IsQuiet,
        Fetches = _downloads.Count,
        Completed = Completed,
        Delivered = World.Network.Counters.Delivered,
        Has = Phase == ScenarioPhase.Safety ? [] : [.. Reachable().Order(StringComparer.Ordinal)],
        Wants = Phase == ScenarioPhase.Safety ? [] :
        [
            .. _downloads.Where(download => !download.IsDone && IsDemanded(download))
                .Select(download => download.Content).Distinct().Order(StringComparer.Ordinal),
        ],
    };

    private void EndSafety()
    {
        if (Phase != ScenarioPhase.Safety)
            return;
        Phase = ScenarioPhase.Liveness;
        _safetyEnded = World.Now;
        After(Scenario.Liveness, End);
        _faults.End();
        // What was to begin later begins now, or it could not be judged.
        foreach (var node in _nodes)
            Begin(node);
        foreach (var download in _downloads.Where(download => download.At > World.Now))
        {
            download.At = World.Now;
            Fetch(download);
        }

        Check();
    }

    internal void End()
    {
        if (Phase == ScenarioPhase.Over)
            return;
        _safetyEnded ??= World.Now;
        Phase = ScenarioPhase.Over;
    }
}
