using System.CommandLine;
using Cjp2p.Host.Output;
using Cjp2p.Host.Remote;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p inspect</c>: the actors of a running node, or all about one of them.</summary>
internal static class InspectCommand
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var path = new Argument<string?>("path")
        {
            Description = "The actor, as in the tree: /peers, /downloads/<id> (default: the whole tree).",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var node = Options.Node();
        var json = Options.Json("Print what the node answers, one JSON object a line.");
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on, once a second, until Ctrl-C." };
        var field = new Option<string>("--field")
        {
            Description = "Only one field of the actor's state, such as doneBytes or sources[0].windowChunks; with --watch each change of it.",
            HelpName = "name",
        };
        var command = new Command("inspect", "Show the actors of a running node, or the state of one of them.") { path, node, json, watch, field };
        command.Validators.Add(result =>
        {
            if (result.GetResult(field) is not null && result.GetResult(path) is not { Tokens.Count: > 0 })
                result.AddError("--field is a field of one actor: name its path");
        });
        command.SetAction(async (parsed, cancelled) =>
        {
            using var client = await RunningNodes.GetAsync(parsed.GetValue(node), cancelled).ConfigureAwait(false);
            var request = new Request(Absolute(parsed.GetValue(path)), parsed.GetValue(field), parsed.GetValue(json));
            return parsed.GetValue(watch)
                ? await WatchAsync(client, request, cancelled).ConfigureAwait(false)
                : await ShowAsync(client, request, cancelled).ConfigureAwait(false);
        });
        return command;
    }

    private static string? Absolute(string? path) => path is null ? null : "/" + path.Trim('/');

    private static async Task<int> ShowAsync(NodeClient client, Request request, CancellationToken cancelled)
    {
        foreach (var line in await LinesAsync(client, request, cancelled).ConfigureAwait(false))
            Terminal.WriteLine(line);
        return ExitCodes.Done;
    }

    private static async Task<int> WatchAsync(NodeClient client, Request request, CancellationToken cancelled)
    {
        try
        {
            if (request.Field is { } field)
            {
                await ChangesAsync(client, request.Path!, field, request.Json, cancelled).ConfigureAwait(false);
                return ExitCodes.Done;
            }

            using var timer = new PeriodicTimer(Every);
            do
            {
                var lines = await LinesAsync(client, request, cancelled).ConfigureAwait(false);
                // From the top of an empty screen, where there is one.
                if (Terminal.CanDrawOutput && !request.Json)
                    await Console.Out.WriteAsync("\u001b[H\u001b[2J").ConfigureAwait(false);
                foreach (var line in lines)
                    Terminal.WriteLine(line);
            }
            while (await timer.WaitForNextTickAsync(cancelled).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // Enough seen.
        }

        return ExitCodes.Done;
    }

    private static async Task ChangesAsync(NodeClient client, string path, string field, bool json, CancellationToken cancelled)
    {
        var address = $"/api/watch?path={Uri.EscapeDataString(path)}&field={Uri.EscapeDataString(field)}";
        await foreach (var change in client.StreamAsync(address, cancelled).ConfigureAwait(false))
        {
            if (json)
                Terminal.WriteLine(change.GetRawText());
            else
                Terminal.WriteLine($"{Field.Time(change, "at")}  {Field.Of(change, "value")}");
        }
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(NodeClient client, Request request, CancellationToken cancelled)
    {
        if (request.Path is null)
        {
            var tree = (await client.GetAsync("/api/tree", cancelled).ConfigureAwait(false))!.Value;
            return request.Json ? [tree.GetRawText()] : TreeText.Lines(tree);
        }

        var actor = await client.GetAsync("/api/actors" + string.Join('/', request.Path.Split('/').Select(Uri.EscapeDataString)), cancelled).ConfigureAwait(false)
            ?? throw UserException.Failed($"there is no actor {request.Path}, and none is remembered");
        if (request.Field is null)
            return request.Json ? [actor.GetRawText()] : ActorText.Lines(actor);
        await foreach (var change in client.StreamAsync(
            $"/api/watch?path={Uri.EscapeDataString(request.Path)}&field={Uri.EscapeDataString(request.Field)}", cancelled).ConfigureAwait(false))
            return [request.Json ? change.GetRawText() : Field.Of(change, "value")];
        return [];
    }

    private sealed record Request(string? Path, string? Field, bool Json);
}
