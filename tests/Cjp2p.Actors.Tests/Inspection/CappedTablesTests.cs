using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Inspection;

/// <summary>The tables that a node never exceeds: how full, and how many found no room.</summary>
public sealed class CappedTablesTests : DownloadSpec
{
    private static readonly PeerAddress[] Others = [.. Enumerable.Range(1, 9).Select(i => PeerAddress.FromIPv4(0x7F000100u + (uint)i, 1))];

    [Fact]
    public void Of_a_table_that_each_owner_has_for_itself_the_fullest_is_shown_with_the_evictions_of_all()
    {
        var tables = new CappedTables();
        tables.Publish("b", () => [new TableSize("sources", "addresses", 3, 4, 1)]);
        tables.Publish("a", () => [new TableSize("sources", "addresses", 2, 4, 5), new TableSize("other", "things", 0, 1)]);
        Assert.Equal([new TableSize("other", "things", 0, 1), new TableSize("sources", "addresses", 3, 4, 6)], tables.All().AsEnumerable());
        tables.Publish("b", () => [new TableSize("sources", "addresses", 0, 4, 0)]);
        tables.Retract("a");
        Assert.Equal([new TableSize("sources", "addresses", 0, 4, 0)], tables.All().AsEnumerable());
        tables.Retract("nobody");
    }

    [Fact]
    public void What_the_shared_tables_have_no_room_for_is_counted()
    {
        var node = Services(
            """
            cjp2p.cookies.kept-max = 2
            cjp2p.content { remembered-contents-max = 2, remembered-sources-max = 2 }
            cjp2p.inspection { bans-max = 1, taps-max = 1 }
            """);
        foreach (var peer in Others)
        {
            node.Jar.Set(peer, "1"u8);
            node.Sources.Add(ContentId.FromSha256(default), peer);
            node.Bans.Add(new Ban(peer, TimeSpan.FromSeconds(1), "test"));
        }

        node.Inspection.OpenTap(new TapFilter());
        Assert.Throws<InvalidOperationException>(() => node.Inspection.OpenTap(new TapFilter()));
        for (var i = 0; i < node.ServerBacklog.Most + 3; i++)
            node.ServerBacklog.TryEnter();
        var tables = node.Caps.All().ToLookup(table => table.Key);
        Assert.Equal((7, 7, 8, 1, 3), (
            tables["cjp2p.cookies.kept-max"].Single().Evictions,
            tables["cjp2p.content.remembered-sources-max"].Single().Evictions,
            tables["cjp2p.inspection.bans-max"].Single().Evictions,
            tables["cjp2p.inspection.taps-max"].Single().Evictions,
            tables["server backlog"].Single().Evictions));
        Assert.Equal(2, tables["cjp2p.content.remembered-sources-max"].Single().Size);
        Assert.Equal(["actors", "actors that failed"], tables["cjp2p.inspection.gone-max"].Select(table => table.Unit));
    }

    [Fact]
    public void Hearsay_that_finds_no_room_is_counted_up_to_what_one_message_may_bring()
    {
        var table = new PeerTable(Settings("cjp2p.peers { hearsay-max = 4, hearsay-per-message-max = 6 }").Peers);
        var all = new AddressPolicy(true, true, []);
        Assert.Equal(4, table.AddHearsay(Others, all));
        Assert.Equal(2, table.HearsayRefused);
        Assert.Equal(0, table.AddHearsay(Others, all));
        Assert.Equal(8, table.HearsayRefused);
    }

    [Fact]
    public void Tables_of_a_download_are_there_as_long_as_it_is()
    {
        StartNode("cjp2p.downloads.running-max = 1");
        var source = Source(1, ScriptedSource.ContentOf(10));
        source.Delay = TimeSpan.FromSeconds(1);
        Fetch(source.Id, [source]);
        AdvanceSeconds(0.1);
        Assert.Equal(1, Table("cjp2p.downloads.sources-max")!.Size);
        Node.Tell(new DownloadProtocol.StartDownload(ContentId.FromSha256(default), "/other", []), CreateTestProbe().Ref);
        AdvanceSeconds(0.1);
        Assert.Equal(new TableSize("cjp2p.downloads.running-max", "downloads", 1, 1, 1), Table("cjp2p.downloads.running-max"));
        UntilTold<DownloadProtocol.Finished>(30);
        Settle();
        Assert.Null(Table("cjp2p.downloads.sources-max"));
        Assert.NotNull(Table("cjp2p.peers.peers-max"));
        Assert.NotNull(Table("cjp2p.ingress.sources-max"));

        TableSize? Table(string key) => Shared.Caps.All().FirstOrDefault(table => table.Key == key);
    }
}
