using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>
/// Everything at once, from a seed: actors that overtake one another, loss, liars, a disk that fails, sockets that die,
/// actors that are killed. The content comes, honest sources are not blamed, and everything borrowed is given back.
/// </summary>
public sealed class DownloadChaosTests : DownloadSpec
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Content_is_fetched_whatever_happens(int seed)
    {
        ExpectErrors(nameof(ActorKilledException));
        ExpectErrors("surprise");
        var random = new Random(seed);
        Time.Turns.Shuffle(seed);
        var content = ScriptedSource.ContentOf(random.Next(1, 8) * SpanGeometry.SpanBytes + random.Next(10_000), seed);
        var sources = Enumerable.Range(1, random.Next(3, 6)).Select(i => Source(i, content)).ToArray();
        foreach (var source in sources)
            source.Delay = TimeSpan.FromMilliseconds(random.Next(120));
        // Two are honest, so that those who lie about the length are never more than those who do not.
        foreach (var source in sources.Skip(2))
            Corrupt(source, random);
        var digests = random.Next(3) == 0 ? ScriptedSource.DigestsOf(content) : default;
        var lossPercent = random.Next(8);
        Network.Copies = _ => random.Next(100) < lossPercent ? 0 : random.Next(100) < 3 ? 2 : 1;
        Network.Delay = _ => TimeSpan.FromMilliseconds(random.Next(20));
        StartNode(
            $$"""
            cjp2p.downloads {
              window-max = {{random.Next(4, 128)}}, span-buffers-max = {{random.Next(1, 12)}}, save-every = {{random.Next(1, 20)}}00ms
              flight-max = {{random.Next(8, 200)}}, disk-retry = {{random.Next(1, 10)}}00ms
            }
            """);
        Fetch(sources[0].Id, sources, digests);
        var told = new List<object>();
        for (var i = 0; i < 40 && !IsDone(); i++)
        {
            AdvanceSeconds(random.Next(1, 300) / 1000.0);
            Disturb(random, sources[0].Id);
            Goon();
        }

        Disk.Fault = (_, _) => null;
        Disk.IsFull = Disk.IsReadOnly = false;
        UntilSeconds(900, () =>
        {
            Goon();
            return IsDone();
        });
        AdvanceSeconds(61);
        Assert.Equal(content, Disk.Content(Target));
        Assert.Empty(TreeBelow(Downloads));
        AssertNothingIsBorrowed();
        foreach (var honest in sources.Take(2))
            Assert.DoesNotContain(Warnings, line => line.Contains($"Source {honest.Address} is not asked", StringComparison.Ordinal));

        bool IsDone() => told.OfType<DownloadProtocol.Finished>().Any();

        // Who is told that it failed starts it again.
        void Goon()
        {
            var news = All(User).Where(message => message is not DownloadProtocol.Progress).ToArray();
            told.AddRange(news);
            if (news.OfType<DownloadProtocol.Failed>().Any() && !IsDone())
                Fetch(sources[0].Id, sources, digests);
        }
    }

    private static void Corrupt(ScriptedSource source, Random random)
    {
        var content = source.Content;
        switch (random.Next(7))
        {
            case 0:
                source.Bytes = (offset, length) => new byte[Math.Min(length, content.Length - Math.Min(offset, content.Length))];
                break;
            case 1:
                var eof = random.Next(0, 3_000_000);
                source.Eof = () => eof;
                break;
            case 2:
                source.Eof = () => random.Next(0, 3_000_000);
                break;
            case 3:
                source.Bytes = (offset, _) => content[(int)Math.Min(offset, content.Length)..(int)Math.Min(offset + 32, content.Length)];
                break;
            case 4:
                source.Eof = () => null;
                break;
            case 5:
                source.Packs = true;
                source.Cookie = "0a1b2c3d";
                break;
            default:
                source.IsSilent = true;
                break;
        }
    }

    private void Disturb(Random random, ContentId id)
    {
        switch (random.Next(12))
        {
            case 0 or 1:
                var below = TreeBelow(Downloads);
                if (below.Count > 0)
                    ChildOf(Downloads, below[random.Next(below.Count)]).Tell(Kill.Instance);
                break;
            case 2:
                var operation = (DiskOperation)random.Next(14);
                var isExpected = random.Next(2) == 0;
                Disk.Fault = (what, path) => what == operation && path.StartsWith("/got", StringComparison.Ordinal)
                    ? isExpected ? new IOException("broken") : new InvalidOperationException("surprise")
                    : null;
                break;
            case 3 or 4:
                Disk.Fault = (_, _) => null;
                Disk.IsFull = Disk.IsReadOnly = false;
                break;
            case 5:
                Disk.IsFull = true;
                break;
            case 6:
                Network.Open.FirstOrDefault()?.Fail("no carrier");
                break;
            case 7:
                Node.Tell(new DownloadProtocol.StopDownload(id));
                break;
            case 8:
                Disk.IsReadOnly = true;
                break;
        }

        Settle();
    }
}
