using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Node;

/// <summary>Our node with our node.</summary>
public sealed class TwoNodesTests : DownloadSpec
{
    private static readonly PeerAddress Server = Datagram.At("127.0.0.2:24254");
    private static readonly PeerAddress Third = Datagram.At("127.0.0.3:24254");

    private readonly byte[] _content = ScriptedSource.ContentOf(9 * SpanGeometry.SpanBytes + 333);

    [Fact]
    public void Strangers_become_acquainted_in_two_round_trips_and_the_content_comes()
    {
        Serve(Server);
        StartNode();
        Network.Clear();
        Fetch(ScriptedSource.IdOf(_content), [], Server);
        UntilTold<DownloadProtocol.Finished>(5);
        AssertGot(_content);
        // A teaser with cookies, once; nothing else is small.
        var contents = Network.SentTo(Us).SelectMany(sent => sent.Messages).OfType<Actors.Protocol.Content>().ToArray();
        Assert.InRange(contents.Count(content => content.Bytes.Length == 32), 1, 2);
        Assert.InRange(contents.Sum(content => content.Bytes.Length), _content.Length, _content.Length + 4096);
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(20, 5)]
    public void Lossy_network_costs_time_and_nothing_else(int lossPercent, int doubledPercent)
    {
        var random = new Random(lossPercent);
        Network.Copies = _ => random.Next(100) < lossPercent ? 0 : random.Next(100) < doubledPercent ? 2 : 1;
        Network.Delay = _ => TimeSpan.FromMilliseconds(random.Next(15));
        Serve(Server);
        StartNode();
        Fetch(ScriptedSource.IdOf(_content), [], Server);
        UntilTold<DownloadProtocol.Finished>(300);
        AssertGot(_content);
    }

    [Fact]
    public void Content_of_a_third_node_is_found_through_one_that_only_knows_who_asked()
    {
        var holder = Serve(Third);
        var guide = Top(NodeActor.Props(Settings($"cjp2p.listen = [\"{Server}\"]"), Environment(5, new MemoryDisk())), "guide");
        Settle();
        // The holder once looked for it there itself.
        Network.Send(Third, Server, new PleaseSendPeers());
        holder.Tell(new DownloadProtocol.StartDownload(ScriptedSource.IdOf(_content), "/elsewhere", [Server]), CreateTestProbe().Ref);
        AdvanceSeconds(5);
        StartNode();
        Fetch(ScriptedSource.IdOf(_content), [], Server);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
        guide.Tell(NodeProtocol.Stop.Instance, CreateTestProbe().Ref);
        Settle();
    }

    [Fact]
    public void Server_that_restarts_with_another_secret_is_met_anew()
    {
        var server = Serve(Server, 1);
        StartNode("cjp2p.downloads.window-max = 32");
        Fetch(ScriptedSource.IdOf(_content), [], Server);
        AdvanceSeconds(0.15);
        var probe = CreateTestProbe();
        server.Tell(NodeProtocol.Stop.Instance, probe.Ref);
        UntilSeconds(5, () => probe.HasMessages);
        AdvanceSeconds(1);
        Serve(Server, 2, "again");
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
    }

    [Fact]
    public void Cookies_that_rotate_during_a_download_do_not_stop_it()
    {
        Serve(Server, 1, "server", "cookies.rotate = 1s");
        StartNode("cjp2p { cookies.rotate = 1s, downloads { window-initial = 2, window-max = 2 } }");
        Fetch(ScriptedSource.IdOf(_content), [], Server);
        UntilTold<DownloadProtocol.Finished>(120);
        AssertGot(_content);
        Assert.InRange(Now.TotalSeconds, 3, 60);
    }

    [Fact]
    public void IPv6_works_as_well()
    {
        var server = Datagram.At("[::1]:9000");
        Serve(server);
        StartNode("cjp2p.listen = [\"127.0.0.1:24254\", \"[::1]:24254\"]");
        Fetch(ScriptedSource.IdOf(_content), [], server);
        UntilTold<DownloadProtocol.Finished>(10);
        AssertGot(_content);
    }

    private IActorRef Serve(PeerAddress address, int seed = 1, string name = "server", string hocon = "")
    {
        var disk = new MemoryDisk();
        disk.Put("/shared/a", _content);
        var server = Top(
            NodeActor.Props(Settings($"cjp2p {{ listen = [\"{address}\"], content.shared = [\"/shared\"], {hocon} }}"), Environment(seed, disk)),
            name);
        AdvanceSeconds(1);
        return server;
    }

    private void Fetch(ContentId id, ScriptedSource[] none, PeerAddress from)
    {
        Assert.Empty(none);
        Node.Tell(new DownloadProtocol.StartDownload(id, Target, [from]), User.Ref);
    }
}
