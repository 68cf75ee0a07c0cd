using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation.Invariants;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// A simulated world: one actor system, one thread, virtual time, one seed. Machines with disks and network cards stand in
/// it, and the production actors run on them. Nothing happens unless the world is driven: it lets every actor that has
/// something to do have its turn, then jumps to the next timer or datagram, and so on.
/// </summary>
/// <remarks>
/// The same settings and the same calls give the same trace, in every process and on every machine, as long as
/// what runs in it obeys the rules of <c>docs/simulation.md</c>: no other clock, no other chance, no threads, no order of
/// hash tables.
/// </remarks>
public sealed class SimWorld : IDisposable
{
    private const int FailuresMax = 1000;
    private const int SpanBuffersMax = 1024;
    private const int TurnsPerPumpMax = 10_000;
    private const int QuietIntervals = 60;
    private const int QuietStepsPerMachine = 2;
    private static readonly TimeSpan RealTimeMax = TimeSpan.FromSeconds(30);

    private readonly SimWorldSettings _settings;
    private readonly SimScheduler _scheduler;
    private readonly List<SimMachine> _machines = [];
    private readonly List<SimNode> _nodes = [];
    private readonly List<SimFailure> _failures = [];
    private readonly SimLog? _log;
    private readonly IActorRef _root;
    private readonly long _foreignTouchesOfStart;
    private readonly long _turnsOfStart;
    private long _stepsAtThisInstant;
    private long _checkAtTicks;
    private long _checkAtStep;
    private long _checkQuietAtTicks;
    private long _checkQuietAtStep;
    private bool _disposed;

    /// <summary>Builds the world; its clock stands at zero.</summary>
    public SimWorld(SimWorldSettings? settings = null)
    {
        _settings = settings ?? new SimWorldSettings();
        System = ActorSystem.Create("sim", Hocon(_settings));
        _scheduler = (SimScheduler)System.Scheduler;
        if (_settings.LogLevel is { } level)
        {
            _log = new SimLog(this, System, _settings.LogLinesMax);
            System.EventStream.Subscribe(_log, typeof(LogEvent));
            System.EventStream.SetLogLevel(level);
        }

        Trace = new Trace(_settings.TraceEventsMax);
        Network = new SimNetwork(_scheduler, Seed, _settings.Network, Trace, () => Steps);
        Invariants = new SimInvariants(this);
        var readers = new Dictionary<WireLimits, DatagramReader>();
        ReaderFor = limits => readers.TryGetValue(limits, out var reader) ? reader : readers[limits] = new DatagramReader(limits);
        _root = System.ActorOf(SimRootActor.Props(this), "world");

        // The guardian puts the root actor into place on its own thread. Only once it has answered, a message to it is
        // known to go straight into its mailbox.
        var answered = false;
        _root.Tell(new SimRootActor.Perform(_ => answered = true));
        PumpUntil(() => answered, "start");
        (_foreignTouchesOfStart, _turnsOfStart) = (_scheduler.Runs.ForeignPosts + _scheduler.ForeignEntries, _scheduler.Runs.Turns);
    }

    /// <summary>The actor system that everything in this world shares.</summary>
    public ActorSystem System { get; }

    /// <summary>The seed of this world.</summary>
    public ulong Seed => _settings.Seed;

    /// <summary>The clock of this world, for code that is not an actor.</summary>
    public SimClock Clock => _scheduler.Clock;

    /// <summary>Its scheduler, for figures about it.</summary>
    public SimScheduler Scheduler => _scheduler;

    /// <summary>Virtual time since the world began.</summary>
    public TimeSpan Now => _scheduler.MonotonicClock;

    /// <summary>Entries fired so far; with the seed, this names a moment in the life of the world.</summary>
    public long Steps { get; private set; }

    /// <summary>Turns of actors so far; starting the world does not count, for it takes as many as other threads let it.</summary>
    public long Turns => _scheduler.Runs.Turns - _turnsOfStart;

    /// <summary>
    /// How often another thread interfered while the world was driven. As long as this is zero, nothing but seed and calls
    /// decided what happened.
    /// </summary>
    public long ForeignTouches => _scheduler.Runs.ForeignPosts + _scheduler.ForeignEntries - _foreignTouchesOfStart;

    /// <summary>The hash of all that happened so far.</summary>
    public Trace Trace { get; }

    /// <summary>The network of this world.</summary>
    public SimNetwork Network { get; }

    /// <summary>The machines of this world, by number.</summary>
    public IReadOnlyList<SimMachine> Machines => _machines;

    /// <summary>The production nodes that <see cref="AddNode"/> put into the world.</summary>
    public IReadOnlyList<SimNode> Nodes => _nodes;

