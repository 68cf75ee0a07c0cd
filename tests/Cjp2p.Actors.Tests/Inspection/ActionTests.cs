using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Inspection;

/// <summary>Bans, dropped downloads, files checked again, watched fields.</summary>
public sealed class ActionTests : DownloadSpec
{
    private static readonly PeerAddress Friend = Datagram.At("127.0.0.7:24254");

    [Fact]
    public void Banned_peer_is_forgotten_and_neither_heard_nor_sent_to_until_the_ban_ends()
    {
        StartNode($"cjp2p.peers.bootstrap = [\"{Friend}\"]");
        Hear(Friend);
        Assert.Equal(1, Registry().Verified);
        Assert.Equal(Friend, Tell<NodeProtocol.Banned>(new NodeProtocol.BanPeer(Friend, TimeSpan.FromMinutes(10), "spam")).Address);
        AdvanceSeconds(0.1);
        Assert.Equal((0, 0), (Registry().Verified, Registry().PeerActors));
        Assert.Empty(Shared.PeerSample);
        var dropped = Assert.Single(((PeerRegistryState)Tell<ActorDetails>(new InspectionProtocol.GetActor("/peers")).State!).Dropped);
        Assert.Equal((Friend, "banned: spam"), (dropped.Address, dropped.Why));
        Assert.InRange(dropped.AgoSeconds, 0, 0.2);
        Network.Clear();
        Hear(Friend);
        AdvanceSeconds(300);
        Assert.Empty(Network.SentTo(Friend));
        Assert.Equal(0, Registry().Verified);
        Assert.Equal(1, Shared.Bans.Dropped);
        Hear(Friend.WithPort(7));
        Assert.Equal(1, Registry().Verified);
        AdvanceSeconds(301);
        Assert.True(Shared.Bans.IsEmpty);
        Assert.Null(Shared.Inspection.Border);
        Hear(Friend);
        Assert.Contains(Friend, Shared.PeerSample.Concat(Registry().Peers.Select(peer => peer.Address)));
    }

    [Fact]
    public void Ban_of_an_IP_address_holds_for_every_port_and_can_be_ended()
    {
        StartNode();
        Tell<NodeProtocol.Banned>(new NodeProtocol.BanPeer(Friend.WithPort(0), TimeSpan.FromDays(30), ""));
        Hear(Friend);
        Hear(Friend.WithPort(7));
        Assert.Equal(0, Registry().Verified);
        Assert.True(Tell<NodeProtocol.Unbanned>(new NodeProtocol.UnbanPeer(Friend.WithPort(0))).Was);
        Assert.False(Tell<NodeProtocol.Unbanned>(new NodeProtocol.UnbanPeer(Friend.WithPort(0))).Was);
        Hear(Friend);
        Assert.Equal(1, Registry().Verified);
    }

    [Fact]
    public void Bans_have_a_cap_and_an_end()
    {
        StartNode("cjp2p.inspection.bans-max = 2");
        for (ushort port = 1; port <= 2; port++)
            Tell<NodeProtocol.Banned>(new NodeProtocol.BanPeer(Friend.WithPort(port), TimeSpan.FromSeconds(1), ""));
        Assert.Contains(
            "cjp2p.inspection.bans-max",
            Tell<NodeProtocol.BanRefused>(new NodeProtocol.BanPeer(Friend, TimeSpan.FromSeconds(1), "")).Reason,
            StringComparison.Ordinal);
        // One that is banned already may be banned for longer.
        Tell<NodeProtocol.Banned>(new NodeProtocol.BanPeer(Friend.WithPort(2), TimeSpan.FromSeconds(60), ""));
        AdvanceSeconds(2);
        Assert.Equal(Friend.WithPort(2), Assert.Single(Shared.Bans.All).Address);
        Tell<NodeProtocol.BanRefused>(new NodeProtocol.BanPeer(Friend, TimeSpan.Zero, ""));
        Tell<NodeProtocol.BanRefused>(new NodeProtocol.BanPeer(Friend, TimeSpan.FromDays(30.1), ""));
    }

    [Fact]
    public void Dropped_download_leaves_nothing_behind()
    {
        var source = Source(1, ScriptedSource.ContentOf(6 * SpanGeometry.SpanBytes));
        source.Delay = TimeSpan.FromMilliseconds(100);
        StartNode("cjp2p.downloads.window-max = 64");
        Fetch(source.Id, [source]);
        UntilSeconds(5, () => Progress().DoneBytes > 0);
        Assert.True(Tell<DownloadProtocol.Dropping>(new DownloadProtocol.DropDownload(source.Id)).IsRunning);
        Assert.Contains("dropped", UntilTold<DownloadProtocol.Failed>(1).Reason, StringComparison.Ordinal);
        AdvanceSeconds(1);
        Assert.Empty(TreeBelow(Downloads));
        Assert.DoesNotContain(Disk.Paths, path => path.StartsWith(Target, StringComparison.Ordinal));
        AssertNothingIsBorrowed();
        Assert.False(Tell<DownloadProtocol.Dropping>(new DownloadProtocol.DropDownload(source.Id)).IsRunning);
    }

