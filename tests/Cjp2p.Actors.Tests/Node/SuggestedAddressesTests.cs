using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Node;

/// <summary>
/// Reflection by way of what others name: peers that proved themselves name addresses of victims, as peers and as sources,
/// without end and in any order. And strangers who say anything at any time, over the whole of their conversations.
/// </summary>
public sealed class SuggestedAddressesTests : DownloadSpec
{
    private const int Minutes = 10;
    private const int HeaderBytes = 28;

    private static readonly PeerAddress[] Victims = [.. Enumerable.Range(0, 400).Select(i => Datagram.At($"127.0.{50 + i / 200}.{1 + i % 200}:9"))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Addresses_that_liars_name_are_sent_no_more_than_the_stated_budget(int seed)
    {
        var random = new Random(seed);
        var content = ScriptedSource.ContentOf(3 * SpanGeometry.SpanBytes, seed);
        // It has the content, and gives nothing but addresses.
        var liar = Source(1, content);
        liar.Answer = _ => [new MaybeTheyHaveSome(liar.Id, Some(random))];
        var friends = Enumerable.Range(0, 8).Select(i => Datagram.At($"127.0.0.{200 + i}:24254")).ToArray();
        StartNode();
        Fetch(liar.Id, [liar]);
        foreach (var friend in friends)
            Network.Attach(friend, (_, _) => { });
        var rounds = 0;
        for (var time = TimeSpan.Zero; time < TimeSpan.FromMinutes(Minutes);)
        {
            var friend = friends[random.Next(friends.Length)];
            switch (random.Next(4))
            {
                case 0:
                    Network.Send(friend, Us, new AlwaysReturned(Datagram.CookieOf(Shared, friend)), new Actors.Protocol.Peers(Some(random)));
                    break;
                case 1:
                    Network.Send(friend, Us, new Actors.Protocol.Peers(Some(random)));
                    break;
                case 2:
                    Network.Send(friend, Us, new AlwaysReturned(Datagram.CookieOf(Shared, friend)), new MaybeTheyHaveSome(liar.Id, Some(random)));
                    break;
                default:
                    Network.Send(liar.Address, Us, new MaybeTheyHaveSome(liar.Id, Some(random)));
                    break;
            }

            var pause = TimeSpan.FromMilliseconds(random.Next(1, 500));
            time += pause;
            rounds++;
            Advance(pause);
        }

        var sent = Victims.Select(victim => Network.SentTo(victim).ToArray()).ToArray();
        var settings = Shared.Settings;
        // Rounds of discovery come once a second, give or take a tenth.
        var asPeers = settings.Peers.HearsayPerRound * 60 * Minutes / (0.9 * settings.Peers.DiscoveryMin.TotalSeconds);
        var asSources = settings.Downloads.SuggestedPerMinute * (Minutes + 1) * settings.Downloads.SuggestedProbesMax;
        Assert.InRange(sent.Sum(to => to.Length), 1, asPeers + asSources);
        // And what there is are questions of our own, of the size of a question.
        Assert.All(sent.SelectMany(to => to), datagram => Assert.InRange(datagram.Bytes.Length, 1, 400));
        Assert.DoesNotContain(sent.SelectMany(to => to).SelectMany(datagram => datagram.Messages), message => message is Actors.Protocol.Content or Actors.Protocol.Peers);
        // Sources: so many in each minute, and no more.
        var asked = sent.SelectMany(to => to).Where(datagram => datagram.Messages.Any(message => message is PleaseSendContent)).ToArray();
        Assert.True(asked.Length <= asSources, $"{asked.Length} requests for content to suggested addresses, at most {asSources}");
        Assert.True(asked.Length > 0);
        Assert.True(rounds > 100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Over_a_whole_conversation_a_stranger_gets_no_more_than_twice_what_it_sent(int seed)
    {
        var random = new Random(seed);
        Disk.Put("/shared/a.bin", ScriptedSource.ContentOf(100_000));
        StartNode("cjp2p { content { shared = [\"/shared\"], serve-by-name = on }, ingress.source-per-second = 100000 }".Replace("},", "}\n", StringComparison.Ordinal));
        AdvanceSeconds(1);
        var id = ScriptedSource.IdOf(ScriptedSource.ContentOf(100_000));
        var strangers = Enumerable.Range(1, 5).Select(i => Datagram.At($"127.0.7.{i}:7")).ToArray();
        var got = strangers.ToDictionary(stranger => stranger, _ => 0L);
        for (var i = 0; i < 1500; i++)
        {
            var stranger = strangers[random.Next(strangers.Length)];
            var another = strangers[random.Next(strangers.Length)];
            WireMessage[] messages =
            [
                .. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(8) switch
                {
                    0 => (WireMessage)new PleaseSendPeers(),
                    1 => new PleaseListSupportedMessages(),
                    2 => new PleaseReturnThisMessage(Datagram.Raw($"\"{new string('x', random.Next(250))}\"")),
                    3 => new PleaseAlwaysReturnThisMessage(Datagram.Raw($$"""{"cookie":"{{new string('y', random.Next(200))}}"}""")),
                    // A cookie of the node, but somebody else's.
                    4 => new AlwaysReturned(another == stranger ? Datagram.Raw("\"0\"") : Datagram.CookieOf(Shared, another)),
                    5 => new Actors.Protocol.Peers([another]),
                    _ => new PleaseSendContent(id, random.Next(50_000), random.Next(120_000)),
                }),
            ];
            var bytes = Datagram.Of(messages);
            got[stranger] += bytes.Length + HeaderBytes;
            Network.Send(stranger, Us, bytes);
            // Sometimes many at once, sometimes after a while.
            if (random.Next(3) == 0)
                AdvanceSeconds(random.NextDouble() * 3);
        }

        AdvanceSeconds(60);
        foreach (var stranger in strangers)
        {
            var sent = Network.SentTo(stranger).Sum(datagram => datagram.Bytes.Length + HeaderBytes);
            Assert.True(sent <= 2 * got[stranger], $"{stranger} sent {got[stranger]} bytes and got {sent}");
            Assert.True(sent > got[stranger] / 4, $"{stranger} was hardly answered: {sent} bytes for {got[stranger]}");
        }
    }

    private static System.Collections.Immutable.ImmutableArray<PeerAddress> Some(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => Victims[random.Next(Victims.Length)])];
}
