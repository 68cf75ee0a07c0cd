using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Storage;

/// <summary>
/// Keeps what the node wants to know again after a restart: gathers changes and writes them in batches, on a dispatcher of
/// its own, so that nothing waits for the database. A disk that fails costs memory up to a limit and a line in the log,
/// never the node.
/// </summary>
/// <remarks>
/// Has no children. When it throws it is restarted by the node and opens the database again; what waited is lost, which
/// costs hashing or asking again.
/// </remarks>
internal sealed class StorageActor : InspectedActor
{
    // Closed --(Open)--> Open -> stopped (writes what waits)
    private readonly StorageSettings _settings;
    private readonly string _folder;
    private readonly INodeStateFactory _states;
    private readonly StateLimits _limits;
    private readonly ImmutableArray<byte> _secret;
    private readonly NodeClock _clock;
    private readonly StateBatch _batch;
    private INodeState? _state;
    private string _trouble = "";
    private long _written;
    private long _batches;

    public StorageActor(NodeServices node, INodeStateFactory states) : base(node)
    {
        var settings = node.Settings;
        _settings = settings.Storage;
        _folder = settings.Content.Data;
        _limits = new StateLimits(
            settings.Peers.PeersMax, settings.Content.FilesMax, settings.Downloads.RunningMax, settings.Inspection.BansMax);
        _states = states;
        _secret = node.Secret;
        _clock = node.Clock;
        _batch = new StateBatch(_settings.WaitingMax);
        PublishTables();
    }

    public static Props Props(NodeServices node, INodeStateFactory states) =>
        NodeProps.OnStorage((node, states), static of => new StorageActor(of.node, of.states));

    private protected override ImmutableArray<TableSize> Tables() =>
        [StorageState.Table(_batch.Count, _settings.WaitingMax, _batch.Dropped)];

    private protected override ActorState Inspect() => new StorageState(
        _trouble.Length > 0 ? $"{_batch.Count} changes wait: {_trouble}" : $"{_written} changes written, {_batch.Count} wait",
        _folder,
        _batch.Count,
        _settings.WaitingMax,
        _written,
        _batches,
        _batch.Dropped,
        _trouble);

    protected override void PreStart() => Timers.StartPeriodicTimer(
        StorageProtocol.Look.Instance, StorageProtocol.Look.Instance, _settings.RetryAfter, _settings.RetryAfter);

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        try
        {
            OpenState();
        }
        catch (Exception e) when (e is IOException or NodeStateInUseException)
        {
            Report(e.Message);
        }
    }

    protected override void PostStop()
    {
        Look();
        Write();
        _state?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StorageProtocol.Keep keep:
                Keep(keep.Change);
                break;
            case StorageProtocol.WriteNow:
                Write();
                break;
            case StorageProtocol.Look:
                Look();
                break;
            case StorageProtocol.Flush:
                Write();
                Sender.Tell(StorageProtocol.Flushed.Instance);
                break;
            case StorageProtocol.Open:
                Sender.Tell(Open());
                break;
            case StorageProtocol.GetStatus:
                Sender.Tell(new StorageProtocol.StorageStatus(_batch.Count, _written, _batches, _batch.Dropped, _trouble));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private object Open()
    {
        try
        {
            OpenState();
            if (_state!.Notice is { } notice)
                _log.Warning("{Notice}", notice);
            return new StorageProtocol.Loaded(_state.Load(_clock.UtcNow, _limits));
        }
        catch (NodeStateInUseException e)
        {
            return new StorageProtocol.InUse(e.Message);
        }
        catch (IOException e)
        {
            _state?.Dispose();
            _state = null;
            Report(e.Message);
            return new StorageProtocol.Loaded(StoredState.Empty(_secret));
        }
    }

    private void OpenState() => _state ??= _states.Open(_folder, _secret, _clock.UtcNow);

    private void Keep(StateChange change)
    {
        _batch.Add(change);
        if (_batch.Count >= _settings.BatchMax && _trouble.Length == 0)
            Write();
        else if (!Timers.IsTimerActive(StorageProtocol.WriteNow.Instance))
            Rearm(_settings.WriteAfter);
    }

    private void Write()
    {
        if (_batch.Count == 0)
            return;
        try
        {
            OpenState();
            _state!.Write(_batch.Waiting);
            _written += _batch.Count;
            _batches++;
            _batch.Written();
            Timers.Cancel(StorageProtocol.WriteNow.Instance);
            if (_trouble.Length > 0)
                _log.Info("What the node knows can be written to {Folder} again", _folder);
            _trouble = "";
        }
        catch (Exception e) when (e is IOException or NodeStateInUseException)
        {
            Report(e.Message);
            Rearm(_settings.RetryAfter);
        }
    }

    // Somebody may remove the file, which nothing else would tell before the next start.
    private void Look()
    {
        try
        {
            if (_state?.PutBackIfGone() != true)
                return;
            _log.Warning("What the node knows was removed from {Folder} while it runs: it is written again, with all that it held", _folder);
            _trouble = "";
        }
        catch (IOException e)
        {
            Report(e.Message);
        }
    }

    private void Rearm(TimeSpan wait) =>
        Timers.StartSingleTimer(StorageProtocol.WriteNow.Instance, StorageProtocol.WriteNow.Instance, wait);

    // Once until it works again: the status says the rest.
    private void Report(string reason)
    {
        if (_trouble.Length == 0)
            _log.Warning("What the node knows cannot be kept in {Folder}, it runs without: {Reason}", _folder, reason);
        _trouble = reason;
    }
}
