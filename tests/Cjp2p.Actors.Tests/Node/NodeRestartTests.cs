using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Node;

/// <summary>A node that starts again with the same data folder knows what it knew.</summary>
public sealed class NodeRestartTests : DownloadSpec
{
    private const string Data = "cjp2p.content.data = \"/data\"";

    [Fact]
    public void Running_download_goes_on_by_itself_from_where_it_was()
    {
        var content = ScriptedSource.ContentOf(20 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        source.Delay = TimeSpan.FromMilliseconds(100);
        StartNode(Data + "\ncjp2p.downloads.window-max = 64");
        Fetch(source.Id, [source]);
        UntilSeconds(60, () => Progress().DoneBytes > 5 * SpanGeometry.SpanBytes);
        StopNode();
        AdvanceSeconds(1);
        source.Requests.Clear();
        StartNode(Data, "again");
        UntilSeconds(60, () => Disk.Exists(Target));
        AssertGot(content);
        Assert.InRange(source.Requests.Sum(request => request.Length), 1, content.Length - 4 * SpanGeometry.SpanBytes);
        AdvanceSeconds(2);
        StopNode();
        StartNode(Data, "once-more");
        AdvanceSeconds(2);
        Assert.Empty(TreeBelow(Downloads));
    }

    [Fact]
    public void Download_that_the_user_stopped_does_not_go_on()
    {
        var source = Source(1, ScriptedSource.ContentOf(20 * SpanGeometry.SpanBytes));
        source.Delay = TimeSpan.FromMilliseconds(300);
        StartNode(Data);
        Fetch(source.Id, [source]);
        AdvanceSeconds(2);
        Node.Tell(new DownloadProtocol.StopDownload(source.Id));
        AdvanceSeconds(2);
        StopNode();
        StartNode(Data, "again");
        AdvanceSeconds(5);
        Assert.Empty(TreeBelow(Downloads));
    }

    [Fact]
    public void Peers_that_answered_are_asked_again_and_count_when_they_answer()
    {
        var source = Source(1, [1]);
        source.Cookie = "abc";
        StartNode(Data + "\ncjp2p.peers.bootstrap = [\"" + source.Address + "\"]");
        AdvanceSeconds(70);
        Assert.Equal(1, Registry().Verified);
        StopNode();
        source.IsSilent = true;
        Network.Clear();
        StartNode(Data, "again");
        AdvanceSeconds(5);
        Assert.NotEmpty(Network.SentTo(source.Address));
        Assert.Equal(0, Registry().Verified);
        source.IsSilent = false;
        AdvanceSeconds(100);
        Assert.Equal(1, Registry().Verified);
    }

    [Fact]
    public void Cookies_given_before_the_restart_are_still_worth_something()
    {
        StartNode(Data);
        var peer = Peer("127.0.0.9:9");
        var before = Datagram.CookieOf(Shared, peer);
        StopNode();
        AdvanceSeconds(30);
        StartNode(Data, "again");
        Network.Send(peer, Us, new AlwaysReturned(before), new PleaseSendPeers());
        AdvanceSeconds(0.1);
        Assert.Equal(1, Shared.Counters[Actors.Transport.WireCount.Verified]);
    }

    [Fact]
    public void Settings_changed_while_the_node_ran_hold_across_a_restart_until_the_configuration_is_read_again()
    {
        StartNode(Data);
        Node.Tell(new NodeProtocol.ChangeSettings([("cjp2p.limits.upload", "7000"), ("cjp2p.ingress.source-burst", "5")]), User.Ref);
        Settle();
        Only<NodeProtocol.Reconfigured>(User);
        Node.Tell(new NodeProtocol.ChangeSettings([("cjp2p.limits.upload", "8000"), ("cjp2p.ingress.source-burst", "0")]), User.Ref);
        Settle();
        Assert.Contains("cjp2p.ingress.source-burst", Only<NodeProtocol.NotReconfigured>(User).Reason, StringComparison.Ordinal);
        StopNode();
        StartNode(Data, "again");
        AdvanceSeconds(1);
        Assert.Equal((7000, 5), (Shared.Rates.Settings.Upload, Shared.Ingress.SourceBurst));
        Node.Tell(new NodeProtocol.Reconfigure(Settings("cjp2p.limits.upload = 9000"), [], []), User.Ref);
        Settle();
        Only<NodeProtocol.Reconfigured>(User);
        Assert.Equal(9000, Shared.Rates.Settings.Upload);
        StopNode();
        StartNode(Data, "once-more");
        AdvanceSeconds(1);
        Assert.Equal(NodeSettings.Default.Limits.Upload, Shared.Rates.Settings.Upload);
    }

    [Fact]
    public void Bans_hold_across_a_restart_until_they_end()
    {
        var content = ScriptedSource.ContentOf(100_000);
        var source = Source(1, content);
        using (var state = States.Open("/data", [.. new byte[16]], DateTimeOffset.UnixEpoch))
            state.Write([new StateChange.Banned(new StoredBan(source.Address, ((IScheduler)Time).Now.AddHours(1), "lied"))]);
        StartNode(Data);
        Fetch(source.Id, [source]);
        AdvanceSeconds(60);
        Assert.Empty(source.Requests);
    }

    [Fact]
    public void Commands_told_while_the_state_is_being_loaded_are_carried_out()
    {
        var content = ScriptedSource.ContentOf(100_000);
        var source = Source(1, content);
        Node = Top(NodeActor.Props(Settings(Data), Environment()), "early");
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(10);
    }

    [Fact]
    public void Node_whose_folder_is_in_use_says_so_and_does_not_run()
    {
        States.Open("/data", [.. new byte[16]], DateTimeOffset.UnixEpoch);
        Node = Top(NodeActor.Props(Settings(Data), Environment()), "second");
        Node.Tell(NodeProtocol.WhenStarted.Instance, User.Ref);
        Settle();
        Assert.Contains("used by another node", Only<NodeProtocol.NotStarted>(User).Reason, StringComparison.Ordinal);
        Assert.Empty(Network.Opened);
    }

    [Fact]
    public void Node_whose_state_cannot_be_written_runs_all_the_same()
    {
        States.BeforeWrite = _ => throw new IOException("Read-only file system");
        var content = ScriptedSource.ContentOf(100_000);
        var source = Source(1, content);
        StartNode(Data);
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(10);
        AssertGot(content);
        AdvanceSeconds(10);
        Assert.Contains("Read-only", Assert.Single(Warnings), StringComparison.Ordinal);
    }

    private PeerRegistryProtocol.RegistryStatus Registry()
    {
        var probe = CreateTestProbe();
        Node.Tell(PeerRegistryProtocol.GetStatus.Instance, probe.Ref);
        Settle();
        return Only<PeerRegistryProtocol.RegistryStatus>(probe);
    }

    private void StopNode()
    {
        var stopper = CreateTestProbe();
        Node.Tell(NodeProtocol.Stop.Instance, stopper.Ref);
        UntilSeconds(8, () => stopper.HasMessages);
        Only<NodeProtocol.Stopped>(stopper);
        stopper.Watch(Node);
        UntilTerminated(stopper);
    }
}
