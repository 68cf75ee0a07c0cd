using System.Security.Cryptography;
using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Node;

/// <summary>Whatever strangers send to a whole node, none of them gets more than twice what it sent, headers included.</summary>
public sealed class AmplificationTests : NodeSpec
{
    private static readonly PeerAddress Us = Datagram.At("127.0.0.1:24254");
    private static readonly byte[] Shared = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
    private static readonly ContentId SharedId = ContentId.FromSha256(Sha256Digest.FromBytes(SHA256.HashData(Shared)));
    private static readonly ContentId RunningId = ContentId.FromSha256(Sha256Digest.FromBytes(SHA256.HashData([1])));
    private static readonly ContentId KnownId = ContentId.FromSha256(Sha256Digest.FromBytes(SHA256.HashData([2])));
    private static readonly ContentId EmptyId = ContentId.FromSha256(Sha256Digest.FromBytes(SHA256.HashData([])));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_conversation_of_strangers_makes_the_node_send_more_than_twice_what_it_got(int seed)
    {
        Disk.Put("/shared/a.bin", Shared);
        Disk.Put("/shared/empty", []);
        var node = Top(NodeActor.Props(
            Settings(
                """
                cjp2p {
                  content { shared = ["/shared"], data = "/data", serve-by-name = on, ignore-unverified-one-in = 0 }
                  ingress { source-per-second = 1000000, source-burst = 1000000, strangers-burst = 1000000 }
                }
                """),
            Environment()), "node");
        AdvanceSeconds(1);
        var random = new Random(seed);
        MakeFriends(node);
        var most = 0.0;
        for (var i = 0; i < 2000; i++)
        {
            // A few addresses, so that cookies of one reach another.
            var source = Datagram.At($"127.0.1.{random.Next(1, 6)}:{random.Next(1, 4)}");
            WireMessage[] messages = [.. Enumerable.Range(0, random.Next(0, 7)).Select(_ => AnyMessage(random))];
            var bytes = Datagram.Of(messages);
            if (bytes.Length == 0)
                bytes = "[]"u8.ToArray();
            Network.Clear();
            Network.Open.Single().Deliver(source, bytes);
            Settle();
            var wireBytes = Network.SentTo(source).Sum(sent => sent.Bytes.Length + 28);
            Assert.True(
                wireBytes <= 2 * (bytes.Length + 28),
                $"{wireBytes} bytes for {bytes.Length + 28}: {string.Join(" | ", messages.AsEnumerable())} -> "
                + string.Join(" | ", Network.SentTo(source).Select(sent => sent.Text)));
            Assert.All(Network.SentTo(source), sent => Assert.Contains(sent.Messages, message => message is PleaseAlwaysReturnThisMessage));
            Assert.All(Network.Sent, sent => Assert.Equal(source, sent.To));
            most = Math.Max(most, wireBytes / (double)(bytes.Length + 28));
        }

        // The budget is there to be used.
        Assert.InRange(most, 1.8, 2);
    }

    // Peers to tell of, a running download with somebody who delivers, a content that others may have.
    private void MakeFriends(IActorRef node)
    {
        node.Tell(new DownloadProtocol.StartDownload(RunningId, "/data/x", []));
        Settle();
        for (ushort port = 1; port < 60; port++)
        {
            var friend = Datagram.At($"127.0.2.1:{port}");
            Network.Attach(friend, (_, bytes) =>
            {
                var given = Datagram.Read(bytes).OfType<PleaseAlwaysReturnThisMessage>().FirstOrDefault();
                if (given is not null)
                    Network.Send(friend, Us, new AlwaysReturned(given.Payload), new PleaseSendContent(KnownId, 4096, 0));
            });
            Network.Send(friend, Us, new PleaseSendPeers());
        }

        AdvanceSeconds(2);
        foreach (var sent in Network.Sent.Select(sent => sent.To).Distinct().ToArray())
            Network.Detach(sent);
    }

    private static WireMessage AnyMessage(Random random)
    {
        var id = random.Next(6) switch
        {
            0 => SharedId,
            1 => RunningId,
            2 => KnownId,
            3 => EmptyId,
            4 => ContentId.TryParse("a.bin", out var name) ? name : default,
            _ => ContentId.FromSha256(Sha256Digest.FromBytes(SHA256.HashData([(byte)random.Next(256)]))),
        };
        var long_ = new string('x', random.Next(0, 300));
        return random.Next(11) switch
        {
            0 => new PleaseSendPeers(),
            1 => new PleaseAlwaysReturnThisMessage(Datagram.Raw($$"""{"cookie":"{{long_}}"}""")),
            2 => new AlwaysReturned(Datagram.Raw("\"0123456789abcdef\"")),
            3 => new PleaseReturnThisMessage(Datagram.Raw($"\"{long_}\"")),
            4 => new ReturnedMessage(Datagram.Raw("""{"cookie":"0123456789abcdef0123456789abcdef"}""")),
            5 => new PleaseListSupportedMessages(),
            6 => new UnknownMessage("Unknown" + random.Next(3), Datagram.Raw($"\"{long_}\""), false),
            7 => new Actors.Protocol.Content(id, random.Next(3) * 4096, [.. new byte[random.Next(100)]], Shared.Length),
            8 => new MaybeTheyHaveSome(id, [Datagram.At("127.0.3.1:1")]),
            9 => new Actors.Protocol.Peers([.. Enumerable.Range(1, random.Next(1, 20)).Select(i => Datagram.At($"127.0.3.{i}:1"))]),
            _ => new PleaseSendContent(id, random.Next(4) * 20_000, random.Next(5) * 30_000),
        };
    }
}
