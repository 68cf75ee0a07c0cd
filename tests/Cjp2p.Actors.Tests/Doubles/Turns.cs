using Akka.Configuration;
using Akka.Dispatch;

namespace Cjp2p.Actors.Tests.Doubles;

/// <summary>
/// The mailboxes that have something in them, run by the test and by nobody else: one turn at a time, first come first
/// served, or (<see cref="Shuffle"/>) in an order that a seed decides. When none is left every actor is at rest.
/// </summary>
internal sealed class Turns
{
    private readonly Lock _lock = new();
    private readonly List<IRunnable> _waiting = [];
    private readonly List<IRunnable> _held = [];
    private bool _isStepped;
    private bool _isDiskStuck;
    private Random? _order;

    /// <summary>Turns taken.</summary>
    public long Taken { get; private set; }

    /// <summary>Whether actors on the disk dispatcher get no turns: the disk hangs.</summary>
    public bool IsDiskStuck
    {
        get => _isDiskStuck;
        set
        {
            lock (_lock)
            {
                _isDiskStuck = value;
                if (value)
                    return;
                _waiting.AddRange(_held);
                _held.Clear();
            }
        }
    }

    /// <summary>From now on nothing runs but by <see cref="TryRunOne"/>; before, and after <see cref="LetGo"/>, the thread pool runs it.</summary>
    public void Take()
    {
        lock (_lock)
            _isStepped = true;
    }

    /// <summary>The system runs by itself again: to shut it down.</summary>
    public void LetGo()
    {
        IRunnable[] left;
        lock (_lock)
        {
            _isStepped = false;
            left = [.. _waiting, .. _held];
            _waiting.Clear();
            _held.Clear();
        }

        foreach (var run in left)
            Pool(run);
    }

    /// <summary>From now on the order of turns is random: as actors on several threads may be overtaken by one another.</summary>
    public void Shuffle(int seed) => _order = new Random(seed);

    public void Post(IRunnable run, bool isDisk)
    {
        lock (_lock)
        {
            if (_isStepped)
            {
                (isDisk && _isDiskStuck ? _held : _waiting).Add(run);
                return;
            }
        }

        Pool(run);
    }

    /// <summary>Gives one actor its turn; false when none has anything to do.</summary>
    public bool TryRunOne()
    {
        IRunnable run;
        lock (_lock)
        {
            if (_waiting.Count == 0)
                return false;
            var next = _order?.Next(_waiting.Count) ?? 0;
            run = _waiting[next];
            _waiting.RemoveAt(next);
        }

        Taken++;
        run.Run();
        return true;
    }

    private static void Pool(IRunnable run) => ThreadPool.UnsafeQueueUserWorkItem(static run => run.Run(), run, false);
}

/// <summary>A dispatcher that runs nothing by itself: it hands mailboxes to the <see cref="Turns"/> of its system.</summary>
internal sealed class TurnDispatcher : MessageDispatcher
{
    private readonly Turns _turns;
    private readonly bool _isDisk;

    public TurnDispatcher(MessageDispatcherConfigurator configurator, Turns turns, string id, int throughput)
        : base(configurator)
    {
        _turns = turns;
        _isDisk = id == Actors.Node.NodeActor.DiskDispatcher;
        Id = id;
        Throughput = throughput;
        ShutdownTimeout = TimeSpan.FromSeconds(1);
    }

    protected override void ExecuteTask(IRunnable run) => _turns.Post(run, _isDisk);

    protected override void Shutdown()
    {
    }
}

/// <summary>Makes <see cref="TurnDispatcher"/>s; named in the configuration of tests.</summary>
public sealed class TurnDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly TurnDispatcher _dispatcher;

    public TurnDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites) : base(config, prerequisites) =>
        _dispatcher = new TurnDispatcher(
            this, ((ManualScheduler)prerequisites.Scheduler).Turns, config.GetString("id", ""), config.GetInt("throughput", 1));

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
