using System.Threading.Channels;
using Akka.Actor;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Hooks;
using Cjp2p.Host.Logging;
using Serilog;

namespace Cjp2p.Host.Commands;

/// <summary>
/// Reads the configuration of a running node again when it is asked to, and has the node take over what it can. A
/// configuration that is wrong changes nothing and is told in one line.
/// </summary>
internal sealed class Reloading
{
    private readonly Func<HostSettings> _load;
    private readonly Func<HostSettings, Serilog.Events.LogEventLevel> _level;
    private readonly SubtreeLevels _levels;
    private readonly ILogger _log;
    // One that waits is enough: it reads what is there when its turn comes.
    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly EffectiveSettings _settings;

    /// <param name="settings">The settings that the node runs with.</param>
    /// <param name="load">Reads them again.</param>
    /// <param name="level">The level that is logged with such settings.</param>
    /// <param name="levels">Where it is set.</param>
    /// <param name="log">For what is wrong.</param>
    public Reloading(
        EffectiveSettings settings, Func<HostSettings> load, Func<HostSettings, Serilog.Events.LogEventLevel> level, SubtreeLevels levels, ILogger log)
    {
        _settings = settings;
        _load = load;
        _level = level;
        _levels = levels;
        _log = log;
    }

    /// <summary>Asks for it. Any thread.</summary>
    public void Ask() => _asked.Writer.TryWrite(true);

    /// <summary>Does it whenever it is asked for, until the node is told to stop.</summary>
    public async Task RunAsync(Cjp2pNode node, IActorRef hooks, CancellationToken cancelled)
    {
        try
        {
            await foreach (var _ in _asked.Reader.ReadAllAsync(cancelled).ConfigureAwait(false))
                await ReloadAsync(node, hooks, cancelled).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The node is being stopped.
        }
    }

    private async Task ReloadAsync(Cjp2pNode node, IActorRef hooks, CancellationToken cancelled)
    {
        try
        {
            var read = _load();
            RunFolders.Prepare(read.Node.Content with { Data = "" });
            var changed = SettingsDifference.Of(_settings.Read.System, read.System).Where(IsLive);
            // What counts from the next start on is told of each time.
            var waiting = SettingsDifference.Of(_settings.Started.System, read.System).Where(key => !IsLive(key));
            _levels.Usual = _level(read);
            hooks.Tell(new HookProtocol.Configure(read.Node.Hooks), ActorRefs.NoSender);
            await node.ReconfigureAsync(read.Node, [.. changed], [.. waiting], cancelled).ConfigureAwait(false);
            _settings.Read = read;
        }
        catch (UserException e)
        {
            _log.Error("The configuration was not taken over, everything stays as it was: {Reason}", e.Message);
        }
        catch (NodeException e)
        {
            _log.Error("The configuration was not taken over: {Reason}", e.Message);
        }
    }

    private static bool IsLive(string key) => LiveSettings.Contain("cjp2p." + key);
}
