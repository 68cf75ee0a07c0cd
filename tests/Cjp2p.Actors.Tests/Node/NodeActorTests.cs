using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Node;

public sealed class NodeActorTests : DownloadSpec
{
    private static readonly PeerAddress Friend = Datagram.At("127.0.0.7:24254");

    [Fact]
    public void Node_has_its_parts_and_nothing_else()
    {
        StartNode();
        Assert.Equal(["downloads", "peers", "server", "socket", "store"], TreeBelow(Node));
    }

    [Fact]
    public void Actor_tree_after_a_finished_download_is_what_it_was_before()
    {
        Disk.Put("/shared/a", [1]);
        StartNode("cjp2p { content { shared = [\"/shared\"], data = \"/data\" }\n peers { actor-after = 1, actor-idle = 2m } }");
        AdvanceSeconds(1);
        var before = TreeBelow(Node);
        Assert.Equal(["downloads", "peers", "server", "socket", "storage", "store", "store/index-%2Fshared"], before);

        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        source.Delay = TimeSpan.FromMilliseconds(100);
        Fetch(source.Id, [source]);
        AdvanceSeconds(0.4);
        // All that a download has is there meanwhile.
        string[] meanwhile =
        [
            $"downloads/{source.Id}", $"downloads/{source.Id}/file-", $"downloads/{source.Id}/span-",
            "peers/" + Uri.EscapeDataString(source.Address.ToString()),
        ];
        Assert.All(meanwhile, path => Assert.Contains(TreeBelow(Node), there => there.StartsWith(path, StringComparison.Ordinal)));
        UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);

