using System.CommandLine;
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

    public static Command CreateSeed()
    {
        var file = new Argument<string>("file");
        var set = CreateSet();
        var command = new Command(Seed, "(started by 'transfer')") { file, set };
        command.Hidden = true;
        command.SetAction((parsed, _) => SeedAsync(parsed.GetValue(file)!, parsed.GetValue(set)!));
        return command;
    }

    public static Command CreateFetch()
    {
        var id = new Argument<string>("id");
        var source = new Argument<string>("source");
        var set = CreateSet();
        var command = new Command(Fetch, "(started by 'transfer')") { id, source, set };
        command.Hidden = true;
        command.SetAction((parsed, _) => FetchAsync(
            parsed.GetValue(id)!, parsed.GetValue(source)!, parsed.GetValue(set)!));
        return command;
    }

    /// <summary>The option for settings of the nodes.</summary>
    public static Option<string[]> CreateSet() => new("--set")
    {
        Description = "A setting of both nodes, such as cjp2p.downloads.flight-max=320.",
        DefaultValueFactory = _ => [],
    };

    private static async Task<int> SeedAsync(string file, string[] settings)
    {
        await using var node = await BenchNode.StartAsync(settings, NodeEnvironment.Real());
        ChildLines.Say(ChildLines.Ready, node.Address, await node.ShareAsync(file));
        while (await Console.In.ReadLineAsync() is not null)
            ChildLines.SayUsage();
        return 0;
    }

    private static async Task<int> FetchAsync(string idText, string sourceText, string[] settings)
    {
        if (!ContentId.TryParse(idText, out var id) || !PeerAddress.TryParse(sourceText, out var source))
            return 2;
        var environment = NodeEnvironment.Real();
        var counter = new RequestCounter(environment.Transports);
        await using var node = await BenchNode.StartAsync(settings, environment with { Transports = counter });
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == ChildLines.Usage)
            {
                ChildLines.SayUsage();
                continue;
            }

            var path = line[(ChildLines.Fetch.Length + 1)..];
            try
            {
                var requestsBefore = counter.Requests;
                var (wall, fetchedBytes) = await node.FetchAsync(id, path, source);
                ChildLines.Say(ChildLines.Done, wall.Ticks, counter.Requests - requestsBefore, fetchedBytes);
            }
            catch (TransferException e)
            {
                ChildLines.Say(ChildLines.Failed, e.Message);
            }
        }

        return 0;
    }
}
