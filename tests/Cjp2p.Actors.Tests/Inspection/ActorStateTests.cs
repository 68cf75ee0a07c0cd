using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Inspection;

/// <summary>Every kind of actor in the tree says what its state is.</summary>
public sealed class ActorStateTests : DownloadSpec
{
    private static readonly PeerAddress Friend = Datagram.At("127.0.0.7:24254");
    private readonly byte[] _content = ScriptedSource.ContentOf(6 * SpanGeometry.SpanBytes);

    [Fact]
    public void Every_kind_of_actor_of_a_node_is_in_the_tree_with_a_state_of_its_own()
    {
        var source = Busy();
        Until(() => Shared.Routes.TryGet(source.Id, out var route) && route.Eof > 0, TimeSpan.FromSeconds(1));
        AdvanceSeconds(0.02);
        var tree = Ask<ActorTree>(new InspectionProtocol.GetTree(WithStates: true));
        Assert.Equal(
            [
                typeof(ContentServerState), typeof(ContentStoreState), typeof(DownloadFileState), typeof(DownloadManagerState),
                typeof(DownloadState), typeof(FolderIndexerState), typeof(NodeState), typeof(PeerRegistryState), typeof(PeerState),
                typeof(SocketState), typeof(SpanFetchState), typeof(StorageState),
            ],
            tree.Actors.Select(actor => actor.State!.GetType()).Distinct().OrderBy(type => type.Name, StringComparer.Ordinal));
        // No kind of state is missing from this test, and no actor is without one.
        Assert.Equal(12, typeof(ActorState).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(ActorState))));
        Assert.Equal(
            typeof(InspectedActor).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(InspectedActor))).Select(type => type.Name).Order(StringComparer.Ordinal),
            tree.Actors.Select(actor => actor.Facts.Type).Distinct().Order(StringComparer.Ordinal));
        Assert.All(tree.Actors, actor => Assert.Equal(actor.Status, actor.State!.Summary));
        Assert.Equal((tree.Total, tree.Total), (tree.Asked, tree.Answered));
        Assert.Equal($"{tree.Total} of {tree.Total} answered", tree.Answers);
    }

    [Fact]
    public void Tree_is_that_of_Akka_and_in_order()
    {
        Busy();
        AdvanceSeconds(0.02);
        var tree = Ask<ActorTree>(new InspectionProtocol.GetTree());
        Assert.Equal(
            TreeBelow(Node).Select(path => "/" + path).Prepend("/").Order(StringComparer.Ordinal),
            tree.Actors.Select(actor => actor.Facts.Path));
        Assert.All(tree.Actors, actor => Assert.Null(actor.State));
        Assert.Equal("cjp2p", tree.Node);
    }

    [Fact]
    public void Part_of_a_tree_has_the_levels_and_the_number_of_actors_that_were_asked_for()
    {
        var source = Busy();
        AdvanceSeconds(0.02);
        Assert.Equal(["/"], Paths(new InspectionProtocol.GetTree("/", 0)));
        Assert.Equal(
            ["/", "/downloads", "/peers", "/server", "/socket", "/storage", "/store"], Paths(new InspectionProtocol.GetTree("/", 1)));
        Assert.Equal(["/downloads", "/downloads/" + source.Id], Paths(new InspectionProtocol.GetTree("/downloads", 1)));
        Assert.Empty(Paths(new InspectionProtocol.GetTree("/down")));
        var some = Ask<ActorTree>(new InspectionProtocol.GetTree(ActorsMax: 3));
        Assert.Equal((3, 3), (some.Asked, some.Answered));
        Assert.Equal(TreeBelow(Node).Count + 1, some.Total);
        Assert.Empty(Ask<ActorTree>(new InspectionProtocol.GetTree(ActorsMax: 0)).Actors);
    }

    [Fact]
    public void Of_a_tree_that_is_too_large_the_parts_of_the_node_stay_and_what_is_deepest_goes()
    {
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.inspection.actors-max = 8");
        // They come before "peers", "server", "socket" and "store" in the order of paths.
        var sources = Enumerable.Range(1, 5).Select(i => Source((byte)i, ScriptedSource.ContentOf(10 + i))).ToArray();
        foreach (var (source, i) in sources.Select((source, i) => (source, i)))
        {
            source.Delay = TimeSpan.FromSeconds(60);
            Node.Tell(new DownloadProtocol.StartDownload(source.Id, $"/got/{i}", [source.Address]), User.Ref);
        }

        AdvanceSeconds(1);
        var tree = Ask<ActorTree>(new InspectionProtocol.GetTree());
        Assert.Equal(8, tree.Asked);
        Assert.True(tree.Total > 10);
        Assert.Superset(
            new HashSet<string> { "/", "/downloads", "/peers", "/server", "/socket", "/store" }, tree.Actors.Select(actor => actor.Facts.Path).ToHashSet());
        Assert.Equal(tree.Actors.Select(actor => actor.Facts.Path).Order(StringComparer.Ordinal), tree.Actors.Select(actor => actor.Facts.Path));
    }

    [Fact]
    public void Node_says_its_phase_bans_counters_and_shared_tables()
    {
        StartNode("cjp2p.peers.actor-after = 1");
        Send(Friend, "[{\"Hello\":1}]");
        Node.Tell(new NodeProtocol.BanPeer(Friend, TimeSpan.FromSeconds(60), "test"), User.Ref);
        AdvanceSeconds(10);
        var state = State<NodeState>("/");
        Assert.Equal(("cjp2p", "Running", "Running"), (state.Name, state.Phase, state.Summary));
        Assert.Equal(10.01, state.UptimeSeconds, 3);
        Assert.Equal(new BanState(Friend, 50, "test"), Assert.Single(state.Bans));
        Assert.Equal(1, state.Datagrams.Single(count => count.Name == "Datagrams").Count);
        Assert.Equal(1, state.Datagrams.Single(count => count.Name == "UnknownElements").Count);
        Assert.Contains(new TableSize("cjp2p.wire.unknown-names-max", "names", 1, 256, 0), state.Tables);
        Assert.Contains(new TableSize("cjp2p.inspection.bans-max", "bans", 1, 1024, 0), state.Tables);
    }

    [Fact]
    public void Socket_says_what_is_open_and_why_not()
    {
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.socket.reopen-min = 10s");
        Send(Friend, "[]");
        var state = State<SocketState>("/socket");
        var endpoint = Assert.Single(state.Endpoints);
        Assert.Equal((Us, true, "", 1L, 2L, "1 open"), (endpoint.Address, endpoint.IsOpen, endpoint.Reason, endpoint.DatagramsIn, endpoint.BytesIn, state.Summary));
        Network.Open.Single(transport => transport.LocalAddress == Us).Fail("cable pulled");
        AdvanceSeconds(2);
        state = State<SocketState>("/socket");
        endpoint = Assert.Single(state.Endpoints);
        Assert.Equal((false, 2.0, "cable pulled", 1L, "0 of 1 open"), (endpoint.IsOpen, endpoint.DownForSeconds, endpoint.Reason, endpoint.DatagramsIn, state.Summary));
    }

    [Fact]
    public void Registry_and_peer_say_who_is_known_and_how_far_away()
    {
        StartNode($"cjp2p.peers.actor-after = 1\ncjp2p.peers.bootstrap = [\"{Friend}\"]");
        var registry = State<PeerRegistryState>("/peers");
        Assert.Equal(Friend, Assert.Single(registry.Named));
        Assert.Equal((0, "0 verified, 0 hearsay"), (registry.Verified, registry.Summary));
        Assert.True(registry.DiscoveryEverySeconds > 0);
        Hear(Friend);
        registry = State<PeerRegistryState>("/peers");
        Assert.Equal((1, 1), (registry.Verified, registry.PeerActors));
        Assert.Contains(new TableSize("cjp2p.peers.peers-max", "peers", 1, 10_000, 0), registry.Tables);
        AdvanceSeconds(3);
        var peer = State<PeerState>("/peers/" + Uri.EscapeDataString(Friend.ToString()));
        Assert.Equal(Friend, peer.Address);
        Assert.Equal(3, peer.HeardAgoSeconds, 1);
        // All of the probes that it was sent were lost.
        Assert.Equal((1.0, 5000.0), (peer.Loss, peer.Score));
        Assert.Null(peer.RoundTripMs);
    }

    [Fact]
    public void Being_asked_does_not_keep_an_idle_peer_alive()
    {
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.peers.actor-idle = 10s\ncjp2p.peers.forget-after-probes = 1000");
        Hear(Friend);
        var path = "/peers/" + Uri.EscapeDataString(Friend.ToString());
        for (var i = 0; i < 9; i++)
        {
            AdvanceSeconds(1);
            State<PeerState>(path);
        }

        AdvanceSeconds(2);
        Assert.True(Ask<ActorDetails>(new InspectionProtocol.GetActor(path)).Facts.IsGone);
    }

    [Fact]
    public void Download_its_file_and_its_spans_say_how_far_they_are()
    {
        var source = Busy();
        source.Delay = TimeSpan.FromMilliseconds(50);
        UntilSeconds(5, () => Progress().DoneBytes > 0);
        var state = State<DownloadState>("/downloads/" + source.Id);
        Assert.Equal((source.Id, Target, "Fetching", 6 * SpanGeometry.SpanBytes), (state.Id, state.TargetPath, state.Phase, state.LengthBytes));
        Assert.Equal(state.DoneBytes, (long)state.SpansOnDisk * SpanGeometry.SpanBytes);
        Assert.Equal(6, state.Pieces.Length);
        Assert.InRange(state.BytesPerSecond, 1, state.FetchedBytes * 100);
        Assert.Equal((state.LengthBytes - state.DoneBytes) / state.BytesPerSecond, state.LeftSeconds!.Value, 0.01);
        Assert.Equal((6, 1), (state.Spans, state.SpansPerPiece));
        Assert.Equal(state.SpansOnDisk, state.Pieces.Count(piece => piece == 'w'));
        Assert.Equal(state.SpansActive, state.Pieces.Count(piece => piece == '?'));
        // The peer that the node knows is asked too, and does not answer.
        Assert.Equal(2, state.Sources.Length);
        Assert.Equal((Friend, "Known", "Probing"), (state.Sources[1].Address, state.Sources[1].Origin, state.Sources[1].Standing));
        var from = state.Sources[0];
        Assert.Equal((source.Address, "Named", "Active", 1.0, state.ChunksInFlight), (from.Address, from.Origin, from.Standing, from.Share, from.InFlightChunks));
        Assert.True(from.Chunks > 0 && from.RoundTripMs > 0 && from.WindowChunks > 0 && from.HeardAgoSeconds >= 0);
        Assert.Contains(new TableSize("cjp2p.downloads.sources-max", "sources", 2, 64, 0), state.Tables);

        var file = State<DownloadFileState>($"/downloads/{source.Id}/file-1");
        Assert.Equal((true, false, 6, Target), (file.IsOpen, file.IsFinished, file.Spans, file.TargetPath));
        Assert.Equal(state.SpansOnDisk, file.SpansWritten);
        var span = State<SpanFetchState>("/" + TreeBelow(Node).First(path => path.Contains("/span-", StringComparison.Ordinal)));
        Assert.Equal(source.Id, span.Id);
        Assert.Equal(64, span.Chunks.Length);
        Assert.Equal((long)span.Span * SpanGeometry.SpanBytes, span.OffsetBytes);
        Assert.Equal(span.Outstanding, span.Chunks.Count(chunk => chunk == '?'));

        var manager = State<DownloadManagerState>("/downloads");
        Assert.Equal(source.Id, Assert.Single(manager.Running));
        Assert.Equal((1, false), (manager.Started, manager.IsStopping));
        Assert.Equal(new TableSize("cjp2p.downloads.running-max", "downloads", 1, 1000, 0), Assert.Single(manager.Tables));
    }

    [Fact]
    public void Store_indexer_and_server_say_what_is_shared_and_asked_for()
    {
        Disk.Put("/shared/a", _content);
        Disk.Put("/shared/b", [1]);
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.content.shared = [\"/shared\"]");
        AdvanceSeconds(1);
        var folder = Assert.Single(State<ContentStoreState>("/store").Folders);
        Assert.Equal(("/shared", 2, _content.Length + 1, 0, true, true), (folder.Path, folder.Files, folder.Bytes, folder.ToHash, folder.WasScanned, folder.IsWatched));
        var indexer = State<FolderIndexerState>("/" + TreeBelow(Node).Single(path => path.StartsWith("store/", StringComparison.Ordinal)));
        Assert.Equal(("/shared", "Idle", 2, null), (indexer.Folder, indexer.Phase, indexer.Known, indexer.Hashing));
        Send(Friend, $"[{{\"PleaseSendContent\":{{\"id\":\"{ScriptedSource.IdOf(_content)}\",\"offset\":0,\"length\":4096}}}}]");
        var server = State<ContentServerState>("/server");
        Assert.Equal((1L, 1L, 32L), (server.Requests, server.Served, server.ServedBytes));
        Assert.Contains(new TableSize("cjp2p.content.open-files-max", "files", 1, 64, 0), server.Tables);
    }

    [Fact]
    public void Storage_says_what_waits_and_what_is_written()
    {
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.content.data = \"/data\"\ncjp2p.storage.write-after = 10s");
        Node.Tell(new NodeProtocol.BanPeer(Friend, TimeSpan.FromSeconds(60), "test"), User.Ref);
        Settle();
        var state = State<StorageState>("/storage");
        Assert.Equal(("/data", 1, 0L, ""), (state.Folder, state.Waiting, state.Written, state.Trouble));
        AdvanceSeconds(11);
        state = State<StorageState>("/storage");
        Assert.Equal((0, 1L, "1 changes written, 0 wait"), (state.Waiting, state.Written, state.Summary));
        Assert.Equal(new TableSize("cjp2p.storage.waiting-max", "changes", 0, 100_000, 0), Assert.Single(state.Tables));
    }

    private ScriptedSource Busy()
    {
        Disk.Put("/shared/a", [1]);
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.content { shared = [\"/shared\"], data = \"/data\" }");
        Hear(Friend);
        var source = Source(1, _content);
        Fetch(source.Id, [source]);
        return source;
    }

    private string[] Paths(InspectionProtocol.GetTree query) =>
        [.. Ask<ActorTree>(query).Actors.Select(actor => actor.Facts.Path)];

    private T State<T>(string path) where T : ActorState =>
        Assert.IsType<T>(Ask<ActorDetails>(new InspectionProtocol.GetActor(path)).State);

    private T Ask<T>(object question)
    {
        var probe = CreateTestProbe();
        Node.Tell(question, probe.Ref);
        Settle();
        return Only<T>(probe);
    }

    // A peer proves itself.
    private void Hear(PeerAddress peer)
    {
        Network.Send(peer, Us, new PleaseSendPeers(), new AlwaysReturned(Datagram.CookieOf(Shared, peer)));
        AdvanceSeconds(0.02);
    }

    private void Send(PeerAddress from, string datagram)
    {
        Network.Send(from, Us, System.Text.Encoding.UTF8.GetBytes(datagram));
        AdvanceSeconds(0.01);
    }
}
