using System.Text;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Node;

/// <summary>
/// What crashed, or busied for ever, nodes of others in the field, sent to ours by strangers and by verified peers while it
/// shares and fetches: it goes on, no actor of it has failed, and it does not send without end.
/// </summary>
public sealed class FieldBugTests : DownloadSpec
{
    private static readonly byte[] Running = ScriptedSource.ContentOf(3 * SpanGeometry.SpanBytes + 100, 5);
    private static readonly string RunningId = ScriptedSource.IdOf(Running).ToString();
    private static readonly string SharedId = ScriptedSource.IdOf([1]).ToString();

    public static TheoryData<string> Datagrams =>
    [
        // Parsing.
        "", "[", "[]", "{}", "null", "[[]]", "[null]", "[{}]", "[1,2]", "\"x\"", "[{\"a\":1,\"b\":2}]",
        "not json at all", "\u00ff\u00fe\u0000", "[" + new string('[', 5000), "[{\"Unknown\":{}},{\"PleaseSendPeers\":{}}]",
        "[{\"PleaseSendPeers\":null}]", "[{\"PleaseSendPeers\":[]}]", "[{\"Peers\":{}}]", "[{\"Peers\":{\"peers\":[1,null,\"x\",\"1.2.3.4\",\"1.2.3.4:0\",\"[::]:1\",\"255.255.255.255:9\"]}}]",
        "\ufeff[{\"PleaseSendPeers\":{}}]", "[{\"PleaseSendPeers\":{}}] trailing",
        // Offsets and lengths.
        "[{\"PleaseSendContent\":{\"id\":\"$shared\",\"offset\":9223372036854775808,\"length\":4096}}]",
        "[{\"PleaseSendContent\":{\"id\":\"$shared\",\"offset\":9223372036854775807,\"length\":9223372036854775807}}]",
        "[{\"PleaseSendContent\":{\"id\":\"$shared\",\"offset\":-1,\"length\":-1}}]",
        "[{\"PleaseSendContent\":{\"id\":\"$shared\",\"offset\":0.5,\"length\":1e300}}]",
        "[{\"PleaseSendContent\":{\"id\":\"$shared\",\"offset\":\"0\",\"length\":null}}]",
        "[{\"PleaseSendContent\":{\"id\":\"$shared\"}}]", "[{\"PleaseSendContent\":{}}]",
        "[{\"PleaseSendContent\":{\"id\":\"$shared\",\"offset\":0,\"length\":0}}]",
        // Names that were opened as files, made paths, or collided.
        "[{\"PleaseSendContent\":{\"id\":\"\",\"offset\":0,\"length\":4096}}]",
        "[{\"PleaseSendContent\":{\"id\":\"..\",\"offset\":0,\"length\":4096}}]",
        "[{\"PleaseSendContent\":{\"id\":\"../../etc/passwd\",\"offset\":0,\"length\":4096}}]",
        "[{\"PleaseSendContent\":{\"id\":\"incoming\",\"offset\":0,\"length\":4096}}]",
        "[{\"PleaseSendContent\":{\"id\":\"$long\",\"offset\":0,\"length\":4096}}]",
        "[{\"PleaseSendContent\":{\"id\":\"x\",\"offset\":0,\"length\":1}},{\"PleaseSendContent\":{\"id\":\"x.json/y\",\"offset\":0,\"length\":1}}]",
        "[{\"PleaseSendContent\":{\"id\":\"latest/0000/name\",\"offset\":0,\"length\":4096}}]",
        "[{\"IJustSawThis\":{\"id\":\"$long\"}},{\"YouShouldSeeThis\":{\"id\":\"$long\"}},{\"ContentList\":{\"results\":[\"$long\"]}}]",
        // Cookies and pings.
        "[{\"ReturnedMessage\":{\"cookie\":\"not a number\"}}]", "[{\"ReturnedMessage\":{\"cookie\":\"-1\"}}]",
        "[{\"ReturnedMessage\":{\"cookie\":\"NaN\"}}]", "[{\"ReturnedMessage\":{\"cookie\":\"inf\"}}]",
        "[{\"ReturnedMessage\":{\"cookie\":\"1e308\"}}]", "[{\"ReturnedMessage\":{\"cookie\":1}}]", "[{\"ReturnedMessage\":{}}]",
        "[{\"AlwaysReturned\":{\"cookie\":\"\"}}]", "[{\"AlwaysReturned\":[\"x\"]}]", "[{\"PleaseAlwaysReturnThisMessage\":null}]",
        // Content for a running download.
        "[{\"Content\":{\"id\":\"$running\",\"offset\":786432,\"base64\":\"$block\",\"eof\":786532}}]",
        "[{\"Content\":{\"id\":\"$running\",\"offset\":0,\"base64\":\"\",\"eof\":0}}]",
        "[{\"Content\":{\"id\":\"$running\",\"offset\":0,\"base64\":\"$block\",\"eof\":9223372036854775807}}]",
        "[{\"Content\":{\"id\":\"$running\",\"offset\":0,\"base64\":\"$block\"}}]",
        "[{\"Content\":{\"id\":\"$running\",\"offset\":0,\"base64\":\"!!!\",\"eof\":786532}}]",
        "[{\"Content\":{\"id\":\"$running\",\"offset\":9223372036854771711,\"base64\":\"$block\",\"eof\":786532}}]",
        "[{\"Content\":{\"id\":\"$running\",\"offset\":0,\"base64\":\"AA==\",\"eof\":786532}}]",
        "[{\"MaybeTheyHaveSome\":{\"id\":\"$running\",\"peers\":[\"127.0.0.1:24254\",\"0.0.0.0:0\",\"x\"]}}]",
        "[{\"MaybeTheyHaveSome\":{\"id\":\"$running\"}}]",
        "[{\"Content\":{\"id\":\"$running\",\"offset\":4095,\"base64\":\"$block\",\"eof\":786532}}]",
        "[{\"Content\":{\"id\":\"$running\",\"offset\":786532,\"base64\":\"$block\",\"eof\":1}}]",
        // Much for little.
        "[{\"MaybeTheyHaveSome\":{\"id\":\"$running\",\"peers\":[$many]}}]", "[{\"Peers\":{\"peers\":[$many]}}]", "[$requests]",
        // What we do not have, and others fell over.
        "[{\"MyPublicKey\":{\"public_key\":\"$running\"}}]", "[{\"PleaseListContent\":{}}]", "[{\"ChatMessage\":{\"message\":\"\\u001b[2J\"}}]",
        "[{\"SignedMessage\":{\"public_key\":\"\",\"signature\":\"\",\"payload\":\"[{\\\"AlwaysReturned\\\":{\\\"cookie\\\":\\\"0\\\"}}]\"}}]",
        "[{\"Forwarded\":{\"src_addr\":\"127.0.0.1:24254\",\"messages\":[{\"Forwarded\":{\"messages\":[{\"PleaseSendPeers\":{}}]}}]}}]",
        "[{\"EncryptedMessages\":{\"base64\":\"$block\"}},{\"FastEncryptedMessages\":{}}]", "[{\"Latest\":{\"seq\":18446744073709551615}}]",
        "GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0000",
    ];

