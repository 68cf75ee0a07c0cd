using System.CommandLine;
using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>The processes of a transfer: <c>seed</c> shares a file, <c>fetch</c> fetches it as often as it is told to.</summary>
internal static class NodeChild
{
    /// <summary>Name of the command that shares.</summary>
    public const string Seed = "seed";

    /// <summary>Name of the command that fetches.</summary>
    public const string Fetch = "fetch";

    /// <summary>Option: the fetching node is looked into all the time, see <see cref="DashboardReader"/>.</summary>
    public const string Look = "--look";

    public static Command CreateSeed()
    {
        var file = new Argument<string>("file");
        var set = CreateSet();
        var command = new Command(Seed, "(started by 'transfer')") { file, set };
        command.Hidden = true;
        command.SetAction((parsed, _) => OrFailedAsync(() => SeedAsync(parsed.GetValue(file)!, parsed.GetValue(set)!)));
        return command;
    }

    public static Command CreateFetch()
    {
        var id = new Argument<string>("id");
        var source = new Argument<string>("source");
        var set = CreateSet();
        var look = new Option<bool>(Look);
        var command = new Command(Fetch, "(started by 'transfer')") { id, source, set, look };
        command.Hidden = true;
        command.SetAction((parsed, _) => OrFailedAsync(() => FetchAsync(
            parsed.GetValue(id)!, parsed.GetValue(source)!, parsed.GetValue(set)!, parsed.GetValue(look))));
        return command;
    }

    /// <summary>The option for settings of the nodes.</summary>
    public static Option<string[]> CreateSet() => new("--set")
    {
        Description = "A setting of both nodes, such as downloads.flight-max=320; repeatable.",
        DefaultValueFactory = _ => [],
    };

    private static async Task<int> OrFailedAsync(Func<Task> action)
    {
        try
        {
            await action();
            return 0;
        }
        catch (Exception e) when (e is NodeException or NodeSettingsException)
        {
            ChildLines.Say(ChildLines.Failed, e.Message);
            return 1;
        }
    }

    private static async Task SeedAsync(string file, string[] settings)
    {
        var node = await StartAsync(settings, NodeEnvironment.Real());
        var indexed = await node.ShareAsync(file);
        ChildLines.Say(ChildLines.Ready, node.Addresses[0], indexed.Files[0].Id);
        while (await Console.In.ReadLineAsync() is not null)
            ChildLines.SayUsage();
        await node.StopAsync();
    }

    private static async Task FetchAsync(string idText, string sourceText, string[] settings, bool looks)
    {
        if (!ContentId.TryParse(idText, out var id) || !PeerAddress.TryParse(sourceText, out var source))
            throw new NodeException("The id or the address of the source is none.");
        var environment = NodeEnvironment.Real();
        var counter = new RequestCounter(environment.Transports);
        var node = await StartAsync(settings, environment with { Transports = counter });
        using var end = new CancellationTokenSource();
        var looking = looks ? DashboardReader.RunAsync(node, end.Token) : Task.CompletedTask;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == ChildLines.Usage)
            {
                ChildLines.SayUsage();
                continue;
            }

            var requestsBefore = counter.Requests;
            var startedAt = TimeProvider.System.GetTimestamp();
            var finished = await node.DownloadAsync(id, line[(ChildLines.Fetch.Length + 1)..], [source]);
            ChildLines.Say(
                ChildLines.Done, TimeProvider.System.GetElapsedTime(startedAt).Ticks,
                counter.Requests - requestsBefore, finished.FetchedBytes);
        }

        await end.CancelAsync();
        await looking;
        await node.StopAsync();
    }

    /// <summary>A node on a free port of loopback.</summary>
    private static Task<Cjp2pNode> StartAsync(IEnumerable<string> settings, NodeEnvironment environment)
    {
        var config = ConfigurationFactory.ParseString(string.Join(
            '\n', ["cjp2p.listen = [\"127.0.0.1:0\"]", "akka.loglevel = WARNING", .. settings.Select(setting => "cjp2p." + setting)]));
        var nodeSettings = NodeSettings.FromConfig(config);
        var system = ActorSystem.Create("bench", config.WithFallback(Cjp2pHostingExtensions.SystemConfig(nodeSettings)));
        return Cjp2pNode.StartAsync(system, nodeSettings, environment);
    }
}