    [Fact]
    public void Download_that_never_found_anybody_drops_what_an_earlier_run_left()
    {
        var source = Source(1, ScriptedSource.ContentOf(6 * SpanGeometry.SpanBytes));
        StartNode();
        Disk.Put(Target + DownloadFileActor.UnfinishedSuffix, [1, 2, 3]);
        Disk.Put(Target + DownloadFileActor.UnfinishedSuffix + DownloadFileActor.MapSuffix, [1]);
        Fetch(source.Id, []);
        AdvanceSeconds(1);
        Tell<DownloadProtocol.Dropping>(new DownloadProtocol.DropDownload(source.Id));
        AdvanceSeconds(1);
        Assert.DoesNotContain(Disk.Paths, path => path.StartsWith(Target, StringComparison.Ordinal));
        Assert.Empty(TreeBelow(Downloads));
    }

    [Fact]
    public void File_that_is_checked_again_is_found_changed_though_its_time_is_the_same()
    {
        Disk.Put("/shared/a", [1, 2, 3]);
        StartNode("cjp2p.content.shared = [\"/shared\"]");
        AdvanceSeconds(1);
        var before = ScriptedSource.IdOf([1, 2, 3]);
        Assert.True(Shared.Catalog.TryFind(before, out var file));
        Assert.Equal("/shared/a", Tell<ContentStoreProtocol.Rechecking>(new ContentStoreProtocol.Recheck(before)).Path);
        AdvanceSeconds(1);
        Assert.True(Shared.Catalog.TryFind(before, out var same));
        Assert.Equal(file, same);
        // A bit has rotted: length and time are what they were.
        Disk.Spoil("/shared/a", 1, secretly: true);
        AdvanceSeconds(300);
        Assert.True(Shared.Catalog.TryFind(before, out _));
        Tell<ContentStoreProtocol.Rechecking>(new ContentStoreProtocol.Recheck(before));
        AdvanceSeconds(1);
        Assert.False(Shared.Catalog.TryFind(before, out _));
        Assert.Null(Tell<ContentStoreProtocol.Rechecking>(new ContentStoreProtocol.Recheck(before)).Path);
    }

    [Fact]
    public void Changes_of_a_watched_field_are_told_in_order_until_the_actor_stops()
    {
        var source = Source(1, ScriptedSource.ContentOf(6 * SpanGeometry.SpanBytes));
        source.Delay = TimeSpan.FromMilliseconds(100);
        StartNode("cjp2p.downloads.window-max = 64");
        Fetch(source.Id, [source]);
        AdvanceSeconds(0.02);
        var watcher = CreateTestProbe();
        Node.Tell(new InspectionProtocol.Watch("/downloads/" + source.Id, "spansOnDisk", TimeSpan.FromMilliseconds(50)), watcher.Ref);
        UntilTold<DownloadProtocol.Finished>(30);
        AdvanceSeconds(1);
        var told = All(watcher);
        var changes = told.OfType<FieldChange>().ToArray();
        Assert.True(changes.Length > 2);
        Assert.Equal("0", changes[0].Value);
        Assert.Null(changes[0].Before);
        for (var i = 1; i < changes.Length; i++)
            Assert.Equal(changes[i - 1].Value, changes[i].Before);
        Assert.Equal(changes.OrderBy(change => int.Parse(change.Value, null)), changes);
        Assert.Contains("has stopped", Assert.IsType<InspectionProtocol.WatchEnded>(told[^1]).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(TreeBelow(Node), name => name.StartsWith('$'));
    }

    [Theory]
    [InlineData("/nobody", "summary", "there is no actor /nobody")]
    [InlineData("/peers", "nothing", "PeerRegistryState has no field nothing")]
    public void Field_that_is_not_there_cannot_be_watched(string path, string field, string reason)
    {
        StartNode();
        Assert.Equal(reason, Tell<InspectionProtocol.WatchEnded>(new InspectionProtocol.Watch(path, field, TimeSpan.Zero)).Reason);
        Assert.DoesNotContain(TreeBelow(Node), name => name.StartsWith('$'));
    }

    [Fact]
    public void Watch_ends_with_who_asked_and_there_are_so_many_at_the_most()
    {
        StartNode("cjp2p.inspection.taps-max = 1");
        var first = CreateTestProbe();
        Node.Tell(new InspectionProtocol.Watch("/peers", "verified", TimeSpan.Zero), first.Ref);
        Settle();
        Assert.Equal("0", Only<FieldChange>(first).Value);
        Assert.Contains("taps-max", Tell<InspectionProtocol.WatchEnded>(new InspectionProtocol.Watch("/peers", "verified", TimeSpan.Zero)).Reason, StringComparison.Ordinal);
        Hear(Friend);
        AdvanceSeconds(0.1);
        Assert.Equal(("0", "1"), (Only<FieldChange>(first) is var change ? change.Before : "", change.Value));
        User.Watch(first.Ref);
        Sys.Stop(first.Ref);
        UntilTerminated(User);
        AdvanceSeconds(1);
        Assert.Equal("1", Tell<FieldChange>(new InspectionProtocol.Watch("/peers", "verified", TimeSpan.Zero)).Value);
    }

    private T Tell<T>(object message)
    {
        var probe = CreateTestProbe();
        Node.Tell(message, probe.Ref);
        Settle();
        return Only<T>(probe);
    }

    private void Hear(PeerAddress peer)
    {
        Network.Send(peer, Us, new PleaseSendPeers(), new AlwaysReturned(Datagram.CookieOf(Shared, peer)));
        AdvanceSeconds(0.02);
    }

    private PeerRegistryProtocol.RegistryStatus Registry() =>
        Tell<PeerRegistryProtocol.RegistryStatus>(PeerRegistryProtocol.GetStatus.Instance);
}