    [Theory]
    [MemberData(nameof(Datagrams))]
    public void Datagram_that_brought_others_down_is_nothing_to_us(string datagram)
    {
        var bytes = Encoding.UTF8.GetBytes(datagram
            .Replace("$shared", SharedId, StringComparison.Ordinal)
            .Replace("$running", RunningId, StringComparison.Ordinal)
            .Replace("$many", string.Join(',', Enumerable.Range(0, 2900).Select(i => $"\"127.{200 + i / 250}.0.{1 + i % 250}:9\"")), StringComparison.Ordinal)
            .Replace("$requests", string.Join(',', Enumerable.Repeat($"{{\"PleaseSendContent\":{{\"id\":\"{SharedId}\",\"offset\":0,\"length\":40960}}}}", 400)), StringComparison.Ordinal)
            .Replace("$long", new string('x', 300), StringComparison.Ordinal)
            .Replace("$block", Convert.ToBase64String(new byte[4096]), StringComparison.Ordinal));
        Disk.Put("/shared/a", [1]);
        var source = Source(1, Running);
        source.Delay = TimeSpan.FromMilliseconds(50);
        StartNode("cjp2p { content { shared = [\"/shared\"], serve-by-name = on }\ndownloads.window-max = 8 }");
        Fetch(source.Id, [source]);
        AdvanceSeconds(0.3);
        foreach (var from in new[] { source.Address, Datagram.At("127.0.0.99:9") })
        {
            Network.Open.Single().Deliver(from, bytes);
            Network.Open.Single().Deliver(from, bytes);
        }

        // And of one that has proved its address, in the same datagram, as each has to.
        var proven = Datagram.At("127.0.0.97:9");
        var proof = $"[{{\"AlwaysReturned\":{Datagram.CookieOf(Shared, proven)}}}";
        if (bytes is [(byte)'[', (byte)'{', ..])
            Network.Open.Single().Deliver(proven, [.. Encoding.ASCII.GetBytes(proof), (byte)',', .. bytes[1..]]);
        Network.Clear();
        AdvanceSeconds(0.2);
        // Not more than a handful for what a stranger sent.
        Assert.InRange(Network.SentTo(Datagram.At("127.0.0.99:9")).Count(), 0, 2);
        UntilTold<DownloadProtocol.Finished>(120);
        Assert.Equal(Running, Disk.Content(Target));
        var asker = Datagram.At("127.0.0.98:9");
        Network.Send(asker, Us, new AlwaysReturned(Datagram.CookieOf(Shared, asker)), new PleaseSendContent(ScriptedSource.IdOf([1]), 4096, 0));
        AdvanceSeconds(0.1);
        Assert.Contains(Network.SentTo(asker).SelectMany(sent => sent.Messages), message => message is Actors.Protocol.Content);
        var tree = CreateTestProbe();
        Node.Tell(new InspectionProtocol.GetTree(WithStates: false), tree.Ref);
        AdvanceSeconds(3);
        Assert.All(Only<ActorTree>(tree).Actors, actor => Assert.Equal(0, actor.Facts.Restarts));
    }
}