    /// <summary>Defaults, listening on every address of the machine, with <c>/data</c> for its own files.</summary>
    public static NodeSettings DefaultNodeSettings { get; } = NodeSettings.FromConfig(ConfigurationFactory.ParseString("""
        cjp2p {
          listen = ["0.0.0.0:24254"]
          content.data = "/data"
        }
        """));

    /// <summary>Buffers of spans that the nodes of <see cref="AddNode"/> share.</summary>
    public SpanBufferPool SpanBuffers { get; } = new(SpanBuffersMax);

    /// <summary>The one reader of the thread that drives the world, for nodes with the same limits.</summary>
    internal Func<WireLimits, DatagramReader> ReaderFor { get; }

    /// <summary>What must hold all the time; checked while the world runs and when it ends.</summary>
    public SimInvariants Invariants { get; }

    /// <summary>Where <see cref="Invariants"/> did not hold: the first twenty times of each.</summary>
    public IReadOnlyList<SimViolation> Violations => Invariants.Violations;

    /// <summary>Top actors of machines that failed, the first thousand of them.</summary>
    public IReadOnlyList<SimFailure> Failures => _failures;

    /// <summary>What was logged, when <see cref="SimWorldSettings.LogLevel"/> asks for it.</summary>
    public IReadOnlyCollection<SimLogLine> Log => _log?.Lines ?? [];

    /// <summary>A random source of its own for this number; the machines have theirs already.</summary>
    public Random RandomFor(long number) =>
        new SimRandom(SimSeed.Derive(SimSeed.Derive(Seed, SimStreams.Others), (ulong)number));

    /// <summary>Puts a machine into the world.</summary>
    /// <param name="access">How it is connected; perfectly when nothing is said.</param>
    /// <param name="nat">The NAT it is behind, or null.</param>
    /// <param name="withIPv6">It has an IPv6 address too.</param>
    public SimMachine AddMachine(AccessLink? access = null, SimNat? nat = null, bool withIPv6 = false)
    {
        var host = Network.AddHost(access, nat, withIPv6: withIPv6);
        var machine = new SimMachine(this, _machines.Count, host);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>Puts a machine with a production node into the world and starts the node.</summary>
    /// <param name="access">How it is connected; perfectly when nothing is said.</param>
    /// <param name="nat">The NAT it is behind, or null.</param>
    /// <param name="settings">Settings of the node; null: <see cref="DefaultNodeSettings"/>.</param>
    public SimNode AddNode(AccessLink? access = null, SimNat? nat = null, NodeSettings? settings = null) =>
        AddNodeWith(NodeMutations.None, access, nat, settings);

    /// <summary>A content of chance bytes; the <paramref name="number"/> tells several of one world apart.</summary>
    public SimContent NewContent(int bytes, long number = 0)
    {
        var content = new byte[bytes];
        RandomFor(number).NextBytes(content);
        return SimContent.Of(content);
    }

    /// <summary>Cuts every path between the one group of machines and the other.</summary>
    public SimPartition Partition(IEnumerable<SimMachine> one, IEnumerable<SimMachine> other) =>
        Network.Partition(one.Select(machine => machine.Host), other.Select(machine => machine.Host));

    /// <summary>Cuts a machine off from everybody.</summary>
    public void Isolate(SimMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        Network.Isolate(machine.Host);
    }

    /// <summary>Ends all partitions, isolations and clogs.</summary>
    public void Heal() => Network.Heal();

    /// <summary>Calls back at a delay from now: a fault that begins, a user who does something.</summary>
    public void After(TimeSpan delay, Action callback)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        _scheduler.CallAfter(delay.Ticks, callback);
    }

    /// <summary>
    /// Gives every actor that has something to do its turns, fires the next entry, and gives turns again. False when there
    /// was no entry left: nothing will ever happen in this world by itself.
    /// </summary>
    public bool Step()
    {
        var entered = Enter();
        try
        {
            return StepInside();
        }
        finally
        {
            Leave(entered);
        }
    }

    /// <summary>Looks at <see cref="Invariants"/> now.</summary>
    public void CheckInvariants()
    {
        _checkAtTicks = _scheduler.NowTicks + _settings.InvariantInterval.Ticks;
        _checkAtStep = Steps + _settings.InvariantStepsMax;
        _checkQuietAtTicks = _scheduler.NowTicks + QuietIntervals * _settings.InvariantInterval.Ticks;
        _checkQuietAtStep = Steps + QuietStepsPerMachine * _machines.Count;
        Invariants.Check();
    }

    /// <summary>Lets this much virtual time pass.</summary>
    public void RunFor(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        RunUntil(() => false, duration);
    }

