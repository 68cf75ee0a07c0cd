using System.CommandLine;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Logging;
using Serilog.Events;

namespace Cjp2p.Host.Commands;

/// <summary>Options of the commands that run a node: run, get and share.</summary>
internal sealed class NodeOptions
{
    private readonly Option<string> _config = Options.Config();
    private readonly Option<bool> _public = Options.Public();
    private readonly Option<string[]> _set = Options.Set();
    private readonly Option<bool> _verbose = Options.Verbose();
    private readonly Option<string> _node = Options.Node();
    private readonly Option<bool> _own = new("--own-node") { Description = "Start a node of its own, also when one runs here." };

    public NodeOptions(string peers, string listen)
    {
        Peer = Options.Peers(peers);
        Listen = Options.Listen(listen);
    }

    /// <summary>--peer.</summary>
    public Option<PeerAddress[]> Peer { get; }

    /// <summary>--listen.</summary>
    public Option<PeerAddress[]> Listen { get; }

    /// <summary>--log.</summary>
    public Option<LogForm> LogForm { get; } = Options.Log();

    /// <summary>Adds --peer and --listen; the others come last, with <see cref="AddRest"/>.</summary>
    public void AddTo(Command command)
    {
        command.Add(Peer);
        command.Add(Listen);
    }

    /// <summary>Adds the options about the node that runs here, for commands that can use it.</summary>
    public void AddRunning(Command command)
    {
        command.Add(_node);
        command.Add(_own);
    }

    /// <summary>
    /// The running node to use: the one that was named, or, when no option speaks of a node of one's own, the one that runs
    /// here. False: none. Cheap when there is none.
    /// </summary>
    public bool MayUseRunning(ParseResult parsed, out string? named)
    {
        named = parsed.GetValue(_node);
        if (named is not null)
            return true;
        return !parsed.GetValue(_own) && !parsed.GetValue(_public) && parsed.GetValue(_config) is null
            && parsed.GetValue(_set) is not { Length: > 0 } && parsed.GetValue(Listen) is not { Length: > 0 }
            && Remote.RunningNodes.IsLikely;
    }

    /// <summary>Adds the options about configuration and logging.</summary>
    public void AddRest(Command command)
    {
        command.Add(_public);
        command.Add(_config);
        command.Add(_set);
        command.Add(_verbose);
        command.Add(LogForm);
    }

    /// <summary>The peers that the user named.</summary>
    public PeerAddress[] Peers(ParseResult parsed) => parsed.GetValue(Peer) ?? [];

    /// <summary>What is logged.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="level">The least level without --verbose.</param>
    public LogOptions Log(ParseResult parsed, LogEventLevel level) =>
        new(parsed.GetValue(_verbose) ? LogEventLevel.Debug : level, parsed.GetValue(LogForm));

    /// <summary>The settings in effect; the peers that the user named are asked besides the configured ones.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">What options of the command say.</param>
    /// <param name="defaults">What the command sets where nobody else does.</param>
    public HostSettings Settings(ParseResult parsed, IEnumerable<Setting> options, IReadOnlyList<Setting> defaults)
    {
        var listen = parsed.GetValue(Listen) is { Length: > 0 } addresses
            ? [Given("cjp2p.listen", Setting.QuoteAll(addresses.Select(address => address.ToString())), "--listen")]
            : Array.Empty<Setting>();
        var settings = HostSettings.Load(new SettingsSources(
            [.. (parsed.GetValue(_set) ?? []).Select(Options.ReadSetting), .. listen, .. options],
            EnvironmentSettings.OfProcess(),
            parsed.GetValue(_config),
            parsed.GetValue(_public),
            defaults));
        var peers = settings.Node.Peers;
        return settings with
        {
            Node = settings.Node with
            {
                Peers = peers with { Bootstrap = [.. peers.Bootstrap.Union(Peers(parsed))] },
            },
        };
    }

    /// <summary>What an option says.</summary>
    public static Setting Given(string key, string hocon, string option) => new(key, hocon, option, IsArgument: true);
}
