using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Simulation.Invariants;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Dashboard.Worlds;

/// <summary>
/// Drives a run for people who look at it: its time passes or stands still as they like, and whatever they ask of its nodes is
/// answered in between, on the one thread that drives the world. All but <see cref="Run"/> may be called by any thread.
/// </summary>
/// <remarks>
/// To look does not let time pass, unless the disk keeps an actor busy: that one is waited for a little while of virtual
/// time, in which nothing happens that would not happen anyway.
/// </remarks>
public sealed class WorldDriver : IDisposable
{
    /// <summary>How long a node's tree should wait for its actors: <see cref="ScenarioSettings.AnswerTimeout"/>.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromMilliseconds(1);

    /// <summary>Nodes of one list at the most.</summary>
    public const int NodesMax = 50;

    private const int WaitingMax = 1024;
    private const int TroublesMax = 8;
    private const long StepsAtOnce = 500;
    private static readonly TimeSpan CallPatience = TimeSpan.FromMilliseconds(5);

    private readonly ScenarioRun _run;
    private readonly BlockingCollection<Action> _asked = new(WaitingMax);
    private readonly Dictionary<int, (IActorRef Actor, Cjp2pNode Node)> _known = [];
    private Goal? _goal;
    private string _ended = "";
    private volatile WorldState _state;

    /// <param name="run">The run; nobody else drives it.</param>
    public WorldDriver(ScenarioRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _run = run;
        _state = Look();
    }

    /// <summary>Where it stands.</summary>
    public WorldState State => _state;

