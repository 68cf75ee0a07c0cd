using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Cjp2p.Actors.Content;
using Cjp2p.Host.Http;
using Cjp2p.Host.Output;
using Cjp2p.Host.Remote;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p tap</c>: what passes through a running node, live, or into a capture file.</summary>
internal static class TapCommand
{
    public static Command Create()
    {
        var node = Options.Node();
        var peer = new Option<string>("--peer", "-p")
        {
            Description = "Only datagrams from and to this address, or IP address.",
            HelpName = "ip:port",
            CustomParser = result => Checked(result, text => ApiCall.ParsePeer("--peer", text)),
        };
        var message = new Option<string>("--message", "-m") { Description = "Only datagrams that hold a message of this name, such as PleaseSendPeers.", HelpName = "name" };
        var content = new Option<string>("--content", "-c")
        {
            Description = "Only datagrams about this content.",
            HelpName = "id",
            CustomParser = result => Checked(result, text => ApiCall.ParseId("--content", text)),
        };
        var direction = new Option<string>("--direction", "-d")
        {
            Description = "Only datagrams in, or out.",
            HelpName = "in|out",
            CustomParser = result => Checked(result, text => text is "in" or "out" ? text : throw ApiCall.Bad("--direction is in or out")),
        };
        var actors = new Option<bool>("--actors", "-a") { Description = "Also what actors handle, log and suffer." };
        var path = new Option<string>("--path") { Description = "No datagrams, but what actors at and below this path handle, log and suffer.", HelpName = "path" };
        var oneIn = new Option<int>("--one-in")
        {
            Description = "Of what fits only one in so many.",
            HelpName = "n",
            DefaultValueFactory = _ => 1,
            CustomParser = result => Options.Whole(result, "--one-in", 1, 1_000_000),
        };
        var write = new Option<string>("--write", "-w") { Description = "Write whole datagrams to this file, JSON Lines as in captures; nothing is printed.", HelpName = "file" };
        var json = Options.Json("Print each event as a JSON object.");
        var command = new Command("tap", "Show the datagrams of a running node as they pass, until Ctrl-C.")
        {
            node, peer, message, content, direction, actors, path, oneIn, write, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(path) is not null && (result.GetResult(peer) is not null || result.GetResult(message) is not null
                || result.GetResult(content) is not null || result.GetResult(direction) is not null || result.GetResult(write) is not null))
                result.AddError("--path shows actors, and --peer, --message, --content, --direction and --write are about datagrams");
            else if (result.GetResult(write) is not null && result.GetResult(actors) is not null)
                result.AddError("--write writes datagrams; --actors cannot be written");
        });
        command.SetAction(async (parsed, cancelled) =>
        {
            var query = new List<string>();
            Add("peer", parsed.GetValue(peer));
            Add("message", parsed.GetValue(message));
            Add("content", parsed.GetValue(content));
            Add("direction", parsed.GetValue(direction));
            Add("path", parsed.GetValue(path));
            Add("oneIn", parsed.GetValue(oneIn) is > 1 and var n ? $"{n}" : null);
            var file = parsed.GetValue(write);
            Add("actors", (parsed.GetValue(actors) || parsed.GetValue(path) is not null) && file is null ? "true" : null);
            Add("datagrams", parsed.GetValue(path) is not null && file is null ? "false" : null);
            Add("whole", file is null ? null : "true");
            using var client = await RunningNodes.GetAsync(parsed.GetValue(node), cancelled).ConfigureAwait(false);
            return await RunAsync(client, "/api/tap?" + string.Join('&', query), file, parsed.GetValue(json), cancelled).ConfigureAwait(false);

            void Add(string name, string? value)
            {
                if (value is not null)
                    query.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        });
        return command;
    }

    // What the node would refuse is refused before it is asked, in the same words.
    private static string? Checked<T>(ArgumentResult result, Func<string, T> parse)
    {
        var text = result.Tokens[0].Value;
        try
        {
            parse(text);
            return text;
        }
        catch (ApiException e)
        {
            return Options.Wrong<string>(result, $"{e.Message}, not '{text}'");
        }
    }

    private static async Task<int> RunAsync(NodeClient client, string address, string? file, bool json, CancellationToken cancelled)
    {
        var events = client.StreamAsync(address, cancelled);
        try
        {
            if (file is not null)
                await WriteAsync(client, events, file, cancelled).ConfigureAwait(false);
            else
                await PrintAsync(events, json).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // Enough seen.
        }

        return ExitCodes.Done;
    }

    private static async Task PrintAsync(IAsyncEnumerable<JsonElement> events, bool json)
    {
        await foreach (var happened in events.ConfigureAwait(false))
            Terminal.WriteLine(json ? happened.GetRawText() : TapText.Line(happened, Terminal.CanDrawOutput ? Console.WindowWidth : int.MaxValue));
    }

    private static async Task WriteAsync(NodeClient client, IAsyncEnumerable<JsonElement> events, string path, CancellationToken cancelled)
    {
        var status = await client.GetAsync("/api/status", cancelled).ConfigureAwait(false);
        var us = status is { } known ? Field.Of(known, "name") : "cjp2p";
        double? start = null;
        var datagrams = 0L;
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Failed($"{path} cannot be written: {FileProblems.Describe(e, Directory.Exists(path))}", e);
        }

        await using (file.ConfigureAwait(false))
        {
            try
            {
                await foreach (var happened in events.ConfigureAwait(false))
                {
                    if (Field.Of(happened, "kind") == "dropped")
                        Terminal.WriteErrorLine($"{Field.Of(happened, "dropped")} datagrams came too fast and are not in the file");
                    if (Field.Of(happened, "kind") != "datagram" || happened.Deserialize(HttpJson.Default.TapDocument) is not { } seen)
                        continue;
                    start ??= seen.ClockSeconds;
                    file.Write(JsonSerializer.SerializeToUtf8Bytes(TapDocuments.Line(seen, us, start.Value), HttpJson.Lines.CaptureLine));
                    file.WriteByte((byte)'\n');
                    file.Flush();
                    datagrams++;
                }
            }
            finally
            {
                Terminal.WriteErrorLine($"{Amounts.Count(datagrams, "datagram")} in {path}");
            }
        }
    }
}
