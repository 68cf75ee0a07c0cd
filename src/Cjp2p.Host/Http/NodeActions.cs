using System.Collections.Immutable;
using System.Globalization;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Logging;
using Microsoft.AspNetCore.Http;
using Serilog.Events;

namespace Cjp2p.Host.Http;

/// <summary>What can be done to a node through the API. Each needs the token and is written down.</summary>
internal static class NodeActions
{
    private const int ReasonMax = 200;
    private const int PeersMax = 64;

    /// <summary>The addresses.</summary>
    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        new("POST", "/api/downloads", "Starts a download; it is answered at once, and how it goes is at /api/downloads/{id}.", StartAsync)
        {
            Body = typeof(StartDownloadBody),
            Answer = typeof(DownloadDetails),
            IsLiveOnly = true,
        },
        new("DELETE", "/api/downloads/{id}", "Stops a download: it goes on from there when it is started again.", StopAsync)
        {
            Query = [("drop", "true: throw away what was fetched.")],
        },
        new("POST", "/api/share", "Shares a file or folder, and answers when all of it is hashed.", ShareAsync)
        {
            Body = typeof(ShareBody),
            Answer = typeof(ShareDocument),
            IsLiveOnly = true,
        },
        new("POST", "/api/content/{id}/recheck", "Hashes a shared file again; it is not served until that is done.", RecheckAsync),
        new("POST", "/api/recheck", "Looks through all shared folders now; what may have changed is hashed again.", RescanAsync),
        new("POST", "/api/peers", "Tells the node of peers; it asks them at once.", AddPeersAsync) { Body = typeof(AddPeersBody) },
        new("DELETE", "/api/peers/{address}", "Forgets a peer; it may come back.", ForgetAsync),
        new("POST", "/api/bans", "Bans a peer for a time: it is not heard, not sent to, and forgotten.", BanAsync) { Body = typeof(BanBody) },
        new("DELETE", "/api/bans/{address}", "Ends a ban.", UnbanAsync),
        new("GET", "/api/log-levels", "Least levels that are logged, by subtree.", LogLevelsAsync) { Answer = typeof(LogLevelBody[]), IsLiveOnly = true },
        new("POST", "/api/log-levels", "Sets the least level that is logged of an actor and all below it.", SetLogLevelAsync)
        {
            Body = typeof(LogLevelBody),
            IsLiveOnly = true,
        },
        new("DELETE", "/api/log-levels", "Takes such a level back.", RemoveLogLevelAsync) { Query = [("path", "The subtree.")], IsLiveOnly = true },
        new("POST", "/api/rate-limits", "Changes what strangers may cost, and the rates of content, also for later runs, until the configuration is read again.", SetRatesAsync)
        {
            Body = typeof(RateLimitsBody),
            Answer = typeof(RateLimitsBody),
        },
        new("POST", "/api/restart", "Lets an actor fail: parts of the node are restarted, downloads end, spans are fetched again.", RestartAsync)
        {
            Body = typeof(RestartBody),
        },
        new("GET", "/api/captures", "The capture files.", CapturesAsync) { Answer = typeof(CaptureDocument[]), IsLiveOnly = true },
        new("POST", "/api/captures", "Captures datagrams into a file, JSON Lines, for a time.", CaptureAsync)
        {
            Body = typeof(CaptureBody),
            Answer = typeof(CaptureDocument),
            IsLiveOnly = true,
        },
        new("GET", "/api/captures/{name}", "A capture file.", CaptureFileAsync) { Media = "application/x-ndjson", IsLiveOnly = true },
        new("DELETE", "/api/captures/{name}", "Ends a capture, and its file stays; removes the file of one that has ended.", EndCaptureAsync) { IsLiveOnly = true },
        new("GET", "/api/audit", "The last actions.", AuditAsync) { Answer = typeof(AuditEntry[]) },
    ];

    private static async Task StartAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.StartDownloadBody).ConfigureAwait(false);
        var id = ApiCall.ParseId("id", body.Id ?? "");
        call.Of = $"{id} to {body.Path}";
        if (!Path.IsPathFullyQualified(body.Path ?? ""))
            throw ApiCall.Bad("path is the full path of the target");
        var folder = Path.GetDirectoryName(body.Path);
        if (!Directory.Exists(folder))
            throw ApiCall.Bad($"there is no folder {folder}");
        if (Directory.Exists(body.Path))
            throw ApiCall.Bad($"{body.Path} is a folder: path is that of a file");
        var peers = Addresses(body.Peers ?? []);
        var node = await call.NodeAsync().ConfigureAwait(false);
        var job = call.Get<DownloadJobs>().Start(node, id, body.Path!, peers);
        // What is refused is so at once, mostly.
        var ended = job.IsCompletedSuccessfully ? await job.ConfigureAwait(false) : null;
        await call.WriteAsync(new DownloadDetails(null, ended), HttpJson.Default.DownloadDetails, StatusCodes.Status202Accepted).ConfigureAwait(false);
    }

    private static async Task StopAsync(ApiCall call)
    {
        var id = ApiCall.ParseId("id", call.Route("id"));
        var drop = call.Flag("drop");
        call.Of = id + (drop ? " (drop)" : "");
        var node = await call.NodeAsync().ConfigureAwait(false);
        if (await node.Inspector.StateAsync<DownloadState>("/downloads/" + id, call.Aborted).ConfigureAwait(false) is null)
            throw ApiCall.NotFound($"{id} is not being fetched");
        if (drop)
            await node.Inspector.DropDownloadAsync(id, call.Aborted).ConfigureAwait(false);
        else
            node.Inspector.StopDownload(id);
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static async Task ShareAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.ShareBody).ConfigureAwait(false);
        call.Of = body.Path ?? "";
        if (!Path.IsPathFullyQualified(call.Of))
            throw ApiCall.Bad("path is the full path of a file or folder");
        if (!File.Exists(body.Path) && !Directory.Exists(body.Path))
            throw ApiCall.NotFound($"{body.Path}: there is no such file or folder");
        var node = await call.NodeAsync().ConfigureAwait(false);
        var indexed = await node.ShareAsync(body.Path, call.Aborted).ConfigureAwait(false);
        await call.WriteAsync(
            new ShareDocument(indexed.Path, [.. indexed.Files.Select(NodeQueries.File)], [.. indexed.Problems]),
            HttpJson.Default.ShareDocument).ConfigureAwait(false);
    }

    private static async Task RecheckAsync(ApiCall call)
    {
        var id = ApiCall.ParseId("id", call.Route("id"));
        call.Of = id.ToString();
        var node = await call.NodeAsync().ConfigureAwait(false);
        if (!await node.Inspector.RecheckAsync(id, call.Aborted).ConfigureAwait(false))
            throw ApiCall.NotFound($"{id} is not shared");
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static async Task AddPeersAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.AddPeersBody).ConfigureAwait(false);
        var peers = Addresses(body.Addresses ?? []);
        call.Of = string.Join(", ", peers);
        (await call.NodeAsync().ConfigureAwait(false)).AddPeers(peers);
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static async Task ForgetAsync(ApiCall call)
    {
        var address = ApiCall.ParsePeer("address", call.Route("address"));
        call.Of = address.ToString();
        (await call.NodeAsync().ConfigureAwait(false)).Inspector.ForgetPeer(address);
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static async Task BanAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.BanBody).ConfigureAwait(false);
        var address = ApiCall.ParsePeer("address", body.Address ?? "");
        call.Of = $"{address} for {body.Seconds} s";
        if (body.Seconds is not (> 0 and <= 30 * 86_400))
            throw ApiCall.Bad("seconds is a number above 0 and up to 2592000 (30 days)");
        var reason = body.Reason ?? "";
        var node = await call.NodeAsync().ConfigureAwait(false);
        await node.Inspector.BanAsync(
            address, TimeSpan.FromSeconds(body.Seconds), reason.Length > ReasonMax ? reason[..ReasonMax] : reason, call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static async Task UnbanAsync(ApiCall call)
    {
        var address = ApiCall.ParsePeer("address", call.Route("address"));
        call.Of = address.ToString();
        var node = await call.NodeAsync().ConfigureAwait(false);
        if (!await node.Inspector.UnbanAsync(address, call.Aborted).ConfigureAwait(false))
            throw ApiCall.NotFound($"{address} is not banned");
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static Task LogLevelsAsync(ApiCall call) => call.WriteAsync(
        [.. call.Get<SubtreeLevels>().All.Select(one => new LogLevelBody(one.Path, one.Level.ToString()))], HttpJson.Default.LogLevelBodyArray);

    private static async Task SetLogLevelAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.LogLevelBody).ConfigureAwait(false);
        call.Of = $"{body.Path} {body.Level}";
        if (!Enum.TryParse<LogEventLevel>(body.Level, ignoreCase: true, out var level) || !Enum.IsDefined(level))
            throw ApiCall.Bad($"level is one of {string.Join(", ", Enum.GetNames<LogEventLevel>())}");
        if (body.Path is null || !body.Path.StartsWith('/'))
            throw ApiCall.Bad("path is a path in the tree of actors, such as /downloads");
        if (!call.Get<SubtreeLevels>().Set(body.Path, level))
            throw new ApiException(StatusCodes.Status409Conflict, $"{SubtreeLevels.Most} subtrees have a level already");
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static Task RemoveLogLevelAsync(ApiCall call)
    {
        call.Of = call.Text("path");
        return call.Get<SubtreeLevels>().Remove(call.Of)
            ? call.DoneAsync()
            : throw ApiCall.NotFound($"{call.Of} has no level of its own");
    }

    private static async Task SetRatesAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.RateLimitsBody).ConfigureAwait(false);
        call.Of = body.ToString();
        (string Key, long? Value)[] all =
        [
            ("ingress.source-per-second", body.SourcePerSecond), ("ingress.source-burst", body.SourceBurst),
            ("ingress.strangers-per-second", body.StrangersPerSecond), ("ingress.strangers-burst", body.StrangersBurst),
            ("limits.upload", body.Upload), ("limits.download", body.Download), ("limits.peer-upload", body.PeerUpload),
            ("limits.quiet-upload", body.QuietUpload), ("limits.quiet-download", body.QuietDownload),
        ];
        var inspector = (await call.NodeAsync().ConfigureAwait(false)).Inspector;
        try
        {
            await inspector.ChangeSettingsAsync(
                [
                    .. all.Where(one => one.Value is not null)
                        .Select(one => ("cjp2p." + one.Key, one.Value!.Value.ToString(CultureInfo.InvariantCulture))),
                    .. body.QuietHours is { } hours ? [("cjp2p.limits.quiet-hours", hours)] : ImmutableArray<(string, string)>.Empty,
                ],
                call.Aborted).ConfigureAwait(false);
        }
        catch (NodeException e)
        {
            throw ApiCall.Bad(e.Message);
        }

        await call.WriteAsync(RateLimitsBody.Of(inspector.Inside.Node), HttpJson.Default.RateLimitsBody).ConfigureAwait(false);
    }

    private static async Task RescanAsync(ApiCall call)
    {
        var node = await call.NodeAsync().ConfigureAwait(false);
        call.Of = $"{await node.Inspector.RescanAsync(call.Aborted).ConfigureAwait(false)} folders";
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static async Task RestartAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.RestartBody).ConfigureAwait(false);
        call.Of = body.Path ?? "";
        if (!(await call.NodeAsync().ConfigureAwait(false)).Inspector.FailActor(call.Of))
            throw ApiCall.NotFound($"there is no actor {call.Of} that could be restarted");
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static Task CapturesAsync(ApiCall call) => call.WriteAsync(call.Get<CaptureFiles>().All, HttpJson.Default.CaptureDocumentArray);

    private static async Task CaptureAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.CaptureBody).ConfigureAwait(false);
        call.Of = body.ToString();
        DatagramDirection? direction = body.Direction?.ToUpperInvariant() switch
        {
            null => null,
            "IN" => DatagramDirection.In,
            "OUT" => DatagramDirection.Out,
            _ => throw ApiCall.Bad("direction is in or out"),
        };
        var filter = new TapFilter(
            Peer: body.Peer is { } peer ? ApiCall.ParsePeer("peer", peer) : null,
            Message: body.Message,
            Direction: direction,
            Content: body.Content is { } content ? ApiCall.ParseId("content", content) : null);
        var node = await call.NodeAsync().ConfigureAwait(false);
        var capture = call.Get<CaptureFiles>().Start(node.Inspector.Inside, filter, body.Seconds);
        call.Of = capture.Name;
        await call.WriteAsync(capture, HttpJson.Default.CaptureDocument, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private static async Task CaptureFileAsync(ApiCall call)
    {
        var path = call.Get<CaptureFiles>().PathOf(call.Route("name"));
        call.Context.Response.ContentType = "application/x-ndjson";
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await using (file.ConfigureAwait(false))
            await file.CopyToAsync(call.Context.Response.Body, call.Aborted).ConfigureAwait(false);
    }

    private static async Task EndCaptureAsync(ApiCall call)
    {
        call.Of = call.Route("name");
        await call.Get<CaptureFiles>().EndAsync(call.Of).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static Task AuditAsync(ApiCall call) => call.WriteAsync(call.Get<AuditLog>().Last, HttpJson.Default.AuditEntryArray);

    private static PeerAddress[] Addresses(string[] texts)
    {
        if (texts.Length > PeersMax)
            throw ApiCall.Bad($"{PeersMax} addresses at the most");
        return
        [
            .. texts.Select(text => PeerAddress.TryParse(text, out var address) && address is { Port: > 0, IsUnspecified: false, IsMulticast: false, IsBroadcast: false }
                ? address
                : throw ApiCall.Bad("a peer is ip:port or [ipv6]:port")),
        ];
    }
}
