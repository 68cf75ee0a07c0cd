using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>Downloads from networks and sources that are slow, lossy, silent, wrong or lying.</summary>
public sealed class DownloadTroubleTests : DownloadSpec
{
    // ---- the network

    [Theory]
    [InlineData(5)]
    [InlineData(30)]
    public void Lost_datagrams_are_asked_for_again(int lossPercent)
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        var random = new Random(lossPercent);
        Network.Copies = _ => random.Next(100) < lossPercent ? 0 : 1;
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(600);
        AssertGot(content);
    }

    [Fact]
    public void Doubled_and_overtaken_datagrams_do_no_harm()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        var random = new Random(3);
        Network.Copies = _ => random.Next(4) == 0 ? 2 : 1;
        Network.Delay = _ => TimeSpan.FromMilliseconds(random.Next(40));
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(content);
        // What comes after the end makes no file anew, and leaves the one that is there alone.
        for (var offset = 0; offset < content.Length; offset += 4096)
            Network.Send(source.Address, Us, new Actors.Protocol.Content(source.Id, offset, [.. content.AsSpan(offset, 4096)], content.Length));
        Network.Send(source.Address, Us, new Actors.Protocol.Content(source.Id, 0, [.. new byte[4096]], content.Length));
        AdvanceSeconds(5);
        AssertGot(content);
    }

    // Field bug 21.
    [Fact]
    public void Lost_chunk_is_asked_for_again_while_the_rest_is_fetched_and_not_only_after_a_stall()
    {
        const long Lost = 5 * SpanGeometry.SpanBytes;
        var content = ScriptedSource.ContentOf(60 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        source.Delay = TimeSpan.FromMilliseconds(100);
        var (asked, others) = (new List<TimeSpan>(), 0);
        var answer = source.Answer;
        source.Answer = request =>
        {
            if (request.Offset != Lost)
            {
                others += asked.Count > 1 ? 1 : 0;
                return answer(request);
            }

            asked.Add(Now);
            return asked.Count == 1 ? [] : answer(request);
        };
        StartNode("cjp2p.downloads { stall-after = 1h, request-bytes-max = 4096 }");
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(600);
        AssertGot(content);
        Assert.Equal(2, asked.Count);
        Assert.InRange(asked[1] - asked[0], TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(others, content.Length / 4096 / 2, content.Length / 4096);
    }

    // A reported failure of others: a short outage stops the download for good.
    [Fact]
    public void Download_goes_on_after_an_outage_of_an_hour_and_keeps_what_it_had()
    {
        var content = ScriptedSource.ContentOf(40 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        source.Delay = TimeSpan.FromMilliseconds(300);
        StartNode();
        Fetch(source.Id, [source]);
        AdvanceSeconds(2);
        var before = Progress();
        Assert.InRange(before.DoneBytes, 1, content.Length - 1);
        var isDown = true;
        Network.Copies = _ => isDown ? 0 : 1;
        AdvanceSeconds(3600);
        Assert.True(Progress().DoneBytes >= before.DoneBytes);
        Assert.NotEqual("", Progress().Why);
        isDown = false;
        var finished = UntilTold<DownloadProtocol.Finished>(120);
        AssertGot(content);
        Assert.InRange(finished.FetchedBytes, content.Length, content.Length + 600 * 4096);
    }

    [Fact]
    public void During_an_outage_little_is_sent()
    {
        var content = ScriptedSource.ContentOf(40 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        StartNode();
        Fetch(source.Id, [source]);
        AdvanceSeconds(0.05);
        source.IsSilent = true;
        AdvanceSeconds(60);
        Network.Clear();
        AdvanceSeconds(600);
        Assert.InRange(Network.SentTo(source.Address).Count(), 20, 200);
    }

    // ---- sources that fail

    [Fact]
    public void Source_that_falls_silent_is_replaced_by_the_others()
    {
        var content = ScriptedSource.ContentOf(16 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        var bad = Source(2, content);
        StartNode();
        Fetch(good.Id, [bad, good]);
        AdvanceSeconds(0.03);
        bad.IsSilent = true;
        Assert.InRange(bad.Given, 1, 1000);
        UntilTold<DownloadProtocol.Finished>(20);
        AssertGot(content);
    }

    [Fact]
    public void Source_that_was_never_there_holds_nobody_up()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        var dead = Source(2, content);
        dead.IsSilent = true;
        StartNode();
        Fetch(good.Id, [dead, good]);
        UntilTold<DownloadProtocol.Finished>(2);
        AssertGot(content);
    }

    [Fact]
    public void Source_that_starts_late_is_found()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        source.IsSilent = true;
        StartNode();
        Fetch(source.Id, [source]);
        AdvanceSeconds(300);
        source.IsSilent = false;
        UntilTold<DownloadProtocol.Finished>(15);
        AssertGot(content);
    }

    // The last chunks are asked of others too.
    [Fact]
    public void Slow_source_does_not_hold_up_the_end()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var fast = Source(1, content);
        var slow = Source(2, content);
        slow.Delay = TimeSpan.FromSeconds(30);
        var isFirst = true;
        slow.Answer = request =>
        {
            slow.Delay = TimeSpan.FromSeconds(isFirst ? 0 : 30);
            isFirst = false;
            return [new Actors.Protocol.Content(slow.Id, request.Offset, [.. slow.Bytes(request.Offset, request.Length)], content.Length)];
        };
        slow.Delay = TimeSpan.Zero;
        StartNode();
        Fetch(fast.Id, [fast, slow]);
        UntilTold<DownloadProtocol.Finished>(3);
        AssertGot(content);
    }

    [Fact]
    public void End_game_asks_several_sources_and_wastes_little()
    {
        var content = ScriptedSource.ContentOf(16 * SpanGeometry.SpanBytes);
        ScriptedSource[] sources = [Source(1, content), Source(2, content), Source(3, content)];
        sources[1].Delay = TimeSpan.FromMilliseconds(100);
        sources[2].Delay = TimeSpan.FromMilliseconds(400);
        StartNode("cjp2p.downloads.window-max = 32");
        Fetch(sources[0].Id, sources);
        var finished = UntilTold<DownloadProtocol.Finished>(10);
        AssertGot(content);
        Assert.InRange(finished.FetchedBytes, content.Length, content.Length * 1.25);

        // The first request to each is a probe, of the beginning. What several were asked for is the last that was asked for at all.
        var askedOf = new Dictionary<long, HashSet<PeerAddress>>();
        var inEndGame = 0;
        foreach (var (to, offset) in Network.Sent.Where(sent => sent.From == Us).SelectMany(sent => sent.Messages
            .OfType<PleaseSendContent>().Where(request => request.Offset > 0).SelectMany(Chunks).Select(offset => (sent.To, offset))))
        {
            if (!askedOf.TryGetValue(offset, out var asked))
                askedOf[offset] = asked = [];
            if (asked.Add(to) && asked.Count > 1)
            {
                Assert.Equal(content.Length / 4096 - 1, askedOf.Count);
                inEndGame++;
            }
        }

        Assert.InRange(inEndGame, 1, content.Length / 4096 / 4);

        static IEnumerable<long> Chunks(PleaseSendContent request)
        {
            for (var offset = request.Offset; offset < request.Offset + request.Length; offset += 4096)
                yield return offset;
        }
    }

    // Seen with nodes that cannot do cookies: only teasers, for ever.
    [Fact]
    public void Source_that_gives_only_teasers_is_asked_ever_more_seldom_and_named_as_the_reason()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        source.Bytes = (offset, _) => content[(int)offset..(int)(offset + 32)];
        StartNode();
        Fetch(source.Id, [source]);
        AdvanceSeconds(30);
        Assert.Contains("teasers", Progress().Why, StringComparison.Ordinal);
        source.Requests.Clear();
        AdvanceSeconds(60);
        Assert.InRange(source.Requests.Count, 3, 400);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4097)]
    [InlineData(8000)]
    [InlineData(40_960)]
    public void Blocks_of_the_wrong_size_from_one_source_do_not_hold_up_the_others(int bytes)
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        var odd = Source(2, content);
        odd.Bytes = (offset, _) => content[(int)offset..(int)Math.Min(offset + bytes, content.Length)];
        StartNode();
        Fetch(good.Id, [odd, good]);
        UntilTold<DownloadProtocol.Finished>(20);
        AssertGot(content);
    }

    [Fact]
    public void Broken_base64_from_one_source_does_not_hold_up_the_others()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        var bad = Datagram.At("127.0.0.99:1");
        Network.Attach(bad, (_, _) => Network.Send(bad, Us, System.Text.Encoding.UTF8.GetBytes(
            $$$"""[{"Content":{"id":"{{{good.Id}}}","offset":0,"base64":"****","eof":{{{content.Length}}}}}]""")));
        StartNode();
        Node.Tell(new DownloadProtocol.StartDownload(good.Id, Target, [bad, good.Address]), User.Ref);
        UntilTold<DownloadProtocol.Finished>(20);
        AssertGot(content);
    }

    // ---- wrong bytes

    [Fact]
    public void Wrong_bytes_of_one_of_several_sources_are_found_out_and_the_content_is_fetched()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        ScriptedSource[] sources = [Source(1, content), Source(2, content), Source(3, content)];
        sources[1].Bytes = (offset, length) => Wrong(content, offset, length);
        StartNode();
        Fetch(sources[0].Id, sources);
        var finished = UntilTold<DownloadProtocol.Finished>(120);
        AssertGot(content);
        // What the liar gave, and samples of the others.
        Assert.InRange(finished.FetchedBytes, content.Length + 1, 2L * content.Length);
    }

    [Fact]
    public void Honest_sources_are_not_banned_for_the_lies_of_others()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        ScriptedSource[] sources = [Source(1, content), Source(2, content), Source(3, content), Source(4, content)];
        sources[2].Bytes = (offset, length) => Wrong(content, offset, length);
        StartNode();
        Fetch(sources[0].Id, sources);
        UntilTold<DownloadProtocol.Finished>(120);
        var banned = Warnings.Where(line => line.Contains("not asked for", StringComparison.Ordinal)).ToArray();
        Assert.All(banned, line => Assert.Contains(sources[2].Address.ToString(), line, StringComparison.Ordinal));
        AssertGot(content);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void One_honest_source_among_liars_is_enough(int liars)
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var sources = Enumerable.Range(1, liars + 1).Select(i => Source(i, content)).ToArray();
        foreach (var liar in sources.Skip(1))
            liar.Bytes = (offset, length) => Wrong(content, offset, length);
        StartNode();
        Fetch(sources[0].Id, sources);
        UntilTold<DownloadProtocol.Finished>(300);
        AssertGot(content);
    }

    // Liars may send what they were not asked for, so that nobody is ever alone and nothing is ever proven.
    [Fact]
    public void Liars_that_push_what_they_were_not_asked_for_cannot_spoil_the_proof()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        ScriptedSource[] sources = [Source(1, content), Source(2, content), Source(3, content)];
        foreach (var source in sources)
        {
            var bytes = source == sources[0] ? source.Bytes : (offset, length) => Wrong(content, offset, length);
            source.Answer = request =>
            {
                for (var i = 0; i < content.Length / 65_536; i++)
                {
                    var liar = sources[1 + i % 2];
                    Network.Send(liar.Address, Us, new Actors.Protocol.Content(liar.Id, i * 65_536, [.. Wrong(content, i * 65_536, 4096)], content.Length));
                }

                return [new Actors.Protocol.Content(source.Id, request.Offset, [.. bytes(request.Offset, request.Length)], content.Length)];
            };
        }

        StartNode();
        Fetch(sources[0].Id, sources);
        UntilTold<DownloadProtocol.Finished>(300);
        AssertGot(content);
    }

    // Repair ad47efa of the Rust node: a corrupt file was fetched again in an endless loop.
    [Fact]
    public void Download_whose_only_source_lies_ends_with_the_reason()
    {
        var content = ScriptedSource.ContentOf(SpanGeometry.SpanBytes);
        var liar = Source(1, content);
        liar.Bytes = (offset, length) => Wrong(content, offset, length);
        StartNode();
        Fetch(liar.Id, [liar]);
        AdvanceSeconds(60);
        Assert.Contains("wrong content", Progress().Why, StringComparison.Ordinal);
        Assert.False(Disk.Exists(Target));
        Assert.InRange(liar.Given, 65, 3 * 65);
    }

    [Fact]
    public void Bad_span_is_found_by_its_own_hash_and_fetched_from_others()
    {
        var content = ScriptedSource.ContentOf(8 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        var liar = Source(2, content);
        // All of span 5, so that it alone has given it when it is alone.
        liar.Bytes = (offset, length) => offset / SpanGeometry.SpanBytes == 5 ? Wrong(content, offset, length) : content[(int)offset..(int)(offset + length)];
        StartNode();
        Fetch(good.Id, [good, liar], ScriptedSource.DigestsOf(content));
        var finished = UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(content);
        Assert.InRange(finished.FetchedBytes, content.Length, content.Length + 4 * SpanGeometry.SpanBytes);
        Assert.DoesNotContain(Warnings, line => line.Contains("What was fetched", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_contributor_of_a_bad_span_is_banned()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var liar = Source(2, content);
        liar.Bytes = (offset, length) => Wrong(content, offset, length);
        StartNode();
        Fetch(liar.Id, [liar], ScriptedSource.DigestsOf(content));
        AdvanceSeconds(5);
        Assert.Contains(Warnings, line => line.Contains(liar.Address.ToString(), StringComparison.Ordinal));
        var good = Source(1, content);
        Fetch(liar.Id, [good]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(content);
        Assert.InRange(liar.Given, 1, 200);
    }

    // ---- others named

    [Fact]
    public void Content_is_found_through_those_whom_others_name()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var holder = Source(1, content);
        var guide = Source(2, content);
        guide.Answer = _ => [new MaybeTheyHaveSome(holder.Id, [holder.Address])];
        StartNode();
        Fetch(holder.Id, [guide]);
        UntilTold<DownloadProtocol.Finished>(10);
        AssertGot(content);
        Assert.Equal(0, guide.Given);
    }

    [Fact]
    public void Addresses_that_others_name_are_tried_within_the_budget_and_a_few_times_only()
    {
        var content = ScriptedSource.ContentOf(100);
        var guide = Source(1, content);
        var named = 0u;
        guide.Answer = _ =>
        [
            new MaybeTheyHaveSome(guide.Id, [.. Enumerable.Range(0, 60).Select(_ => PeerAddress.FromIPv4(0x7f010000 + named++, 24254))]),
        ];
        StartNode("cjp2p.downloads { suggested-per-minute = 10, suggested-probes-max = 3 }");
        Fetch(guide.Id, [guide]);
        AdvanceSeconds(600);
        var victims = Network.Sent.Where(sent => sent.From == Us && sent.To != guide.Address).GroupBy(sent => sent.To).ToArray();
        // The burst, and ten a minute.
        Assert.InRange(victims.Length, 50, 110);
        Assert.All(victims, victim => Assert.InRange(victim.Count(), 1, 3));
    }

    [Fact]
    public void Strangers_cannot_name_sources()
    {
        var content = ScriptedSource.ContentOf(100);
        StartNode();
        Fetch(ScriptedSource.IdOf(content), []);
        Settle();
        Network.Send(Datagram.At("127.0.0.77:7"), Us, new MaybeTheyHaveSome(ScriptedSource.IdOf(content), [Datagram.At("127.0.0.78:7")]));
        AdvanceSeconds(60);
        Assert.DoesNotContain(Network.Sent, sent => sent.To == Datagram.At("127.0.0.78:7"));
    }

    [Theory]
    [InlineData("127.0.0.1:24254")] // ourselves
    [InlineData("224.0.0.1:24254")]
    [InlineData("255.255.255.255:24254")]
    [InlineData("0.0.0.0:24254")]
    [InlineData("127.0.0.5:0")]
    public void Impossible_addresses_that_others_name_are_not_tried(string address)
    {
        var content = ScriptedSource.ContentOf(100);
        var guide = Source(1, content);
        guide.Answer = _ => [new MaybeTheyHaveSome(guide.Id, [Datagram.At(address)])];
        StartNode();
        Fetch(guide.Id, [guide]);
        AdvanceSeconds(60);
        Assert.All(Network.Sent.Where(sent => sent.From == Us), sent => Assert.Equal(guide.Address, sent.To));
    }

    [Fact]
    public void Sources_of_one_download_are_capped()
    {
        var content = ScriptedSource.ContentOf(100);
        var sources = Enumerable.Range(1, 6).Select(i => Source(i, content)).ToArray();
        foreach (var source in sources)
            source.IsSilent = true;
        StartNode("cjp2p.downloads.sources-max = 4");
        Fetch(sources[0].Id, sources);
        Settle();
        Assert.Equal(4, Progress().Asked);
    }

    // ---- why it is stalled

    [Fact]
    public void Stalled_download_says_that_there_is_nobody_to_ask()
    {
        StartNode();
        Fetch(ScriptedSource.IdOf([1]), []);
        AdvanceSeconds(10);
        Assert.Contains("nobody to ask", Progress().Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Stalled_download_says_that_nobody_answers()
    {
        var source = Source(1, ScriptedSource.ContentOf(100));
        source.IsSilent = true;
        StartNode();
        Fetch(source.Id, [source]);
        AdvanceSeconds(10);
        Assert.Equal("the one address that was asked has not answered", Progress().Why);
    }

    [Fact]
    public void Stalled_download_says_that_its_sources_are_gone()
    {
        var content = ScriptedSource.ContentOf(40 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        StartNode();
        Fetch(source.Id, [source]);
        AdvanceSeconds(0.05);
        source.IsSilent = true;
        AdvanceSeconds(20);
        Assert.Equal("1 source had the content, none answers now", Progress().Why);
        source.IsSilent = false;
        UntilSeconds(20, () => Progress().Why.Length == 0 || Disk.Exists(Target));
    }

    [Fact]
    public void Stalled_download_asks_the_peers_that_the_node_knows()
    {
        var content = ScriptedSource.ContentOf(5000);
        StartNode();
        Fetch(ScriptedSource.IdOf(content), []);
        AdvanceSeconds(5);
        // A peer that comes later, proves itself, and has it.
        var peer = Source(1, content);
        Network.Send(peer.Address, Us, new PleaseSendPeers(), new AlwaysReturned(Datagram.CookieOf(Shared, peer.Address)));
        UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);
    }

    [Fact]
    public void Search_for_what_nobody_has_goes_on_at_a_low_rate()
    {
        var peer = Source(1, []);
        StartNode();
        Network.Send(peer.Address, Us, new PleaseSendPeers(), new AlwaysReturned(Datagram.CookieOf(Shared, peer.Address)));
        Fetch(ScriptedSource.IdOf([1]), []);
        AdvanceSeconds(600);
        peer.Requests.Clear();
        AdvanceSeconds(3600);
        Assert.InRange(peer.Requests.Count, 20, 400);
    }

    [Fact]
    public void Own_address_is_no_source()
    {
        var content = ScriptedSource.ContentOf(5000);
        Disk.Put("/shared/a", content);
        StartNode("cjp2p.content.shared = [\"/shared\"]");
        Node.Tell(new DownloadProtocol.StartDownload(ScriptedSource.IdOf(content), Target, [Us]), User.Ref);
        AdvanceSeconds(5);
        Assert.DoesNotContain(Network.Sent, sent => sent.From == Us && sent.To == Us);
    }

    // Field bug 22: also when others say so, and when that is all they say.
    [Fact]
    public void Own_address_is_no_source_when_others_name_it_and_who_names_nobody_else_is_asked_on()
    {
        var content = ScriptedSource.ContentOf(3 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        var answer = source.Answer;
        var hasIt = false;
        source.Answer = request => hasIt ? answer(request) : [new MaybeTheyHaveSome(source.Id, [Us]), new Actors.Protocol.Peers([Us])];
        StartNode();
        Fetch(source.Id, [source]);
        AdvanceSeconds(60);
        Assert.DoesNotContain(Network.Sent, sent => sent.From == Us && sent.To == Us);
        Assert.Equal(0, Progress().DoneBytes);
        hasIt = true;
        Assert.Equal<PeerAddress>([source.Address], UntilTold<DownloadProtocol.Finished>(60).Sources);
        AssertGot(content);
    }

    private static byte[] Wrong(byte[] content, long offset, long length)
    {
        var bytes = content[(int)Math.Min(offset, content.Length)..(int)Math.Min(offset + length, content.Length)];
        for (var i = 0; i < bytes.Length; i += 100)
            bytes[i] ^= 0x55;
        return bytes;
    }
}
