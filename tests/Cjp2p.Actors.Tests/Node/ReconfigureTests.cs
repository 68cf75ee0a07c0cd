using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration.Hocon;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Node;

/// <summary>A running node takes over what it can of new settings, and nothing else.</summary>
public sealed class ReconfigureTests : NodeSpec
{
    private static readonly string[] LiveValues =
    [
        "limits.upload = 1MiB", "limits.download = 2MiB", "limits.peer-upload = 3MiB", "limits.quiet-hours = \"22:00-06:00\"",
        "limits.quiet-upload = 4MiB", "limits.quiet-download = 5MiB", "ingress.source-per-second = 7", "ingress.source-burst = 8",
        "ingress.strangers-per-second = 9", "ingress.strangers-burst = 10", "peers.bootstrap = [\"10.0.0.2:1\"]",
        "peers.blocked = [\"10.0.0.0/8\"]", "content.shared = [\"/b\"]", "downloads.quota = 1GiB", "downloads.free-floor = 1MiB",
        "downloads.running-max = 3", "downloads.ban-for = 1h", "hooks.added = [\"/bin/true\"]", "hooks.complete = [\"/bin/true\"]",
        "hooks.running-max = 5", "hooks.waiting-max = 6", "hooks.timeout = 7s",
    ];

    [Fact]
    public void Every_setting_that_is_said_to_be_taken_over_is()
    {
        var read = Settings("cjp2p {\n" + string.Join('\n', LiveValues) + "\n}");
        var merged = LiveSettings.Merge(NodeSettings.Default, read);
        Assert.Equal(read.Limits, merged.Limits);
        Assert.Equal(read.Ingress, merged.Ingress);
        Assert.Equal(read.Hooks, merged.Hooks);
        Assert.Equal(read.Downloads, merged.Downloads);
        Assert.Equal(read.Peers, merged.Peers);
        Assert.Equal(read.Content, merged.Content);
        Assert.All(LiveValues, value => Assert.True(LiveSettings.Contain("cjp2p." + value.Split(' ')[0])));
        Assert.Equal(
            LiveValues.Select(value => "cjp2p." + value.Split(' ')[0]).Append("cjp2p.log.level").Order(StringComparer.Ordinal),
            Keys(NodeSettings.Reference.GetConfig("cjp2p").Root, "cjp2p").Where(LiveSettings.Contain).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_else_is_taken_over()
    {
        var read = Settings("cjp2p { peers.peers-max = 5, ingress.sources-max = 6, listen = [\"127.0.0.1:9\"], content.rescan = 1s }");
        var merged = LiveSettings.Merge(NodeSettings.Default, read);
        Assert.Equal(NodeSettings.Default with { Content = merged.Content, Peers = merged.Peers, Ingress = merged.Ingress, Downloads = merged.Downloads }, merged);
        Assert.Equal(NodeSettings.Default.Content.Rescan, merged.Content.Rescan);
        Assert.Equal(NodeSettings.Default.Peers.PeersMax, merged.Peers.PeersMax);
        Assert.Equal(NodeSettings.Default.Ingress, merged.Ingress);
    }

    [Fact]
    public void Folder_that_is_not_shared_any_more_is_not_served_and_is_known_when_it_is_shared_again()
    {
        Disk.Put("/a/one", [1, 2, 3]);
        Disk.Put("/b/two", [4, 5]);
        var node = Start("content.shared = [\"/a\"]");
        AdvanceSeconds(5);
        var one = Assert.Single(Files(node));
        Reconfigure(node, "content.shared = [\"/b\"]");
        AdvanceSeconds(5);
        Assert.Equal("/b/two", Assert.Single(Files(node)).File.Path);
        Assert.False(Services(node).Catalog.TryFind(one.Id, out _));
        var opened = Opened();
        Reconfigure(node, "content.shared = [\"/b\", \"/a\"]");
        AdvanceSeconds(5);
        Assert.Equal(["/a/one", "/b/two"], Files(node).Select(file => file.File.Path));
        Assert.True(Services(node).Catalog.TryFind(one.Id, out _));
        Assert.Equal(opened, Opened());
    }

    [Fact]
    public void Rates_blocked_addresses_and_the_bootstrap_list_count_at_once()
    {
        var node = Start("");
        var before = Services(node).Settings;
        Reconfigure(node, "limits.upload = 1MiB, ingress.source-burst = 5, peers.blocked = [\"192.0.2.0/24\"], peers.bootstrap = [\"127.0.0.9:9\"]");
        AdvanceSeconds(1);
        var services = Services(node);
        Assert.Equal(1 << 20, services.Rates.Settings.Upload);
        Assert.Equal(5, services.Ingress.SourceBurst);
        Assert.True(services.Bans.Holds(Datagram.At("192.0.2.200:1")));
        Assert.NotEmpty(Network.SentTo(Datagram.At("127.0.0.9:9")));
        Assert.Equal(before.Listen, services.Settings.Listen);
        Reconfigure(node, "");
        Assert.True(Services(node).Bans.IsEmpty);
        Assert.Equal(0, Services(node).Rates.Settings.Upload);
    }

    private IActorRef Start(string hocon)
    {
        var node = Top(NodeActor.Props(Settings("cjp2p { " + hocon + " }"), Environment() with { Made = made => _made = made }), "node");
        AdvanceSeconds(1);
        return node;
    }

    private NodeServices? _made;

    private NodeServices Services(IActorRef node) => _made ?? throw new InvalidOperationException($"{node} has not been made");

    private void Reconfigure(IActorRef node, string hocon)
    {
        var probe = CreateTestProbe();
        node.Tell(new NodeProtocol.Reconfigure(Settings("cjp2p { " + hocon + " }"), [], []), probe.Ref);
        Settle();
        Only<NodeProtocol.Reconfigured>(probe);
    }

    private ImmutableArray<SharedFile> Files(IActorRef node)
    {
        var probe = CreateTestProbe();
        node.Tell(new ContentStoreProtocol.GetFiles(0, 100), probe.Ref);
        Settle();
        return Only<ContentStoreProtocol.SharedFiles>(probe).Files;
    }

    private int Opened() => Disk.Count(DiskOperation.OpenRead, "/a/one");

    private static IEnumerable<string> Keys(HoconValue value, string path) => value.IsObject()
        ? value.GetObject().Items.SelectMany(item => Keys(item.Value, path + "." + item.Key))
        : [path];
}
