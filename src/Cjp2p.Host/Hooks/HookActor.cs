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
internal sealed class HookActor : UntypedActor
{
    private readonly HookQueue _queue = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private HookSettings _settings;

    /// <param name="settings">The commands.</param>
    public HookActor(HookSettings settings) => _settings = settings;

    /// <summary>Its name.</summary>
    public const string Name = "hooks";

    /// <summary>Props of it.</summary>
    public static Props Props(HookSettings settings) => Akka.Actor.Props.Create(() => new HookActor(settings));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(ContentStoreProtocol.ContentAdded));
        Context.System.EventStream.Subscribe(Self, typeof(DownloadProtocol.Finished));
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        // Before it returns: the process may end right after.
        _stopping.Cancel();
        _stopping.Dispose();
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
        _queue.Ended();
        if (ended.Problem is { } problem)
        {
            _log.Warning("The command for {Event} of {ContentId} failed: {Reason}",
                ended.Happened.Kind == HookKind.Added ? "hooks.added" : "hooks.complete", ended.Happened.Id, problem);
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

            RunAsync(command, next).PipeTo(Self);
        }
    }

    private async Task<HookProtocol.Ended> RunAsync(System.Collections.Immutable.ImmutableArray<string> command, HookEvent happened)
    {
        var timeout = _settings.Timeout;
        var stopping = _stopping.Token;
        // Starting a process takes a while; not on the actor's turn.
        return new HookProtocol.Ended(
            happened, await Task.Run(() => HookProcess.RunAsync(command, happened, timeout, stopping), CancellationToken.None).ConfigureAwait(false));
    }
}