    /// <summary>
    /// Runs until the condition holds, which is looked at after each step. False when it does not within
    /// <paramref name="limit"/> of virtual time, all of which has passed then.
    /// </summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var endTicks = _scheduler.NowTicks + limit.Ticks;
        var entered = Enter();
        try
        {
            Drain();
            while (!condition())
            {
                if (!_scheduler.TryPeek(out var dueTicks) || dueTicks > endTicks)
                {
                    _scheduler.AdvanceTo(endTicks);
                    return false;
                }

                StepInside();
            }

            return true;
        }
        finally
        {
            Leave(entered);
        }
    }

    /// <summary>Runs until nothing is left to happen.</summary>
    /// <exception cref="SimulationStuckException">Something is left after this many steps.</exception>
    public void Drive(long stepsMax)
    {
        if (!DriveUntil(() => false, stepsMax) && _scheduler.NextDue != null)
            throw new SimulationStuckException(Describe($"It did not come to rest in {stepsMax} steps"));
    }

    /// <summary>Runs until the condition holds.</summary>
    /// <exception cref="SimulationStuckException">It does not after this many steps, or can not any more.</exception>
    public void Drive(Func<bool> until, long stepsMax)
    {
        if (!DriveUntil(until, stepsMax))
            throw new SimulationStuckException(Describe($"What was waited for did not happen in {stepsMax} steps"));
    }

    /// <summary>Runs until this step of the world, to look at it there; false when it came to rest before.</summary>
    public bool RunToStep(long step) => DriveUntil(() => Steps >= step, step - Steps);

    /// <summary>Does something in the context of the world's root actor, and lets the actors have their turns.</summary>
    public T InWorld<T>(Func<IUntypedActorContext, T> function)
    {
        T result = default!;
        InWorld(context => { result = function(context); });
        return result;
    }

    /// <summary>Does something in the context of the world's root actor, and lets the actors have their turns.</summary>
    public void InWorld(Action<IUntypedActorContext> action)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var entered = Enter();
        Exception? failure = null;
        var done = false;
        _root.Tell(new SimRootActor.Perform(context =>
        {
            done = true;
            try
            {
                action(context);
            }
            catch (Exception cause)
            {
                failure = cause;
            }
        }));
        try
        {
            Drain();
        }
        finally
        {
            Leave(entered);
        }

        if (failure != null)
            throw new InvalidOperationException($"In the world: {failure.Message}", failure);
        if (!done)
            throw new InvalidOperationException("The world's root actor is gone.");
    }

    /// <summary>Starts an actor below the world's root that belongs to no machine.</summary>
    public IActorRef Spawn(Props props, string? name = null) =>
        InWorld(context => name == null ? context.ActorOf(props) : context.ActorOf(props, name));

    /// <summary>Asks an actor and runs until it has answered. For the driver of a world; actors tell.</summary>
    /// <exception cref="SimulationStuckException">It did not answer within the limit of virtual time.</exception>
    public T Ask<T>(ICanTell actor, object message, TimeSpan? limit = null)
    {
        var answer = actor.Ask<T>(message, Timeout.InfiniteTimeSpan, CancellationToken.None);
        if (!RunUntil(() => answer.IsCompleted, limit ?? TimeSpan.FromMinutes(1)))
            throw new SimulationStuckException(Describe($"No answer to {message}"));
        return answer.GetAwaiter().GetResult();
    }

    /// <summary>
    /// The end of a run: looks at <see cref="Invariants"/>, stops every machine in good order, lets virtual time pass until
    /// their actors are gone (<paramref name="limit"/> at the most, five minutes when nothing is said), and looks at what is
    /// left. The world can be looked at afterwards, until it is disposed.
    /// </summary>
    public void End(TimeSpan? limit = null)
    {
        CheckInvariants();
        foreach (var machine in _machines)
            machine.Stop();
        if (!RunUntil(() => _machines.TrueForAll(machine => machine.Actor == null), limit ?? TimeSpan.FromMinutes(5)))
            Invariants.Report("end", $"{_machines.Find(machine => machine.Actor != null)!.Name} does not stop");
        Invariants.CheckAtEnd();
    }

    /// <summary>One line that says where the world stands.</summary>
    public override string ToString() => Describe("A simulated world");

    /// <summary>Stops every actor and ends the actor system. Nothing is left: no thread, no timer, no rented buffer.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        CheckInvariants();
        _disposed = true;
        if (_log != null)
            System.EventStream.Unsubscribe(_log);
        _scheduler.Runs.EndBusy(null);
        var ended = System.Terminate();
        PumpUntil(() => ended.IsCompleted, "end");
        Network.End();
    }

    /// <summary>As the other, with rules broken on purpose.</summary>
    internal SimNode AddNodeWith(NodeMutations mutations, AccessLink? access = null, SimNat? nat = null, NodeSettings? settings = null)
    {
        var machine = AddMachine(access, nat);
        machine.Mutations = mutations;
        var node = new SimNode(this, machine, settings ?? DefaultNodeSettings);
        _nodes.Add(node);
        return node.Start();
    }

    /// <summary>Nobody waits for this disk any more.</summary>
    internal void EndBusy(SimDisk disk) => InWorld(_ => _scheduler.Runs.EndBusy(disk));

    internal void ActorFailed(string name, Exception cause)
    {
        if (_failures.Count < FailuresMax)
            _failures.Add(new SimFailure(Now, Steps, name, cause));
    }

    private static Config Hocon(SimWorldSettings settings)
    {
        var level = settings.LogLevel is { } given ? Logging.StringFor(given) : "OFF";
        return ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = {{level}}
              stdout-loglevel = OFF
              loggers = []
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              coordinated-shutdown {
                run-by-clr-shutdown-hook = off
                run-by-actor-system-terminate = off
              }
              scheduler.implementation = "{{Name(typeof(SimScheduler))}}"
              actor {
                default-dispatcher.type = "{{Name(typeof(SimDispatcherConfigurator))}}"
                default-mailbox.mailbox-type = "{{Name(typeof(SimMailbox))}}"
              }
            }
            cjp2p.dispatchers.disk {
              type = "{{Name(typeof(SimDispatcherConfigurator))}}"
              {{SimDispatcher.OneMessagePerTurn}} = on
            }
            cjp2p.dispatchers.storage {
              type = "{{Name(typeof(SimDispatcherConfigurator))}}"
              {{SimDispatcher.OneMessagePerTurn}} = on
            }
            cjp2p.mailboxes.node.mailbox-type = "{{Name(typeof(SimMailbox))}}"
            """).WithFallback(settings.Config);

        static string Name(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
    }

    private bool DriveUntil(Func<bool> condition, long stepsMax)
    {
        var entered = Enter();
        try
        {
            Drain();
            for (var i = 0L; !condition(); i++)
            {
                if (i >= stepsMax || !StepInside())
                    return false;
            }

            return true;
        }
        finally
        {
            Leave(entered);
        }
    }

    private bool StepInside()
    {
        Drain();
        var beforeTicks = _scheduler.NowTicks;
        if (!_scheduler.FireNext())
            return false;
        Steps++;
        _stepsAtThisInstant = _scheduler.NowTicks == beforeTicks ? _stepsAtThisInstant + 1 : 0;
        if (_stepsAtThisInstant > _settings.StepsPerInstantMax)
            throw new SimulationStuckException(Describe("Time stands still: entries are scheduled without delay"));
        Drain();
        if (Invariants.Count > 0 && IsTimeToCheck())
            CheckInvariants();
        return true;
    }

    // A look walks over all machines: where next to nothing happens, it waits until it costs less than what did.
    private bool IsTimeToCheck() =>
        Steps >= _checkAtStep
        || (_scheduler.NowTicks >= _checkAtTicks && (Steps >= _checkQuietAtStep || _scheduler.NowTicks >= _checkQuietAtTicks));

    private void Drain()
    {
        if (!_scheduler.Runs.Drain(_settings.TurnsPerStepMax))
            throw new SimulationStuckException(Describe("Actors tell each other without end"));
    }

    /// <summary>The calling thread drives the world from here to <see cref="Leave"/>; false when it already does.</summary>
    private bool Enter()
    {
        if (_scheduler.Gate.IsOurs && _scheduler.Runs.Current != null)
            throw new InvalidOperationException("An actor can not drive the world that it lives in.");
        return _scheduler.Gate.TryEnter();
    }

    private void Leave(bool entered)
    {
        if (entered)
            _scheduler.Gate.Leave();
    }

    private string Describe(string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{what} (seed {Seed}, step {Steps}, virtual time {Now:c}, {_scheduler.Count} entries and {_scheduler.Runs.Count} mailboxes wait)");

    /// <summary>Start and end are up to guardians on threads of their own: real time passes here, and only here.</summary>
    private void PumpUntil(Func<bool> condition, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var entered = Enter();
            try
            {
                // A world that is stuck has to end too, so no complaint here when something is left.
                _scheduler.Runs.Drain(TurnsPerPumpMax);
            }
            finally
            {
                Leave(entered);
            }

            if (condition())
                return;
            if (TimeProvider.System.GetElapsedTime(began) > RealTimeMax)
                throw new SimulationStuckException(Describe($"The actor system did not {what} in {RealTimeMax}"));
            _scheduler.Runs.WaitForForeign(TimeSpan.FromMilliseconds(1));
        }
    }
}
