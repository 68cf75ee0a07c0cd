using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;

namespace Cjp2p.Host.Hooks;

/// <summary>
/// Runs the user's commands when the node says that a content was added or is complete: a few at a time, the others wait,
/// and when too many wait further ones are dropped and counted. Has no children; when it fails, which it is not expected
/// to, its guardian restarts it and what waited is forgotten: the node does not depend on it.
/// </summary>
internal sealed class HookActor : UntypedActor, IWithTimers
{
    private readonly HookQueue _queue = new();
    private readonly HashSet<RunningHook> _running = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RunHook _run;
    private HookSettings _settings;

    /// <param name="settings">The commands.</param>
    /// <param name="run">Runs one.</param>
    public HookActor(HookSettings settings, RunHook run)
    {
        _settings = settings;
        _run = run;
    }

    /// <summary>Its name.</summary>
    public const string Name = "hooks";

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props of it.</summary>
    public static Props Props(HookSettings settings) =>
        // Starting a process takes a while; not on the actor's turn.
        Props(settings, (command, running) => Task.Run(() => HookProcess.RunAsync(command, running), CancellationToken.None));

    /// <summary>The same with another way to run a command, for tests.</summary>
    public static Props Props(HookSettings settings, RunHook run) => Akka.Actor.Props.Create(() => new HookActor(settings, run));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(ContentStoreProtocol.ContentAdded));
        Context.System.EventStream.Subscribe(Self, typeof(DownloadProtocol.Finished));
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        // Before it returns: the process may end right after.
        foreach (var running in _running)
        {
            running.Kill("the node stops, it was killed");
            running.Dispose();
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ContentStoreProtocol.ContentAdded(var file):
                On(new HookEvent(HookKind.Added, file.Id.ToString(), file.File.Path, file.File.LengthBytes));
                break;
            case DownloadProtocol.Finished finished:
                On(new HookEvent(HookKind.Complete, finished.Id.ToString(), finished.TargetPath, finished.LengthBytes));
                break;
            case HookProtocol.Ended ended:
                OnEnded(ended);
                break;
            case HookProtocol.Late(var running, var timeout) when _running.Contains(running):
                running.Kill(string.Create(CultureInfo.InvariantCulture, $"it took longer than {timeout.TotalSeconds} s and was killed"));
                break;
            case HookProtocol.Late:
                break;
            case HookProtocol.Configure configure:
                _settings = configure.Settings;
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void On(HookEvent happened)
    {
        if (_settings.CommandOf(happened.Kind).IsEmpty)
            return;
        if (!_queue.Add(happened, _settings.WaitingMax) && _queue.Dropped == 1)
        {
            _log.Warning("{Waiting} events wait for their command already (cjp2p.hooks.waiting-max); further ones are dropped",
                _queue.Waiting);
        }

        StartNext();
    }

    private void OnEnded(HookProtocol.Ended ended)
    {
        // One that was run before a restart counts no more.
        if (!_running.Remove(ended.Running))
            return;
        Timers.Cancel(ended.Running);
        ended.Running.Dispose();
        _queue.Ended();
        var happened = ended.Running.Happened;
        if (ended.Problem is { } problem)
        {
            _log.Warning("The command for {Event} of {ContentId} failed: {Reason}",
                happened.Kind == HookKind.Added ? "hooks.added" : "hooks.complete", happened.Id, problem);
        }

        StartNext();
        if (_queue is { Waiting: 0, Dropped: > 0 })
            _log.Warning("{Events} events were dropped without their command being run", _queue.TakeDropped());
    }

    private void StartNext()
    {
        while (_queue.TryStart(_settings.RunningMax, out var next))
        {
            var command = _settings.CommandOf(next!.Kind);
            if (command.IsEmpty)
            {
                // It was taken out of the configuration meanwhile.
                _queue.Ended();
                continue;
            }

            var running = new RunningHook(next);
            _running.Add(running);
            Timers.StartSingleTimer(running, new HookProtocol.Late(running, _settings.Timeout), _settings.Timeout);
            _run(command, running).PipeTo(
                Self,
                success: problem => new HookProtocol.Ended(running, problem),
                failure: e => new HookProtocol.Ended(running, e.Message));
        }
    }
}
