using System.Text.Json;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;
using Cjp2p.Host.Http;
using Microsoft.AspNetCore.Http;

namespace Cjp2p.Host.Tests.Http;

/// <summary>What the HTTP API says, and to whom.</summary>
public sealed class HttpApiTests
{
    private static readonly SocketProtocol.EndpointStatus Endpoint = new(
        PeerAddress.FromIPv4(0x7F000001, 24254), true, default, "", 1, 2, 3, 4, 5, 6, 7, 8, 9);

    private static readonly NodeProtocol.NodeStatus Status = new(
        "a",
        TimeSpan.FromSeconds(1.5),
        DateTimeOffset.UnixEpoch,
        4,
        new SocketProtocol.SocketStatus([Endpoint]),
        new PeerRegistryProtocol.RegistryStatus(
            1, 2, 3, 4, [new PeerRecord(PeerAddress.FromIPv4(0x7F000001, 1), default, default, default, 2, TimeSpan.FromMilliseconds(1.5))]),
        new ContentStoreProtocol.StoreStatus(1, 2, 3),
        new DownloadProtocol.Downloads(
            [new DownloadProtocol.Progress(ContentId.FromSha256(default), "/x", DownloadPhase.Searching, -1, 0, 0, 0, 1, "nobody")]));

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:24255", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9:1", true)]
    [InlineData("[::1]:24255", true)]
    [InlineData("", false)]
    [InlineData("example.com", false)]
    [InlineData("127.0.0.1.example.com", false)]
    [InlineData("localhost.example.com", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("[::]", false)]
    public void Only_loopback_names_are_answered(string host, bool isAnswered) =>
        Assert.Equal(isAnswered, HttpGuard.IsLoopbackHost(new HostString(host)));

    [Fact]
    public void A_status_is_the_documented_JSON() =>
        Assert.Equal(
            """
            {"name":"a","version":"0.1.0","takenAt":"1970-01-01T00:00:00+00:00","uptimeSeconds":1.5,"partsAnswered":4,
            "endpoints":[{"address":"127.0.0.1:24254","isOpen":true,"reopened":1,"datagramsIn":2,"bytesIn":3,"datagramsOut":4,
            "bytesOut":5,"truncated":6,"icmpErrors":7,"sendFailures":8,"sendDrops":9}],
            "peers":{"verified":1,"hearsay":2,"actors":3,"evictions":4,
            "some":[{"address":"127.0.0.1:1","roundTripMs":1.5,"unansweredProbes":2}],"seenAs":[]},
            "shared":{"files":1,"bytes":2,"beingHashed":3},
            "downloads":[{"id":"0000000000000000000000000000000000000000000000000000000000000000","path":"/x",
            "phase":"Searching","doneBytes":0,"fetchedBytes":0,"sources":0,"asked":1,"why":"nobody"}]}
            """.ReplaceLineEndings(""),
            JsonSerializer.Serialize(StatusDocument.From(Status), HttpJson.Default.StatusDocument));

    [Fact]
    public void Parts_that_did_not_answer_are_left_out() =>
        Assert.DoesNotContain(
            "downloads",
            JsonSerializer.Serialize(StatusDocument.From(Status with { Downloads = null }), HttpJson.Default.StatusDocument),
            StringComparison.Ordinal);

    [Fact]
    public void A_node_is_ready_when_its_parts_answer_and_its_sockets_are_open()
    {
        Assert.Empty(NodeInspector.ReasonsAgainst(Status));
        Assert.Equal(
            "the socket on 127.0.0.1:24254 is down: gone",
            Assert.Single(NodeInspector.ReasonsAgainst(Status with
            {
                Socket = new SocketProtocol.SocketStatus([Endpoint with { IsOpen = false, Reason = "gone" }]),
            })));
        Assert.Equal(
            4, NodeInspector.ReasonsAgainst(Status with { Socket = null, Peers = null, Store = null, Downloads = null }).Length);
    }
}