        // The actor of the peer goes when nothing was heard of it for long enough.
        Assert.Equal([meanwhile[^1]], TreeBelow(Node).Except(before));
        source.IsSilent = true;
        AdvanceSeconds(121);
        Assert.Equal(before, TreeBelow(Node));
    }

    [Fact]
    public void Who_waits_for_the_start_is_told_where_it_listens_before_and_after()
    {
        var early = CreateTestProbe();
        var node = Top(NodeActor.Props(Settings("cjp2p.listen = [\"127.0.0.1:0\", \"[::1]:7\"]"), Environment()), "node");
        node.Tell(NodeProtocol.WhenStarted.Instance, early.Ref);
        Settle();
        var started = Only<NodeProtocol.Started>(early);
        Assert.Equal(2, started.Addresses.Length);
        Assert.NotEqual(0, started.Addresses[0].Port);
        Assert.Equal(Peer("[::1]:7"), started.Addresses[1]);
        var late = CreateTestProbe();
        node.Tell(NodeProtocol.WhenStarted.Instance, late.Ref);
        Settle();
        Assert.Equal<PeerAddress>(started.Addresses, Only<NodeProtocol.Started>(late).Addresses);
        Assert.Contains(LogLines, line => line == $"Listening on {started.Addresses[0]}");
    }

    [Fact]
    public void Node_that_cannot_listen_says_why_and_opens_nothing()
    {
        Network.Bind(Peer("127.0.0.1:8"));
        var node = Top(NodeActor.Props(Settings("cjp2p.listen = [\"127.0.0.1:7\", \"127.0.0.1:8\"]"), Environment()), "node");
        var probe = CreateTestProbe();
        node.Tell(NodeProtocol.WhenStarted.Instance, probe.Ref);
        Settle();
        Assert.Equal("127.0.0.1:8 is in use", Only<NodeProtocol.NotStarted>(probe).Reason);
        Assert.Equal([Peer("127.0.0.1:8")], Network.Open.Select(transport => transport.LocalAddress));
    }

    [Fact]
    public void Start_asks_the_bootstrap_list_at_once()
    {
        StartNode($"cjp2p.peers.bootstrap = [\"{Friend}\"]");
        Assert.Single(Network.SentTo(Friend));
    }

    [Fact]
    public void Nothing_is_sent_when_nobody_was_named()
    {
        StartNode();
        AdvanceSeconds(3600);
        Assert.Empty(Network.Sent);
    }

    [Fact]
    public void Node_that_listens_on_loopback_sends_nothing_beyond()
    {
        StartNode("cjp2p.peers.bootstrap = [\"8.8.8.8:24254\", \"[2a01::1]:24254\"]");
        Node.Tell(new PeerRegistryProtocol.AddPeers([Peer("9.9.9.9:24254")]));
        Node.Tell(new DownloadProtocol.StartDownload(ScriptedSource.IdOf([1]), Target, [Peer("7.7.7.7:7")]), User.Ref);
        AdvanceSeconds(600);
        Assert.Empty(Network.Sent);
    }

    [Fact]
    public void Commands_for_the_parts_may_be_told_to_the_node()
    {
        Disk.Put("/shared/a", [1, 2, 3]);
        StartNode();
        Node.Tell(new ContentStoreProtocol.Share("/shared"), User.Ref);
        Settle();
        Assert.Equal("/shared/a", Assert.Single(Only<ContentStoreProtocol.Indexed>(User).Files).File.Path);
        Node.Tell(new PeerRegistryProtocol.AddPeers([Friend]), User.Ref);
        Settle();
        Assert.Single(Network.SentTo(Friend));
        Node.Tell(PeerRegistryProtocol.GetStatus.Instance, User.Ref);
        Settle();
        Assert.Equal(0, Only<PeerRegistryProtocol.RegistryStatus>(User).Verified);
    }

    [Fact]
    public void Status_is_of_all_parts()
    {
        Disk.Put("/shared/a", [1, 2, 3]);
        StartNode("cjp2p { name = \"berta\", content.shared = [\"/shared\"] }");
        AdvanceSeconds(90);
        Node.Tell(NodeProtocol.GetStatus.Instance, User.Ref);
        Settle();
        var status = Only<NodeProtocol.NodeStatus>(User);
        Assert.Equal(("berta", TimeSpan.FromSeconds(90), 4), (status.Name, status.Uptime, status.Answered));
        Assert.True(Assert.Single(status.Socket!.Endpoints).IsOpen);
        Assert.Equal((1, 3L), (status.Store!.Files, status.Store.Bytes));
        Assert.Empty(status.Downloads!.Running);
        Assert.Equal(0, status.Peers!.Verified);
        Assert.Equal(["downloads", "index-", "peers", "server", "socket", "store"], TreeBelow(Node).Select(name => name.Split('/')[^1].Replace("%2Fshared", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Status_is_given_without_the_parts_that_do_not_answer()
    {
        StartNode();
        Time.Turns.IsDiskStuck = true;
        Node.Tell(NodeProtocol.GetStatus.Instance, User.Ref);
        AdvanceSeconds(1.9);
        Nothing(User);
        AdvanceSeconds(0.2);
        var status = Only<NodeProtocol.NodeStatus>(User);
        Assert.Equal(3, status.Answered);
        Assert.Null(status.Store);
        Assert.NotNull(status.Socket);
        Time.Turns.IsDiskStuck = false;
        Settle();
        Assert.Equal(5, TreeBelow(Node).Count);
    }

    [Fact]
    public void Stopped_is_told_when_the_ports_are_free()
    {
        StartNode();
        var open = -1;
        User.SetAutoPilot(new DelegateAutoPilot((_, _) =>
        {
            open = Network.Open.Count();
            return AutoPilot.NoAutoPilot;
        }));
        Node.Tell(NodeProtocol.Stop.Instance, User.Ref);
        UntilSeconds(1, () => User.HasMessages);
        Only<NodeProtocol.Stopped>(User);
        Assert.Equal(0, open);
        Assert.True(Network.Opened.Single().IsDisposed);
        Assert.Equal(0, Disk.Watchers);
    }

    [Fact]
    public void Everybody_who_asked_for_the_stop_is_told()
    {
        StartNode();
        var other = CreateTestProbe();
        Node.Tell(NodeProtocol.Stop.Instance, User.Ref);
        Node.Tell(NodeProtocol.Stop.Instance, other.Ref);
        UntilSeconds(1, () => User.HasMessages && other.HasMessages);
        Only<NodeProtocol.Stopped>(User);
        Only<NodeProtocol.Stopped>(other);
    }

    [Fact]
    public void Stop_ends_within_its_bound_even_when_the_disk_hangs()
    {
        var source = Source(1, ScriptedSource.ContentOf(600_000));
        source.Delay = TimeSpan.FromMilliseconds(300);
        StartNode("cjp2p.shutdown-timeout = 8s");
        Fetch(source.Id, [source]);
        AdvanceSeconds(0.7);
        All(User);
        Time.Turns.IsDiskStuck = true;
        var stopper = CreateTestProbe();
        Node.Tell(NodeProtocol.Stop.Instance, stopper.Ref);
        AdvanceSeconds(7.9);
        Nothing(stopper);
        AdvanceSeconds(0.2);
        Assert.Contains(Warnings, line => line.Contains("could be saved", StringComparison.Ordinal));
        Nothing(stopper);
        // What hangs in the disk cannot be ended, but nobody waits for it, and the sockets are closed.
        ExpectErrors("do not stop (a disk that does not answer?)");
        AdvanceSeconds(0.9);
        Only<NodeProtocol.Stopped>(stopper);
        Assert.Empty(Network.Open);
        Time.Turns.IsDiskStuck = false;
        Settle();
    }

    [Fact]
    public void Stop_with_nothing_to_save_ends_within_its_bound_when_the_disk_hangs()
    {
        Disk.Put("/shared/a", new byte[300_000]);
        StartNode("cjp2p.content.shared = [\"/shared\"]");
        AdvanceSeconds(0.5);
        Time.Turns.IsDiskStuck = true;
        var stopper = CreateTestProbe();
        Node.Tell(NodeProtocol.Stop.Instance, stopper.Ref);
        AdvanceSeconds(7.9);
        Nothing(stopper);
        ExpectErrors("store do not stop");
        AdvanceSeconds(0.2);
        Only<NodeProtocol.Stopped>(stopper);
        Time.Turns.IsDiskStuck = false;
        Settle();
    }

    [Fact]
    public void Download_that_is_asked_for_while_the_node_stops_is_refused()
    {
        var source = Source(1, ScriptedSource.ContentOf(600_000));
        StartNode();
        Fetch(source.Id, [source]);
        AdvanceSeconds(0.02);
        Time.Turns.IsDiskStuck = true;
        Node.Tell(NodeProtocol.Stop.Instance, CreateTestProbe().Ref);
        Settle();
        All(User);
        ChildOf(Node, "downloads").Tell(new DownloadProtocol.StartDownload(ScriptedSource.IdOf([1]), "/x", []), User.Ref);
        Settle();
        Assert.Contains("stopping", Only<DownloadProtocol.Failed>(User).Reason, StringComparison.Ordinal);
        Time.Turns.IsDiskStuck = false;
    }

    [Fact]
    public void Who_waits_for_the_start_of_a_node_that_ends_is_told()
    {
        StartNode();
        Node.Tell(NodeProtocol.Stop.Instance, CreateTestProbe().Ref);
        Node.Tell(NodeProtocol.WhenStarted.Instance, User.Ref);
        UntilSeconds(1, () => User.HasMessages);
        Assert.Contains("stopping", Only<NodeProtocol.NotStarted>(User).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_nodes_live_in_one_system()
    {
        var content = ScriptedSource.ContentOf(300_000);
        Disk.Put("/shared/a", content);
        StartNode("cjp2p { listen = [\"127.0.0.1:7001\"], content.shared = [\"/shared\"] }", "server");
        var disk = new MemoryDisk();
        for (var i = 1; i <= 3; i++)
        {
            var node = Top(NodeActor.Props(Settings($"cjp2p.listen = [\"127.0.0.1:{7001 + i}\"]"), Environment(i, disk)), "node" + i);
            node.Tell(new DownloadProtocol.StartDownload(ScriptedSource.IdOf(content), "/got/" + i, [Peer("127.0.0.1:7001")]), User.Ref);
        }

        UntilSeconds(10, () => disk.Exists("/got/1") && disk.Exists("/got/2") && disk.Exists("/got/3"));
        for (var i = 1; i <= 3; i++)
            Assert.Equal(content, disk.Content("/got/" + i));
    }

    // A leak for each node started and stopped was met elsewhere.
    [Fact]
    public void Nodes_that_come_and_go_leave_nothing_behind()
    {
        Disk.Put("/shared/a", [1]);
        for (var i = 0; i < 20; i++)
        {
            StartNode("cjp2p.content.shared = [\"/shared\"]", "node" + i);
            Node.Tell(NodeProtocol.Stop.Instance, User.Ref);
            UntilSeconds(1, () => User.HasMessages);
            Only<NodeProtocol.Stopped>(User);
        }

        User.Watch(Node);
        UntilTerminated(User);
        Assert.Empty(Network.Open);
        Assert.Equal((0, 0), (Disk.Watchers, Disk.OpenHandles));
        // No timer is left, once the dispatchers have found that nobody uses them.
        AdvanceSeconds(2);
        Assert.Null(Time.NextDue());
    }

    [Fact]
    public void Start_makes_no_dead_letters()
    {
        Disk.Put("/shared/a", [1]);
        StartNode("cjp2p.content.shared = [\"/shared\"]");
        AdvanceSeconds(10);
        Assert.Empty(DeadLetters);
    }
}
