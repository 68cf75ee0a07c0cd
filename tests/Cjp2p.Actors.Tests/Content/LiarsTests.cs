using Cjp2p.Actors.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>Sources that lie now and then, in contents whose hash is known only as a whole.</summary>
public sealed class LiarsTests : DownloadSpec
{
    [Fact]
    public void Of_ten_sources_four_lie_now_and_then_and_64_MiB_are_had_for_half_as_much_again_with_all_four_named()
    {
        var content = ScriptedSource.ContentOf(64 << 20);
        var sources = Enumerable.Range(1, 10).Select(i => Source(i, content)).ToArray();
        for (var liar = 0; liar < 4; liar++)
            LieNowAndThen(sources[liar], content, oneIn: 20, seed: liar);
        foreach (var source in sources)
            source.Delay = TimeSpan.FromMilliseconds(10);
        // All ten have their share: one source alone would take what may be under way.
        StartNode("cjp2p { content.data = \"/data\", downloads.window-max = 64 }");
        Fetch(sources[0].Id, sources);
        var finished = UntilTold<DownloadProtocol.Finished>(600);
        AssertGot(content);
        Assert.InRange(finished.FetchedBytes, content.Length, content.Length * 1.5);
        Assert.Equal(
            sources[..4].Select(source => source.Address).Order(),
            Shared.Bans.All.Select(ban => ban.Address));
    }

    [Fact]
    public void Liar_that_was_named_is_asked_for_nothing_more_until_its_ban_ends()
    {
        var first = ScriptedSource.ContentOf(3 * SpanGeometry.SpanBytes);
        var second = ScriptedSource.ContentOf(SpanGeometry.SpanBytes, 9);
        var sources = Enumerable.Range(1, 4).Select(i => Source(i, first)).ToArray();
        LieNowAndThen(sources[0], first, oneIn: 2);
        StartNode("cjp2p { content.data = \"/data\", downloads.ban-for = 1h }");
        Fetch(sources[0].Id, sources);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(first);
        Assert.Equal(sources[0].Address, Assert.Single(Shared.Bans.All).Address);
        sources[0].Requests.Clear();
        var id = ScriptedSource.IdOf(second);
        Fetch(id, sources, target: "/got/second");
        AdvanceSeconds(60);
        Assert.Empty(sources[0].Requests);
        AdvanceSeconds(3600);
        Fetch(id, sources, target: "/got/second");
        AdvanceSeconds(2);
        Assert.NotEmpty(sources[0].Requests);
    }

    [Fact]
    public void What_a_liar_gave_to_another_download_is_asked_again_of_others_before_its_hash_is_wrong()
    {
        var short_ = ScriptedSource.ContentOf(3 * SpanGeometry.SpanBytes);
        var long_ = ScriptedSource.ContentOf(40 * SpanGeometry.SpanBytes, 9);
        var sources = Enumerable.Range(1, 4).Select(i => Source(i, short_)).ToArray();
        LieNowAndThen(sources[0], short_, oneIn: 2);
        var honest = sources.ToDictionary(source => source.Address, source => source.Answer);
        foreach (var source in sources)
        {
            source.Answer = request => request.Id == source.Id
                ? honest[source.Address](request)
                : [new Actors.Protocol.Content(
                    request.Id,
                    request.Offset,
                    [.. long_.AsSpan((int)request.Offset, (int)Math.Min(request.Length, long_.Length - request.Offset))],
                    long_.Length)];
            source.OtherIds.Add(ScriptedSource.IdOf(long_));
            source.Delay = TimeSpan.FromMilliseconds(30);
        }

        StartNode("cjp2p.downloads.window-max = 16");
        Fetch(ScriptedSource.IdOf(long_), sources, target: "/got/long");
        AdvanceSeconds(1);
        Fetch(sources[0].Id, sources);
        UntilSeconds(60, () => Shared.Bans.All.Length == 1);
        UntilSeconds(120, () => Disk.Exists("/got/long"));
        Assert.Equal(long_, Disk.Content("/got/long"));
        Assert.Contains(LogLines, line => line.Contains($"it gave wrong chunks of {sources[0].Id}", StringComparison.Ordinal));
    }

