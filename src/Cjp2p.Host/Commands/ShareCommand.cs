using System.CommandLine;
using System.Text.Json;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Blocks;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Http;
using Cjp2p.Host.Logging;
using Cjp2p.Host.Output;
using Cjp2p.Host.Remote;
using Serilog.Events;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p share</c>: serves files until it is stopped, and prints their ids.</summary>
internal static class ShareCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Files, and folders with everything below them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var node = new NodeOptions(
            "A peer to make itself known to; repeatable.", "Address to listen on; repeatable (default 127.0.0.1:24254).");
        var data = Options.Data("Keep the hashes of the files here, so that the next start need not hash them again.");
        var blocks = new Option<bool>("--blocks")
        {
            Description = "Make a hash list of each file as well, and serve its blocks: for 'get --blocks'.",
        };
        var json = Options.Json("Print a JSON object a line instead.");
        var command = new Command("share", "Serve files and folders, and print id, length and name of each file.") { paths };
        node.AddTo(command);
        command.Add(data);
        command.Add(blocks);
        command.Add(json);
        node.AddRunning(command);
        node.AddRest(command);
        command.SetAction(async (parsed, cancelled) =>
        {
            CheckPaths(parsed.GetRequiredValue(paths));
            if (parsed.GetValue(data) is null && !parsed.GetValue(blocks) && node.MayUseRunning(parsed, out var named)
                && await RunByNodeAsync(named, parsed.GetRequiredValue(paths), parsed.GetValue(json), cancelled).ConfigureAwait(false) is { } exitCode)
                return exitCode;
            return await RunOwnAsync(parsed, cancelled).ConfigureAwait(false);
        });
        return command;

        Task<int> RunOwnAsync(ParseResult parsed, CancellationToken cancelled) => RunAsync(
            parsed.GetRequiredValue(paths),
            node.Settings(
                parsed,
                [
                    NodeOptions.Given("cjp2p.content.shared", "[]", "share"),
                    .. parsed.GetValue(data) is { } folder
                        ? [NodeOptions.Given("cjp2p.content.data", Setting.Quote(folder), "--data")]
                        : Array.Empty<Setting>(),
                ],
                []),
            parsed.GetValue(json),
            parsed.GetValue(blocks),
            node.Log(parsed, LogEventLevel.Error),
            cancelled);
    }

    private static void CheckPaths(string[] paths)
    {
        foreach (var path in paths)
        {
            try
            {
                RunFolders.CheckReadable(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw UserException.Failed($"{path}: {FileProblems.Describe(e)}", e);
            }
        }
    }

    // The node goes on sharing them; this is not waited for. Null: no node answers.
    private static async Task<int?> RunByNodeAsync(string? named, string[] paths, bool json, CancellationToken cancelled)
    {
        using var client = await RunningNodes.GetOrFindAsync(named, cancelled).ConfigureAwait(false);
        if (client is null)
            return null;
        var (files, bytes) = (0, 0L);
        foreach (var path in paths)
        {
            var full = Path.GetFullPath(path);
            var answer = await client.PostAsync("/api/share", new ShareBody(full), HttpJson.Default.ShareBody, cancelled).ConfigureAwait(false);
            var shared = answer?.Deserialize(HttpJson.Default.ShareDocument) ?? throw UserException.Failed("the node did not say what it shares");
            foreach (var problem in shared.Problems)
                Terminal.WriteErrorLine($"not shared: {problem}");
            foreach (var file in shared.Files)
            {
                files++;
                bytes += file.LengthBytes;
                Print(file.Id, file.LengthBytes, Path.Combine(path, Path.GetRelativePath(shared.Path, file.Path)), json);
            }
        }

        if (files == 0)
            throw UserException.Failed("there is no file to share");
        Terminal.WriteErrorLine($"the node at {client.Address} shares {Amounts.Count(files, "file")}, {Amounts.Bytes(bytes)}, until it stops");
        return ExitCodes.Done;
    }

    private static async Task<int> RunAsync(
        string[] paths, HostSettings settings, bool json, bool withBlocks, LogOptions log, CancellationToken cancelled)
    {
        // Without a folder for its own files they live as long as the command.
        var lists = settings.Node.Content.Data.Length > 0
            ? Path.Combine(settings.Node.Content.Data, "lists")
            : Path.Combine(Path.GetTempPath(), $"cjp2p-lists-{Environment.ProcessId}");
        try
        {
            return await RunAsync(paths, settings, json, withBlocks ? lists : null, log, cancelled).ConfigureAwait(false);
        }
        finally
        {
            if (settings.Node.Content.Data.Length == 0 && Directory.Exists(lists))
                Directory.Delete(lists, recursive: true);
        }
    }

    private static async Task<int> RunAsync(
        string[] paths, HostSettings settings, bool json, string? lists, LogOptions log, CancellationToken cancelled)
    {
        var session = await NodeSession.StartAsync(settings, log, cancelled).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var addresses = session.Node.Addresses.Select(address => address.ToString()).ToArray();
            if (json)
                Terminal.WriteJson(new ListeningReport(addresses, null), Json.Lines.ListeningReport);
            else
                Array.ForEach(addresses, address => Terminal.WriteErrorLine($"listening on udp {address}"));
            try
            {
                var (files, bytes) = await ShareAllAsync(
                    session.Node, paths, json, lists is null ? null : new BlockLists(session.Node, lists), cancelled).ConfigureAwait(false);
                if (files == 0)
                    throw UserException.Failed("there is no file to share");
                Terminal.WriteErrorLine(
                    $"sharing {Amounts.Count(files, "file")}, {Amounts.Bytes(bytes)}, until Ctrl-C");
                await session.Node.WhenStoppedAsync(cancelled).ConfigureAwait(false);
                throw UserException.Failed("the node stopped by itself; --verbose shows why");
            }
            catch (OperationCanceledException)
            {
                return ExitCodes.Done;
            }
        }
    }

    private static async Task<(int Files, long Bytes)> ShareAllAsync(
        Cjp2pNode node, string[] paths, bool json, BlockLists? lists, CancellationToken cancelled)
    {
        var files = 0;
        var bytes = 0L;
        foreach (var path in paths)
        {
            var indexed = await node.ShareAsync(path, cancelled).ConfigureAwait(false);
            foreach (var problem in indexed.Problems)
                Terminal.WriteErrorLine($"not shared: {problem}");
            foreach (var file in indexed.Files)
            {
                files++;
                bytes += file.File.LengthBytes;
                // The relative path of a file to itself is a dot.
                var name = file.File.Path == indexed.Path ? path : Path.Combine(path, Path.GetRelativePath(indexed.Path, file.File.Path));
                Print(file.Id, file.File.LengthBytes, name, json);
                if (lists is not null && file.File.LengthBytes > 0)
                    await ShareBlocksAsync(lists, file, name, json, cancelled).ConfigureAwait(false);
            }
        }

        return (files, bytes);
    }

    private static async Task ShareBlocksAsync(
        BlockLists lists, SharedFile file, string name, bool json, CancellationToken cancelled)
    {
        try
        {
            var list = await lists.ShareAsync(file, cancelled).ConfigureAwait(false);
            Print(list.Id, list.File.LengthBytes, name + " (blocks)", json);
        }
        catch (Exception e) when (e is NodeException or IOException or UnauthorizedAccessException)
        {
            Terminal.WriteErrorLine($"no hash list of {name}: {(e is NodeException ? e.Message : FileProblems.Describe(e))}");
        }
    }

    private static void Print(in ContentId id, long lengthBytes, string name, bool json)
    {
        if (json)
            Terminal.WriteJson(new ShareReport(id.ToString(), lengthBytes, name), Json.Lines.ShareReport);
        else
            Terminal.WriteLine($"{id}  {lengthBytes}  {name}");
    }
}
