using System.CommandLine;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Blocks;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Logging;
using Cjp2p.Host.Output;
using Cjp2p.Host.Remote;
using Serilog.Events;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p get</c>: fetches one content.</summary>
internal static class GetCommand
{
    private const string UnfinishedMap = ".cjp2p-part.cjp2p-map";

    public static Command Create()
    {
        var id = new Argument<ContentId>("id")
        {
            Description = "Id of the content: 64 hexadecimal digits, the SHA-256 of its bytes.",
            CustomParser = result =>
                ContentId.TryParse(result.Tokens[0].Value, out var parsed) && parsed.IsSha256
                    ? parsed
                    : Options.Wrong<ContentId>(
                        result, $"'{result.Tokens[0].Value}' is no id: an id is 64 hexadecimal digits, the SHA-256 of the content"),
        };
        var node = new NodeOptions(
            "A peer that may have it or know who has; repeatable.",
            "Address to listen on (default: a free port, of loopback when all peers are there).");
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where to put it (default: a file with the id as its name, here).",
            HelpName = "file",
        };
        var timeout = new Option<TimeSpan?>("--timeout", "-t")
        {
            Description = "Give up after this long; what was fetched stays for the next time (default: never).",
            HelpName = "seconds",
            CustomParser = result => Options.Seconds(result, "--timeout"),
        };
        var force = new Option<bool>("--force", "-f") { Description = "Replace an existing file that is something else." };
        var blocks = new Option<bool>("--blocks")
        {
            Description = "The id is of a hash list: fetch what it lists, block by block, each checked when it arrives.",
        };
        var json = Options.Json("Print a JSON object about the outcome.");
        var command = new Command("get", "Fetch a content, verify it and put it in place.") { id };
        node.AddTo(command);
        foreach (var option in new Option[] { output, blocks, timeout, force, json })
            command.Add(option);
        node.AddRunning(command);
        node.AddRest(command);
        command.SetAction((parsed, cancelled) => TellingWhatAsync(
            new Request(
                parsed.GetValue(id),
                Target(parsed.GetValue(output), parsed.GetValue(id)),
                parsed.GetValue(timeout),
                parsed.GetValue(force),
                parsed.GetValue(json),
                parsed.GetValue(blocks),
                node.Log(parsed, LogEventLevel.Error)),
            () => Settings(node, parsed),
            !parsed.GetValue(blocks) && node.MayUseRunning(parsed, out var named)
                ? request => RunByNodeAsync(named, request, node.Peers(parsed), cancelled)
                : null,
            cancelled));
        return command;
    }

    private static string Target(string? output, in ContentId id) =>
        output is null ? Path.Combine(".", id.ToString())
        : Directory.Exists(output) ? Path.Combine(output, id.ToString())
        : output;

    // Its own port and nothing to share, whatever the configuration says about a node that runs beside it.
    private static HostSettings Settings(NodeOptions node, ParseResult parsed)
    {
        var settings = node.Settings(
            parsed, [NodeOptions.Given("cjp2p.content.shared", "[]", "get"), NodeOptions.Given("cjp2p.content.data", "\"\"", "get")], []);
        if (settings.Node.Peers.Bootstrap.IsEmpty)
            throw UserException.Failed("there is nobody to ask: name a peer with --peer ip:port");
        return parsed.GetValue(node.Listen) is { Length: > 0 }
            ? settings
            : settings with { Node = settings.Node with { Listen = [.. ListenFor(settings.Node.Peers.Bootstrap)] } };
    }

    /// <summary>A free port of each family that <paramref name="peers"/> need; not beyond loopback when they are all there.</summary>
    public static IEnumerable<PeerAddress> ListenFor(IReadOnlyCollection<PeerAddress> peers)
    {
        var loopback = peers.All(peer => peer.IsLoopback);
        if (peers.Any(peer => !peer.IsIPv6))
            yield return Parse(loopback ? "127.0.0.1:0" : "0.0.0.0:0");
        if (peers.Any(peer => peer.IsIPv6))
            yield return Parse(loopback ? "[::1]:0" : "[::]:0");

        static PeerAddress Parse(string text) => PeerAddress.TryParse(text, out var address) ? address : default;
    }

    // In a method of its own: what talks HTTP is not loaded where it is not needed. Null: no node answers.
    private static async Task<int?> RunByNodeAsync(string? named, Request request, PeerAddress[] peers, CancellationToken cancelled)
    {
        using var client = await RunningNodes.GetOrFindAsync(named, cancelled).ConfigureAwait(false);
        if (client is null)
            return null;
        var start = TimeProvider.System.GetTimestamp();
        using var deadline = new CancellationTokenSource();
        if (request.Timeout is { } timeout)
            deadline.CancelAfter(timeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled, deadline.Token);
        using var end = new CancellationTokenSource();
        var progress = new GetProgress(request.Id);
        var fetching = RemoteGet.RunAsync(client, request.Id, request.Target, peers, progress, end.Token);
        var showing = request.Json ? Task.CompletedTask : GetView.ShowAsync(fetching, progress);
        await Task.WhenAny(fetching, progress.WhenPaused, WhenCancelledAsync(stop.Token)).ConfigureAwait(false);
        if (!fetching.IsCompleted)
            await end.CancelAsync().ConfigureAwait(false);
        await showing.ConfigureAwait(false);
        try
        {
            Report(request, await fetching.ConfigureAwait(false), TimeProvider.System.GetElapsedTime(start));
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            throw Failure(progress, WhyNot(progress, request, deadline.IsCancellationRequested));
        }
        catch (NodeException e)
        {
            throw Failure(progress, e.Message);
        }
    }

    private static async Task<int> TellingWhatAsync(
        Request request, Func<HostSettings> settings, Func<Request, Task<int?>>? byNode, CancellationToken cancelled)
    {
        try
        {
            return await RunAsync(request, settings, byNode, cancelled).ConfigureAwait(false);
        }
        catch (UserException e)
        {
            e.Report = new ErrorReport(e.Message, request.Id.ToString(), request.Target, e.Report?.KeptBytes ?? 0);
            throw;
        }
    }

    private static async Task<int> RunAsync(
        Request request, Func<HostSettings> settings, Func<Request, Task<int?>>? byNode, CancellationToken cancelled)
    {
        if (await IsThereAsync(request, cancelled).ConfigureAwait(false) is { } length)
        {
            ReportThere(request, length);
            return ExitCodes.Done;
        }

        if (byNode is not null && await byNode(request).ConfigureAwait(false) is { } exitCode)
            return exitCode;
        var start = TimeProvider.System.GetTimestamp();
        using var deadline = new CancellationTokenSource();
        if (request.Timeout is { } timeout)
            deadline.CancelAfter(timeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled, deadline.Token);
        using var end = new CancellationTokenSource();
        var inEffect = settings();
        CheckWritable(request.Target);
        var session = await NodeSession.StartAsync(inEffect, request.Log, cancelled).ConfigureAwait(false);
        var progress = new GetProgress(request.Id);
        try
        {
            var peers = inEffect.Node.Peers.Bootstrap;
            var fetching = request.ByBlocks
                ? new BlockFetch(session.Node, request.Id, request.Target, peers, request.Force, progress).RunAsync(end.Token)
                : session.Node.DownloadAsync(request.Id, request.Target, peers, progress, end.Token);
            var showing = request.Json ? Task.CompletedTask : GetView.ShowAsync(fetching, progress);
            await Task.WhenAny(fetching, progress.WhenPaused, WhenCancelledAsync(stop.Token)).ConfigureAwait(false);
            if (!fetching.IsCompleted)
            {
                await progress.RefreshAsync(session.Node).ConfigureAwait(false);
                await end.CancelAsync().ConfigureAwait(false);
            }

            await showing.ConfigureAwait(false);
            // Nothing is unfinished after this, so the process need not wait for the parts of the node to stop.
            Report(request, await fetching.ConfigureAwait(false), TimeProvider.System.GetElapsedTime(start));
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw Failure(progress, WhyNot(progress, request, deadline.IsCancellationRequested));
        }
        catch (NodeException e)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw Failure(progress, e.Message);
        }
    }

    private static async Task<long?> IsThereAsync(Request request, CancellationToken cancelled)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(request.Target));
        if (!Directory.Exists(folder))
            throw UserException.Failed($"{request.Target} cannot be written: there is no folder {folder}");
        // What is there can be compared with a list of hashes when the list is here.
        if (!File.Exists(request.Target) || request.ByBlocks)
            return null;
        try
        {
            var (id, length) = await IdCommand.HashAsync(request.Target, cancelled).ConfigureAwait(false);
            if (id == request.Id)
            {
                // A run that was killed when all was done but this.
                File.Delete(Path.GetFullPath(request.Target) + UnfinishedMap);
                return length;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!request.Force)
                throw UserException.Failed($"{request.Target} exists and cannot be read: {FileProblems.Describe(e)}", e);
        }

        return request.Force
            ? null
            : throw UserException.Failed($"{request.Target} exists and is something else; --force replaces it");
    }

    // Before anybody is asked for what cannot be put anywhere.
    private static void CheckWritable(string target)
    {
        try
        {
            RunFolders.CheckWritable(Path.GetDirectoryName(Path.GetFullPath(target))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Failed($"{target} cannot be written: {RunFolders.WhyNot(e)}", e);
        }
    }

    private static Task WhenCancelledAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(cancelled.SetResult);
        return cancelled.Task;
    }

    private static string WhyNot(GetProgress progress, Request request, bool isTimeout)
    {
        if (progress.WhenPaused.IsCompletedSuccessfully)
            return $"{request.Target} cannot be written: {progress.WhenPaused.Result}";
        return isTimeout
            ? $"not complete after {Amounts.Seconds(request.Timeout!.Value)}: {progress.Why}"
            : "interrupted";
    }

    private static UserException Failure(GetProgress progress, string reason)
    {
        var done = progress.Last?.DoneBytes ?? 0;
        var failed = UserException.Failed(done == 0
            ? reason
            : $"{reason}; {Amounts.Bytes(done)} of {Amounts.Bytes(progress.Last!.LengthBytes)} are kept, run it again to go on from there");
        failed.Report = new ErrorReport(failed.Message, KeptBytes: done);
        return failed;
    }

    private static void ReportThere(Request request, long length)
    {
        if (request.Json)
        {
            Terminal.WriteJson(
                new GetReport(request.Id.ToString(), request.Target, length, 0, 0, [], AlreadyThere: true), Json.Lines.GetReport);
        }
        else
        {
            Terminal.WriteLine($"{request.Target}  {Amounts.Bytes(length)}, was there already, verified");
        }
    }

    private static void Report(Request request, DownloadProtocol.Finished finished, TimeSpan time)
    {
        if (request.Json)
        {
            Terminal.WriteJson(
                new GetReport(
                    request.Id.ToString(),
                    request.Target,
                    finished.LengthBytes,
                    finished.FetchedBytes,
                    Math.Round(time.TotalSeconds, 3),
                    [.. finished.Sources.Select(source => source.ToString())],
                    AlreadyThere: false),
                Json.Lines.GetReport);
            return;
        }

        var from = finished.Sources.Length switch
        {
            0 when finished is { LengthBytes: > 0, FetchedBytes: 0 } => ", a copy of what the node shares",
            0 => "",
            1 => $" from {finished.Sources[0]}",
            var count => $" from {count} sources",
        };
        Terminal.WriteLine(
            $"{request.Target}  {Amounts.Bytes(finished.LengthBytes)} in {Amounts.Seconds(time)}, "
            + $"{Amounts.Rate(Math.Min(finished.FetchedBytes, finished.LengthBytes) / Math.Max(time.TotalSeconds, 0.001))}{from}, verified");
    }

    private sealed record Request(
        ContentId Id, string Target, TimeSpan? Timeout, bool Force, bool Json, bool ByBlocks, LogOptions Log);
}

/// <summary>What <c>get --json</c> prints when the content is in place.</summary>
/// <param name="Id">The content.</param>
/// <param name="Path">Where it is.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="FetchedBytes">Bytes of content that arrived for it in this run, duplicates included.</param>
/// <param name="Seconds">How long that took, from the start of the node.</param>
/// <param name="Sources">Who delivered.</param>
/// <param name="AlreadyThere">Whether it was there before, and nothing was fetched.</param>
internal sealed record GetReport(
    string Id, string Path, long LengthBytes, long FetchedBytes, double Seconds, string[] Sources, bool AlreadyThere);