    // A hash list: each block is a content of its own, so bad data costs a block.
    [Fact]
    public void Who_gives_wrong_blocks_of_a_list_is_named_by_the_second_and_asked_for_no_more()
    {
        var blocks = Enumerable.Range(0, 20).Select(i => ScriptedSource.ContentOf(SpanGeometry.SpanBytes, i)).ToArray();
        var sources = Blocks(blocks, 2);
        var right = sources[0].Answer;
        sources[0].Answer = request =>
            [.. right(request).Cast<Actors.Protocol.Content>().Select(content => content with { Bytes = [.. content.Bytes.Select(one => (byte)~one)] })];
        StartNode("cjp2p { content.data = \"/data\", downloads.ban-for = 1h }");
        var fetched = 0L;
        for (var i = 0; i < blocks.Length; i++)
        {
            Fetch(ScriptedSource.IdOf(blocks[i]), sources, target: $"/got/{i}");
            fetched += UntilTold<DownloadProtocol.Finished>(120).FetchedBytes;
            AssertGot(blocks[i], $"/got/{i}");
        }

        Assert.Equal(sources[0].Address, Assert.Single(Shared.Bans.All).Address);
        Assert.InRange(fetched, 20 * SpanGeometry.SpanBytes, 24 * SpanGeometry.SpanBytes);
    }

    [Fact]
    public void A_line_that_flips_a_bit_once_costs_a_block_and_bans_nobody()
    {
        var blocks = Enumerable.Range(0, 6).Select(i => ScriptedSource.ContentOf(SpanGeometry.SpanBytes, i)).ToArray();
        var source = Blocks(blocks, 1)[0];
        var right = source.Answer;
        var flipped = false;
        source.Answer = request =>
        {
            if (flipped)
                return right(request);
            flipped = true;
            return [.. right(request).Cast<Actors.Protocol.Content>().Select(content => content with { Bytes = [(byte)~content.Bytes[0], .. content.Bytes[1..]] })];
        };
        StartNode("cjp2p { content.data = \"/data\" }");
        for (var i = 0; i < blocks.Length; i++)
        {
            Fetch(ScriptedSource.IdOf(blocks[i]), [source], target: $"/got/{i}");
            UntilTold<DownloadProtocol.Finished>(120);
            AssertGot(blocks[i], $"/got/{i}");
        }

        Assert.True(flipped);
        Assert.Empty(Shared.Bans.All);
    }

    private ScriptedSource[] Blocks(byte[][] blocks, int sources)
    {
        var byId = blocks.ToDictionary(ScriptedSource.IdOf);
        return
        [
            .. Enumerable.Range(1, sources).Select(number =>
            {
                var source = Source(number, blocks[0]);
                source.OtherIds.UnionWith(byId.Keys);
                source.Delay = TimeSpan.FromMilliseconds(10);
                source.Answer = request =>
                [
                    new Actors.Protocol.Content(
                        request.Id,
                        request.Offset,
                        [.. byId[request.Id].AsSpan((int)request.Offset, (int)Math.Min(request.Length, SpanGeometry.SpanBytes - request.Offset))],
                        SpanGeometry.SpanBytes),
                ];
                return source;
            }),
        ];
    }

    // By a seed: of forty such sets of lies one costs a hundredth more than half of the content.
    private static void LieNowAndThen(ScriptedSource liar, byte[] content, int oneIn, int seed = 0)
    {
        var random = new Random(seed);
        var lies = new HashSet<long>();
        for (var chunk = 0; chunk < content.Length / SpanGeometry.DefaultChunkBytes; chunk++)
        {
            if (random.Next(oneIn) == 0)
                lies.Add((long)chunk * SpanGeometry.DefaultChunkBytes);
        }

        var right = liar.Bytes;
        liar.Bytes = (offset, length) =>
        {
            var bytes = right(offset, length);
            for (var at = 0; at < bytes.Length; at += SpanGeometry.DefaultChunkBytes)
            {
                if (lies.Contains(offset + at))
                    bytes[at + random.Next(Math.Min(SpanGeometry.DefaultChunkBytes, bytes.Length - at))] ^= (byte)random.Next(1, 256);
            }

            return bytes;
        };
    }
}