    /// <summary>Drives until it is cancelled; the calling thread is the world's.</summary>
    public void Run(CancellationToken cancelled)
    {
        try
        {
            while (!cancelled.IsCancellationRequested)
            {
                // A paused world waits for somebody to ask.
                if (_goal is null)
                    _asked.Take(cancelled)();
                while (_asked.TryTake(out var action))
                    action();
                if (_goal is not null)
                    GoOn();
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
        finally
        {
            _asked.CompleteAdding();
            while (_asked.TryTake(out var action))
                action();
        }
    }

    /// <summary>Time stands still.</summary>
    public void Pause() => Post(() => SetGoal(null));

    /// <summary>Goes on for some steps.</summary>
    /// <param name="steps">How many.</param>
    public void Step(long steps) => Post(() => SetGoal(new Goal(_run.World.Steps + steps, null, false)));

    /// <summary>Goes on for some time.</summary>
    /// <param name="time">Virtual time.</param>
    public void RunFor(TimeSpan time) => Post(() => SetGoal(new Goal(long.MaxValue, _run.World.Now + time, false)));

    /// <summary>Goes on until something does not hold, or a node fails, or it is over.</summary>
    public void RunToTrouble() => Post(() => SetGoal(new Goal(long.MaxValue, null, true)));

    /// <summary>Goes on until it is over.</summary>
    public void RunOn() => Post(() => SetGoal(new Goal(long.MaxValue, null, false)));

    /// <summary>Nodes whose name or group holds a text, <see cref="NodesMax"/> at the most, by number.</summary>
    /// <param name="text">The text; empty: all.</param>
    public Task<ImmutableArray<WorldNode>> NodesAsync(string text) => DoAsync(() =>
        _run.Nodes.Where(node => node.Machine.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
                || node.Group.Name.Contains(text, StringComparison.OrdinalIgnoreCase))
            .Take(NodesMax).Select(Of).ToImmutableArray());

    /// <summary>A node; null: there is none with that number.</summary>
    /// <param name="number">Its number.</param>
    public Task<WorldNode?> NodeAsync(int number) =>
        DoAsync(() => number >= 0 && number < _run.Nodes.Count ? Of(_run.Nodes[number]) : null);

    /// <summary>A node, to be looked into as one that is live.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="cancelled">Cancels waiting.</param>
    /// <exception cref="NodeException">It is away, or no node of ours; the message says which.</exception>
    public async Task<Cjp2pNode> OpenAsync(int number, CancellationToken cancelled = default)
    {
        var (actor, known) = await DoAsync(() =>
        {
            if (number < 0 || number >= _run.Nodes.Count)
                throw new NodeException("there is no such node");
            var node = _run.Nodes[number];
            if (!node.Group.IsOurs)
                throw new NodeException($"{node.Machine.Name} is a model of a peer that is no node of ours: it has nothing to look into");
            if (node.Machine.Actor is not { } actor)
                throw new NodeException($"{node.Machine.Name} does not run now");
            return (actor, _known.TryGetValue(number, out var kept) && kept.Actor.Equals(actor) ? kept.Node : null);
        }).ConfigureAwait(false);
        if (known is not null)
            return known;
        var opened = await Cjp2pNode.WhenUpAsync(new Line(this), actor, cancelled).ConfigureAwait(false);
        Post(() => _known[number] = (actor, opened));
        return opened;
    }

    /// <summary>Lets a node meet a fault, now; false: it cannot meet that one.</summary>
    /// <param name="number">The node.</param>
    /// <param name="kind">What goes wrong.</param>
    /// <param name="lasting">How long; zero: to the end of the safety phase, and who crashed or left stays away.</param>
    public Task<bool> InjectAsync(int number, ScenarioFaultKind kind, TimeSpan lasting) => DoAsync(() =>
    {
        var injected = _run.Inject(number, kind, lasting);
        _state = Look();
        return injected;
    });

    /// <inheritdoc/>
    public void Dispose() => _asked.Dispose();

    private void GoOn()
    {
        var goal = _goal!;
        var troubles = _run.Troubles;
        var goesOn = false;
        try
        {
            goesOn = _run.Advance(Math.Min(StepsAtOnce, goal.Step - _run.World.Steps), goal.At, goal.AtTrouble);
            if (!goesOn)
            {
                // Only in the end it is known what did not complete.
                _run.Result();
                _ended = "it is over";
            }
        }
        catch (InvalidOperationException e)
        {
            _ended = e.Message;
        }

        SetGoal(!goesOn || _run.World.Steps >= goal.Step || _run.World.Now >= goal.At || (goal.AtTrouble && _run.Troubles > troubles) ? null : goal);
    }

    private void SetGoal(Goal? goal)
    {
        _goal = _ended.Length > 0 ? null : goal;
        _state = Look();
    }

    private WorldState Look() => new(
        _goal is not null,
        _run.World.Now,
        _run.World.Steps,
        _run.Phase,
        _run.Fetches,
        _run.Completed,
        _run.Nodes.Count,
        _run.Troubles == 0
            ? []
            :
            [
                .. _run.World.Failures
                    .Select(failure => new SimViolation("node-alive", failure.At, failure.Step, $"{failure.Actor}: {failure.Cause.GetType().Name}: {failure.Cause.Message}"))
                    .Concat(_run.Violations).Take(TroublesMax),
            ],
        _ended);

    private static WorldNode Of(ScenarioNode node) =>
        new(node.Machine.Number, node.Machine.Name, node.Group.Name, node.IsUp, node.Group.IsOurs);

    private void Post(Action action)
    {
        try
        {
            if (!_asked.TryAdd(action))
                throw new NodeException("too much is asked of this world at the same time");
        }
        catch (InvalidOperationException)
        {
            throw new NodeException("this world is not driven any more");
        }
    }

    private async Task<T> DoAsync<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return await done.Task.ConfigureAwait(false);
    }

    private void Make(NodeCall call)
    {
        try
        {
            call.Caller = _run.World.Spawn(NodeCallActor.Props(call));
            if (call.IsDone || call.GoesOn || _run.World.RunUntil(() => call.IsDone, CallPatience))
                return;
            call.Fail(new NodeException("a part of the node is busy; let some time pass"));
            End(call);
        }
        catch (InvalidOperationException e)
        {
            call.Fail(new NodeException(e.Message));
        }
    }

    private void End(NodeCall call)
    {
        if (call.Caller is { } caller)
            _run.World.InWorld(_ => caller.Tell(NodeCallActor.Cancel.Instance, ActorRefs.NoSender));
    }

    /// <param name="Step">Step to stop at.</param>
    /// <param name="At">Virtual time to stop at; null: none.</param>
    /// <param name="AtTrouble">Whether to stop when something does not hold.</param>
    private sealed record Goal(long Step, TimeSpan? At, bool AtTrouble);

    private sealed class Line(WorldDriver driver) : INodeLine
    {
        public void Begin(NodeCall call) => driver.Post(() => driver.Make(call));

        public void Cancel(NodeCall call)
        {
            try
            {
                driver.Post(() =>
                {
                    call.Cancel();
                    driver.End(call);
                });
            }
            catch (NodeException)
            {
                // It has ended with the world.
                call.Cancel();
            }
        }

        public void Tell(IActorRef actor, object message) =>
            driver.Post(() => driver._run.World.InWorld(_ => actor.Tell(message, ActorRefs.NoSender)));
    }
}
