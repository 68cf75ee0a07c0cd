using System.Text;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Peers;
using Microsoft.AspNetCore.Http;

namespace Cjp2p.Host.Http;

/// <summary>What can be asked of a node through the API.</summary>
internal static class NodeQueries
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(1500);

    /// <summary>The addresses.</summary>
    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        new("GET", "/api/status", "How the node is.", StatusAsync) { Answer = typeof(StatusDocument) },
        new("GET", "/api/tree", "The tree of actors, each asked for its status; one that does not answer in time is shown as such.", TreeAsync)
        {
            Answer = typeof(ActorTree),
            Query =
            [
                ("path", "Where to begin: / (default), /downloads, ..."),
                ("depth", "Levels below that path; all when it is not given."),
                ("states", "true: with the whole state of each actor."),
                ("most", "Actors at the most."),
            ],
        },
        new("GET", "/api/actors/{**path}", "All about one actor, also one that hangs or has stopped.", ActorAsync) { Answer = typeof(ActorDetails) },
        new("GET", "/api/watch", "A stream (server-sent events) of the changes of one field of one actor.", WatchAsync)
        {
            Media = "text/event-stream",
            Event = typeof(FieldChange),
            Query =
            [
                ("path", "The actor."),
                ("field", "The field of its state, such as doneBytes or sources[0].windowChunks."),
                ("intervalMs", "Milliseconds between two looks (default 250)."),
            ],
        },
        new("GET", "/api/peers", "A page of the peers.", PeersAsync)
        {
            Answer = typeof(PeerPage),
            Query =
            [
                ("skip", "Peers to leave out first."),
                ("most", "Peers at the most (default 100, up to 1000)."),
                ("order", "Address, RoundTrip, Heard or UnansweredProbes."),
                ("descending", "true: from the other end."),
                ("find", "Only addresses that hold this text."),
                ("hearsay", "true: addresses that others merely named."),
            ],
        },
        new("GET", "/api/downloads", "A page of the running downloads with piece maps and sources, and how the last ones ended that were started here.", DownloadsAsync)
        {
            Answer = typeof(DownloadsDocument),
            Query = [("skip", "Running downloads to leave out first."), ("most", "Running downloads at the most (default 100, up to 1000).")],
        },
        new("GET", "/api/downloads/{id}", "One download.", DownloadAsync)
        {
            Answer = typeof(DownloadDetails),
            Query =
            [
                ("waitMs", "Wait so long for it to end, if it was started here (up to 30000)."),
                ("path", "Only the one to this place, if it was started here."),
            ],
        },
        new("GET", "/api/content", "A page of what is shared.", ContentAsync)
        {
            Answer = typeof(ContentDocument),
            Query = [("skip", "Files to leave out first."), ("most", "Files at the most (default 100, up to 1000).")],
        },
        new("GET", "/api/unknown-messages", "What strangers say that the node does not understand.", UnknownAsync)
        {
            Answer = typeof(UnknownMessagesDocument),
        },
        new("GET", "/api/limits", "Every table that has a cap: size, cap, evictions.", LimitsAsync) { Answer = typeof(TableSize[]) },
        new("GET", "/api/bans", "Who is banned.", BansAsync) { Answer = typeof(BanState[]) },
        new("GET", "/api/rate-limits", "What strangers may cost, and the rates of content.", RateLimitsAsync) { Answer = typeof(RateLimitsBody) },
        new("GET", "/api/tap", "A stream (server-sent events) of datagrams, of what actors do, or both.", TapAsync)
        {
            Media = "text/event-stream",
            Event = typeof(TapDocument),
            Query =
            [
                ("datagrams", "false: no datagrams."),
                ("actors", "true: what actors handle, log and suffer."),
                ("peer", "Only datagrams from and to ip:port, or an IP address."),
                ("message", "Only datagrams that hold a message of this name."),
                ("direction", "In or Out."),
                ("content", "Only datagrams about this content, and its download."),
                ("path", "Only actors at and below this path."),
                ("oneIn", "Of what fits one in so many."),
                ("whole", "true: whole datagrams."),
            ],
        },
        new("GET", "/status.json", "How the node is, in the form of the reference node.", ReferenceAsync)
        {
            Answer = typeof(ReferenceStatus),
            IsLiveOnly = true,
        },
        new("GET", "/health/live", "200 as long as the process does anything.", LiveAsync) { Answer = typeof(HealthDocument) },
        new("GET", "/health/ready", "200 when the node works; 503 with reasons when it does not.", ReadyAsync) { Answer = typeof(HealthDocument) },
    ];

    /// <summary>The filter of a tap, from the parameters of a request.</summary>
    public static TapFilter Filter(ApiCall call) => new(
        call.Flag("datagrams", true),
        call.Flag("actors"),
        call.Peer("peer"),
        call.Text("message") is { Length: > 0 } message ? message : null,
        call.Choice<DatagramDirection>("direction"),
        call.Content("content"),
        call.Text("path") is { Length: > 0 } path ? path : null,
        call.Whole("oneIn", 1, 1, 1_000_000),
        call.Flag("whole"));

    /// <summary>The document of what the node does not understand.</summary>
    public static UnknownMessagesDocument Unknown(NodeInspector inspector)
    {
        var clock = inspector.Inside.Node.Clock;
        return new UnknownMessagesDocument(
            [
                .. inspector.UnknownMessages().Select(name => new UnknownMessageDocument(
                    name.Name, name.Count, clock.TimeOfDay(name.FirstAt), clock.TimeOfDay(name.LastAt), name.Senders,
                    Encoding.UTF8.GetString(name.Sample.Utf8))),
            ],
            inspector.Inside.Node.Unknown.Others);
    }

    private static async Task StatusAsync(ApiCall call)
    {
        try
        {
            var node = await call.NodeAsync().ConfigureAwait(false);
            var status = await node.StatusAsync(call.Aborted).ConfigureAwait(false);
            await call.WriteAsync(
                StatusDocument.From(status) with { Reasons = [.. await node.Inspector.ReasonsAsync(call.Aborted).ConfigureAwait(false)] }, HttpJson.Default.StatusDocument).ConfigureAwait(false);
        }
        catch (NodeException e)
        {
            await DegradedAsync(call, [e.Message]).ConfigureAwait(false);
        }
    }

    private static async Task TreeAsync(ApiCall call)
    {
        var query = new InspectionProtocol.GetTree(
            call.Text("path") is { Length: > 0 } path ? path : "/",
            call.Whole("depth", int.MaxValue, 0, int.MaxValue),
            call.Flag("states"),
            call.Whole("most", int.MaxValue, 0, int.MaxValue));
        var node = await call.NodeAsync().ConfigureAwait(false);
        var tree = await node.Inspector.TreeAsync(query, call.Aborted).ConfigureAwait(false);
        if (tree.Total == 0)
            throw ApiCall.NotFound($"there is no actor {query.Path}");
        await call.WriteAsync(tree, HttpJson.Default.ActorTree).ConfigureAwait(false);
    }

    private static async Task ActorAsync(ApiCall call)
    {
        var node = await call.NodeAsync().ConfigureAwait(false);
        var path = "/" + call.Route("path").TrimStart('/');
        var details = await node.Inspector.ActorAsync(path, call.Aborted).ConfigureAwait(false)
            ?? throw ApiCall.NotFound($"there is no actor {path}, and none is remembered");
        await call.WriteAsync(details, HttpJson.Default.ActorDetails).ConfigureAwait(false);
    }

    private static async Task WatchAsync(ApiCall call)
    {
        var (path, field) = (call.Text("path"), call.Text("field"));
        if (path.Length == 0 || field.Length == 0)
            throw ApiCall.Bad("path and field say what to watch");
        var interval = TimeSpan.FromMilliseconds(call.Whole("intervalMs", 250, 1, 3_600_000));
        var node = await call.NodeAsync().ConfigureAwait(false);
        try
        {
            await ServerSentEvents.SendAsync(call.Context, node.Inspector.WatchAsync(path, field, interval, call.Aborted)).ConfigureAwait(false);
        }
        catch (NodeException) when (call.Context.Response.HasStarted)
        {
            // The actor has stopped: so does the stream.
        }
        catch (NodeException e)
        {
            throw ApiCall.NotFound(e.Message);
        }
    }

    private static async Task PeersAsync(ApiCall call)
    {
        var query = new PeerQuery(
            call.Whole("skip", 0, 0, int.MaxValue),
            call.Whole("most", 100, 0, NodeInspector.PageMax),
            call.Choice<PeerOrder>("order") ?? PeerOrder.Address,
            call.Flag("descending"),
            call.Text("find"),
            call.Flag("hearsay"));
        var node = await call.NodeAsync().ConfigureAwait(false);
        await call.WriteAsync(await node.Inspector.PeersAsync(query, call.Aborted).ConfigureAwait(false), HttpJson.Default.PeerPage).ConfigureAwait(false);
    }

    private static async Task DownloadsAsync(ApiCall call)
    {
        var (skip, most) = (call.Whole("skip", 0, 0, int.MaxValue), call.Whole("most", 100, 0, NodeInspector.PageMax));
        var node = await call.NodeAsync().ConfigureAwait(false);
        var page = await node.Inspector.DownloadsAsync(skip, most, call.Aborted).ConfigureAwait(false);
        await call.WriteAsync(DownloadsDocument.Of(page, call.Get<DownloadJobs>().Ended), HttpJson.Default.DownloadsDocument).ConfigureAwait(false);
    }

    private static async Task DownloadAsync(ApiCall call)
    {
        var id = ApiCall.ParseId("id", call.Route("id"));
        var path = call.Text("path") is { Length: > 0 } one ? one : null;
        var jobs = call.Get<DownloadJobs>();
        if (call.Whole("waitMs", 0, 0, 30_000) is > 0 and var waitMs)
            await jobs.WaitAsync(id, path, TimeSpan.FromMilliseconds(waitMs), call.Aborted).ConfigureAwait(false);
        var ended = jobs.Find(id, path);
        var node = await call.NodeAsync().ConfigureAwait(false);
        var running = ended is null
            ? await node.Inspector.StateAsync<DownloadState>("/downloads/" + id, call.Aborted).ConfigureAwait(false)
            : null;
        // It may have ended in between.
        ended ??= jobs.Find(id, path);
        if (running is null && ended is null && !jobs.IsRunning(id, path))
            throw ApiCall.NotFound($"{id} is not being fetched");
        await call.WriteAsync(new DownloadDetails(ended is null ? running : null, ended), HttpJson.Default.DownloadDetails).ConfigureAwait(false);
    }

    private static async Task ContentAsync(ApiCall call)
    {
        var (skip, most) = (call.Whole("skip", 0, 0, int.MaxValue), call.Whole("most", 100, 0, NodeInspector.PageMax));
        var node = await call.NodeAsync().ConfigureAwait(false);
        var page = await node.Inspector.ContentAsync(skip, most, call.Aborted).ConfigureAwait(false);
        var store = await node.Inspector.StateAsync<ContentStoreState>("/store", call.Aborted).ConfigureAwait(false);
        await call.WriteAsync(
            new ContentDocument(store?.Folders.Sum(folder => folder.Files) ?? 0, skip, [.. page.Files.Select(File)]),
            HttpJson.Default.ContentDocument).ConfigureAwait(false);
    }

    /// <summary>The document of a shared file.</summary>
    public static SharedFileDocument File(SharedFile file) => new(
        file.Id, file.File.Path, file.File.LengthBytes, new DateTimeOffset(file.File.ChangedTicks, TimeSpan.Zero));

    private static async Task UnknownAsync(ApiCall call)
    {
        var node = await call.NodeAsync().ConfigureAwait(false);
        await call.WriteAsync(Unknown(node.Inspector), HttpJson.Default.UnknownMessagesDocument).ConfigureAwait(false);
    }

    private static async Task LimitsAsync(ApiCall call)
    {
        var node = await call.NodeAsync().ConfigureAwait(false);
        await call.WriteAsync([.. node.Inspector.Limits()], HttpJson.Default.TableSizeArray).ConfigureAwait(false);
    }

    private static async Task BansAsync(ApiCall call)
    {
        var inspector = (await call.NodeAsync().ConfigureAwait(false)).Inspector;
        await call.WriteAsync([.. inspector.Bans()], HttpJson.Default.BanStateArray).ConfigureAwait(false);
    }

    private static async Task RateLimitsAsync(ApiCall call)
    {
        var inside = (await call.NodeAsync().ConfigureAwait(false)).Inspector.Inside;
        await call.WriteAsync(RateLimitsBody.Of(inside.Node), HttpJson.Default.RateLimitsBody).ConfigureAwait(false);
    }

    private static async Task TapAsync(ApiCall call)
    {
        var filter = Filter(call);
        var node = await call.NodeAsync().ConfigureAwait(false);
        Tap tap;
        try
        {
            tap = node.Inspector.Inside.OpenTap(filter);
        }
        catch (InvalidOperationException e)
        {
            throw new ApiException(StatusCodes.Status409Conflict, e.Message);
        }

        using (tap)
            await ServerSentEvents.SendAsync(call.Context, tap, IsThereAsync, call.Get<TimeProvider>()).ConfigureAwait(false);

        // One that a fault of a simulated world took away is another one when it is back.
        async ValueTask<bool> IsThereAsync()
        {
            try
            {
                return await call.NodeAsync().ConfigureAwait(false) == node;
            }
            catch (NodeException)
            {
                return false;
            }
        }
    }

    private static async Task ReferenceAsync(ApiCall call)
    {
        var node = await call.NodeAsync().ConfigureAwait(false);
        var peers = await node.Inspector.AllPeersAsync(call.Aborted).ConfigureAwait(false);
        var content = node.Inspector.Inside.Node.Settings.Content;
        await call.WriteAsync(
            ReferenceStatusOf(peers, FreeBytes(content.Data.Length > 0 ? content.Data : Environment.CurrentDirectory)),
            HttpJson.Default.ReferenceStatus).ConfigureAwait(false);
    }

    /// <summary>The document in the form of the reference node; the fast peers are cut, the counts are of all.</summary>
    /// <param name="peers">Every peer.</param>
    /// <param name="freeBytes">Free space of the disk.</param>
    public static ReferenceStatus ReferenceStatusOf(PeerRegistryProtocol.AllPeers peers, long freeBytes)
    {
        // Whoever has no key with us is a peer all the same: those that are fast are those that are active.
        var fast = peers.Verified.Where(peer => peer.RoundTrip > TimeSpan.Zero && peer.RoundTrip < Fast).OrderBy(peer => peer.RoundTrip).ThenBy(peer => peer.Address).ToArray();
        return new ReferenceStatus(
            ProgramVersion.Text,
            "",
            peers.Verified.Length + peers.Hearsay.Length,
            peers.Verified.Select(peer => peer.Address.WithPort(0)).Concat(peers.Hearsay.Select(address => address.WithPort(0))).Distinct().Count(),
            fast.Length,
            fast.Length,
            [.. fast.Take(NodeInspector.PageMax).Select(peer => new ReferencePeer(peer.Address.ToString(), "", (int)Math.Round(peer.RoundTrip.TotalMilliseconds)))],
            freeBytes);
    }

    private static long FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return 0;
        }
    }

    // That it answers is the answer: whoever restarts what is not live must not do so for a socket that is being reopened.
    private static Task LiveAsync(ApiCall call) =>
        call.WriteAsync(new HealthDocument("live", []), HttpJson.Default.HealthDocument);

    private static async Task ReadyAsync(ApiCall call)
    {
        string[] reasons;
        try
        {
            var node = await call.NodeAsync().ConfigureAwait(false);
            reasons = [.. await node.Inspector.ReasonsAsync(call.Aborted).ConfigureAwait(false)];
        }
        catch (NodeException e)
        {
            reasons = [e.Message];
        }

        if (reasons.Length == 0)
            await call.WriteAsync(new HealthDocument("ready", []), HttpJson.Default.HealthDocument).ConfigureAwait(false);
        else
            await DegradedAsync(call, reasons).ConfigureAwait(false);
    }

    private static Task DegradedAsync(ApiCall call, string[] reasons) =>
        call.WriteAsync(new HealthDocument("degraded", reasons), HttpJson.Default.HealthDocument, StatusCodes.Status503ServiceUnavailable);
}
