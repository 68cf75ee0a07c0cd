using System.Collections.Immutable;
using System.Net;
using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Cjp2p.Browser.Tests;

/// <summary>
/// The page of a node that answers as if it had 10,000 peers and 1,000 downloads, each of which has one piece more whenever it is
/// asked, and one actor that hangs; all else is asked of a real node.
/// </summary>
internal sealed class CrowdedNode : INodeLine, IAsyncDisposable
{
    public const int Peers = 10_000;
    public const int Downloads = 1_000;

    /// <summary>The actor that does not answer.</summary>
    public const string Hanging = "/server";

    private const int Pieces = 400;
    private const int SpanBytes = 256 * 1024;

    private readonly ActorSystem _system;
    private readonly LiveLine _live;
    private readonly PeerRegistryProtocol.AllPeers _peers;
    private WebApplication? _app;
    private int _looks;

    private CrowdedNode(ActorSystem system)
    {
        _system = system;
        _live = new LiveLine(system);
        _peers = new PeerRegistryProtocol.AllPeers(
            [.. Enumerable.Range(0, Peers).Select(i => new PeerRecord(AddressOf(i), default, default, TimeSpan.MinValue, i % 9 == 0 ? 2 : 0, TimeSpan.FromMilliseconds(1 + (i % 350))))],
            []);
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>How often the downloads were asked for.</summary>
    public int Looks => Volatile.Read(ref _looks);

    public static async Task<CrowdedNode> StartAsync()
    {
        var config = ConfigurationFactory.ParseString("cjp2p { name = crowded, listen = [\"127.0.0.1:0\"] }\nakka.loglevel = WARNING");
        var settings = NodeSettings.FromConfig(config);
        var system = ActorSystem.Create("crowded", config.WithFallback(Cjp2pHostingExtensions.SystemConfig(settings)));
        var real = await Cjp2pNode.StartAsync(system, settings);
        var crowded = new CrowdedNode(system);
        var node = new Cjp2pNode(crowded, real.Actor, real.Addresses, real.Inspector.Inside);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddDashboard(_ => new DashboardSource((_, _) => new ValueTask<Cjp2pNode>(node), () => [], "test", _ => false));
        crowded._app = builder.Build();
        crowded._app.MapDashboard();
        await crowded._app.StartAsync();
        crowded.Address = new Uri(crowded._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return crowded;
    }

    public void Begin(NodeCall call)
    {
        switch (call.Question)
        {
            case PeerRegistryProtocol.GetPeers:
                call.Take(_peers);
                break;
            case InspectionProtocol.GetActor { Path: "/downloads" }:
                var running = new DownloadManagerState("", [.. Enumerable.Range(0, Downloads).Select(IdOf)], Downloads, false, Downloads, 0);
                call.Take(new ActorDetails(DateTimeOffset.UnixEpoch, Facts("/downloads", "DownloadManagerActor", 0), true, running, [], [], [], [], [], []));
                break;
            case InspectionProtocol.GetStates { Paths: var paths } when paths[0].StartsWith("/downloads/", StringComparison.Ordinal):
                var look = Interlocked.Increment(ref _looks);
                call.Take(Tree("/", [.. Enumerable.Range(0, Downloads).Select(i => Entry(Download(i, look)))]));
                break;
            case InspectionProtocol.GetStates:
                call.Take(Tree("/peers", []));
                break;
            case InspectionProtocol.GetTree { Path: "/" }:
                call.Take(Tree("/", [new ActorEntry(Facts("/", "NodeActor", 0), true, "Running", null), new ActorEntry(Facts("/downloads", "DownloadManagerActor", 0), true, "1000 run", null), .. Enumerable.Range(0, Downloads).Select(i => Entry(Download(i, 0)) with { State = null }), new ActorEntry(Facts(Hanging, "ContentServerActor", 7), false, "no answer: 7 messages wait", null)]));
                break;
            case InspectionProtocol.GetActor { Path: Hanging }:
                call.Take(new ActorDetails(
                    DateTimeOffset.UnixEpoch, Facts(Hanging, "ContentServerActor", 7), false, null, [], [new WaitingMessages("Serve", 6, 1500), new WaitingMessages("Inspect", 1, 2)], [], [], [], []));
                break;
            default:
                _live.Begin(call);
                break;
        }
    }

    public void Cancel(NodeCall call) => _live.Cancel(call);

    public void Tell(IActorRef actor, object message) => _live.Tell(actor, message);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        await _system.Terminate();
        _system.Dispose();
    }

    public static PeerAddress AddressOf(int i) => PeerAddress.FromIPv4(0x0A000000 + (uint)i, 24254);

    private static ActorTree Tree(string path, ImmutableArray<ActorEntry> actors) =>
        new("crowded", path, DateTimeOffset.UnixEpoch, actors.Length, actors.Length, actors.Length, actors, []);

    private static ActorEntry Entry(DownloadState state) => new(Facts("/downloads/" + state.Id, "DownloadActor", 0), true, state.Summary, state);

    private static ActorFacts Facts(string path, string type, int waiting) =>
        new(path, type, DateTimeOffset.UnixEpoch, 1, false, 0, 0, 1, 0, waiting, 1500, null, 0, null);

    private static DownloadState Download(int i, int look)
    {
        var done = Math.Min(Pieces, ((i * 7) + look) % (Pieces + 1));
        return new DownloadState(
            "Fetching",
            IdOf(i),
            $"/srv/files/download-{i:0000}.iso",
            "Fetching",
            (long)Pieces * SpanBytes,
            (long)done * SpanBytes,
            (long)done * SpanBytes,
            0,
            SpanBytes,
            Pieces - done,
            "",
            0,
            new string('w', done) + new string('?', Math.Min(2, Pieces - done)) + new string('.', Math.Max(0, Pieces - done - 2)),
            1,
            Pieces,
            done,
            2,
            64,
            0,
            1,
            0,
            0,
            0,
            []);
    }

    private static ContentId IdOf(int i)
    {
        var id = new byte[32];
        BitConverter.TryWriteBytes(id, i);
        return ContentId.FromSha256(Sha256Digest.FromBytes(id));
    }
}
