using System.Security.Cryptography;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>Downloads that go well, and what they do on the wire.</summary>
public sealed class DownloadTests : DownloadSpec
{
    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(65_537)]
    [InlineData(SpanGeometry.SpanBytes - 1)]
    [InlineData(SpanGeometry.SpanBytes)]
    [InlineData(SpanGeometry.SpanBytes + 1)]
    [InlineData(3 * SpanGeometry.SpanBytes + 5000)]
    public void Content_of_any_size_is_fetched_and_verified(int length)
    {
        var content = ScriptedSource.ContentOf(length);
        var source = Source(1, content);
        StartNode();
        Fetch(source.Id, [source]);
        var finished = UntilTold<DownloadProtocol.Finished>(30);
        Assert.Equal((source.Id, Target, length), (finished.Id, finished.TargetPath, finished.LengthBytes));
        Assert.Equal<PeerAddress>([source.Address], finished.Sources);
        AssertGot(content);
    }

    [Fact]
    public void Empty_content_needs_nobody()
    {
        StartNode();
        Fetch(ScriptedSource.IdOf([]), []);
        Assert.Equal(0, UntilTold<DownloadProtocol.Finished>(1).LengthBytes);
        AssertGot([]);
    }

    [Fact]
    public void Each_chunk_is_asked_for_once_when_nothing_is_lost()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        StartNode();
        Fetch(source.Id, [source]);
        var finished = UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);
        // The first is the probe.
        Assert.Equal(content.Length, source.Requests.Skip(1).Sum(request => request.Length));
        Assert.Equal(source.Requests.Count - 1, source.Requests.Skip(1).Select(request => request.Offset).Distinct().Count());
        Assert.InRange(finished.FetchedBytes, content.Length, content.Length + 4096);
    }

    [Fact]
    public void Requests_name_exactly_what_is_missing_to_the_end()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes + 4096 + 10);
        var source = Source(1, content);
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(30);
        foreach (var request in source.Requests.Skip(1))
        {
            Assert.Equal(0, request.Offset % 4096);
            Assert.True(request.Length % 4096 == 0 || request.Offset + request.Length == content.Length);
            Assert.Equal(request.Offset / SpanGeometry.SpanBytes, (request.Offset + request.Length - 1) / SpanGeometry.SpanBytes);
        }
    }

    [Fact]
    public void Requests_ask_for_more_and_more_up_to_the_limit_while_nothing_is_lost()
    {
        var content = ScriptedSource.ContentOf(32 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);
        Assert.Equal(4096, source.Requests[1].Length);
        Assert.Equal(40_960, source.Requests.Max(request => request.Length));
    }

    [Fact]
    public void Where_no_fragment_arrives_requests_ask_for_what_fits_one_packet()
    {
        const int PacketBytesMax = 1452;
        var content = ScriptedSource.ContentOf(3 * SpanGeometry.SpanBytes + 1000);
        var source = Source(1, content);
        Network.Copies = datagram => datagram.Bytes.Length <= PacketBytesMax ? 1 : 0;
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(content);
        Assert.True(source.Requests.Count(request => request.Length == RequestSize.OnePacketBytes) > 800);
    }

    [Fact]
    public void Requests_fit_a_small_datagram_and_hold_one_returned_cookie_at_the_head()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        source.Cookie = "aabbccdd";
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);
        Assert.All(Network.SentTo(source.Address), sent => Assert.InRange(sent.Bytes.Length, 1, 1400));
        var requests = source.Datagrams.Where(datagram => datagram.OfType<PleaseSendContent>().Any()).Skip(2).ToArray();
        Assert.NotEmpty(requests);
        Assert.All(requests, datagram =>
        {
            Assert.Equal(new AlwaysReturned(Datagram.Raw("""{"cookie":"aabbccdd"}""")), datagram.First(message => message is not PleaseAlwaysReturnThisMessage));
            Assert.Single(datagram.OfType<AlwaysReturned>());
        });
    }

    // The July node serves 32 bytes to those it does not know, together with its cookie.
    [Fact]
    public void Source_that_wants_its_cookie_back_gets_it_and_serves()
    {
        var content = ScriptedSource.ContentOf(100_000);
        var source = Source(1, content);
        source.Cookie = "0a1b2c3d";
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(5);
        AssertGot(content);
    }

    [Fact]
    public void Many_sources_deliver_at_once()
    {
        var content = ScriptedSource.ContentOf(8 * SpanGeometry.SpanBytes);
        ScriptedSource[] sources = [Source(1, content), Source(2, content), Source(3, content), Source(4, content)];
        StartNode();
        Fetch(sources[0].Id, sources);
        var finished = UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);
        Assert.Equal(sources.Select(source => source.Address).Order(), finished.Sources.Order());
        Assert.All(sources, source => Assert.InRange(source.Given, 40, 400));
    }

    // The Rust nodes put all answers to one datagram into one, which gets too large.
    [Fact]
    public void Source_that_packs_its_answers_is_asked_for_one_at_a_time()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        source.Packs = true;
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);
        var packed = source.Datagrams.Select(datagram => datagram.OfType<PleaseSendContent>().Count()).ToArray();
        Assert.Contains(2, packed.Take(20));
        Assert.All(packed, count => Assert.InRange(count, 0, 2));
        Assert.Equal(1, packed.TakeLast(20).Max());
    }

    [Fact]
    public void Source_that_answers_one_by_one_is_asked_for_several_in_a_datagram()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        StartNode("cjp2p.downloads.request-bytes-max = 32768");
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(30);
        Assert.True(source.Datagrams.Max(datagram => datagram.OfType<PleaseSendContent>().Count()) >= 4);
        Assert.Equal(32_768, source.Datagrams.Max(datagram => datagram.OfType<PleaseSendContent>().Sum(request => request.Length)));
    }

    // The Ruby node that relays does not say how long the content is.
    [Fact]
    public void Source_that_does_not_say_the_length_delivers_too_when_somebody_else_does()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var honest = Source(1, content);
        var relay = Source(2, content);
        relay.Eof = () => null;
        honest.Delay = TimeSpan.FromMilliseconds(300);
        StartNode();
        Fetch(honest.Id, [relay, honest]);
        var finished = UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);
        Assert.Contains(relay.Address, finished.Sources);
    }

    [Fact]
    public void Progress_is_told_as_it_goes()
    {
        var content = ScriptedSource.ContentOf(16 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        source.Delay = TimeSpan.FromMilliseconds(100);
        StartNode();
        Fetch(source.Id, [source]);
        var told = new List<DownloadProtocol.Progress>();
        UntilSeconds(60, () =>
        {
            var messages = All(User);
            told.AddRange(messages.OfType<DownloadProtocol.Progress>());
            return messages.OfType<DownloadProtocol.Finished>().Any();
        });
        Assert.InRange(told.Count, 3, 100);
        Assert.Equal(told.Select(progress => progress.DoneBytes).Order(), told.Select(progress => progress.DoneBytes));
        Assert.Contains(told, progress => progress.Phase == DownloadPhase.Fetching && progress.DoneBytes > 0);
        Assert.All(told.Skip(2), progress => Assert.Equal((content.Length, 1, ""), ((int)progress.LengthBytes, progress.Sources, progress.Why)));
    }

    [Fact]
    public void Second_user_of_the_same_content_joins_the_download()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        StartNode();
        var other = CreateTestProbe();
        Fetch(source.Id, [source]);
        AdvanceSeconds(0.02);
        Fetch(source.Id, [], target: "/elsewhere", user: other);
        UntilTold<DownloadProtocol.Finished>(30);
        Assert.Equal(Target, All(other).OfType<DownloadProtocol.Finished>().Single().TargetPath);
        Assert.False(Disk.Exists("/elsewhere"));
        Assert.Equal(content.Length, source.Requests.Skip(1).Sum(request => request.Length));
        AssertGot(content);
    }

    [Fact]
    public void Download_keeps_to_the_rate_that_the_user_allows()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        StartNode("cjp2p.limits.download = 131072");
        Fetch(source.Id, [source]);
        // A mebibyte at 128 KiB a second, of which the first second's worth comes at once.
        AdvanceSeconds(5);
        Assert.InRange(source.Given * SpanGeometry.DefaultChunkBytes, 3 * 131_072, 6 * 131_072 + 65_536);
        UntilTold<DownloadProtocol.Finished>(10);
        AssertGot(content);
    }

    [Fact]
    public void Source_named_by_a_second_user_is_asked_as_well()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        StartNode();
        Fetch(source.Id, []);
        AdvanceSeconds(1);
        Fetch(source.Id, [source], user: CreateTestProbe());
        UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);
    }

    [Fact]
    public void Content_can_be_fetched_again_as_soon_as_the_end_is_told()
    {
        var content = ScriptedSource.ContentOf(5000);
        var source = Source(1, content);
        StartNode();
        for (var i = 0; i < 3; i++)
        {
            Fetch(source.Id, [source]);
            UntilTold<DownloadProtocol.Finished>(30);
        }

        AssertGot(content);
    }

    [Fact]
    public void Several_downloads_run_side_by_side()
    {
        StartNode();
        var contents = Enumerable.Range(1, 5).Select(i => ScriptedSource.ContentOf(300_000, i)).ToArray();
        var users = contents.Select(_ => CreateTestProbe()).ToArray();
        for (var i = 0; i < contents.Length; i++)
        {
            var source = Source(i, contents[i]);
            Fetch(source.Id, [source], target: "/got/" + i, user: users[i]);
        }

        var probe = CreateTestProbe();
        Node.Tell(DownloadProtocol.GetDownloads.Instance, probe.Ref);
        Settle();
        Assert.Equal(
            contents.Select(content => ScriptedSource.IdOf(content).ToString()).Order(StringComparer.Ordinal),
            Only<DownloadProtocol.Downloads>(probe).Running.Select(progress => progress.Id.ToString()));
        AdvanceSeconds(10);
        Assert.All(users, user => Assert.Single(All(user).OfType<DownloadProtocol.Finished>()));
        for (var i = 0; i < contents.Length; i++)
            AssertGot(contents[i], "/got/" + i);
    }

    [Fact]
    public void Existing_file_of_that_name_is_replaced_when_the_content_is_verified_and_not_before()
    {
        var content = ScriptedSource.ContentOf(2 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        Disk.Put(Target, [1, 2, 3]);
        StartNode();
        Fetch(source.Id, [source]);
        while (!All(User).OfType<DownloadProtocol.Finished>().Any())
        {
            Assert.Equal([1, 2, 3], Disk.Content(Target));
            AdvanceSeconds(0.001);
        }

        AssertGot(content);
    }

    [Fact]
    public void File_is_flushed_before_it_gets_its_name()
    {
        var content = ScriptedSource.ContentOf(5000);
        var source = Source(1, content);
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(30);
        var steps = Disk.Log.Where(entry => entry.Operation is DiskOperation.Write or DiskOperation.Flush or DiskOperation.Rename).ToArray();
        Assert.Equal(DiskOperation.Rename, steps[^1].Operation);
        Assert.Equal(DiskOperation.Flush, steps[^2].Operation);
    }

    [Fact]
    public void Content_fetched_into_a_shared_folder_is_served_at_once()
    {
        var content = ScriptedSource.ContentOf(5000);
        var source = Source(1, content);
        Disk.Put("/got/other", [1]);
        StartNode("cjp2p.content.shared = [\"/got\"]");
        AdvanceSeconds(1);
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(30);
        Settle();
        Assert.True(Shared.Catalog.TryFind(source.Id, out var shared));
        Assert.Equal(Target, shared.File.Path);
        // It need not be hashed again.
        Disk.RaiseChanged("/got");
        AdvanceSeconds(5);
        Assert.Equal(0, Disk.Count(DiskOperation.OpenRead, Target));
    }

    [Fact]
    public void Content_that_is_shared_here_is_copied_and_nobody_is_asked()
    {
        var content = ScriptedSource.ContentOf(70 * SpanGeometry.SpanBytes + 9);
        Disk.Put("/shared/file", content);
        StartNode("cjp2p.content.shared = [\"/shared\"]");
        AdvanceSeconds(5);
        Fetch(ScriptedSource.IdOf(content), []);
        var finished = UntilTold<DownloadProtocol.Finished>(5);
        Assert.Equal(0, finished.FetchedBytes);
        Assert.Empty(finished.Sources);
        AssertGot(content);
        Assert.Equal(content, Disk.Content("/shared/file"));
    }

    [Theory]
    [InlineData("before")]
    [InlineData("meanwhile")]
    public void Content_that_is_shared_here_no_more_is_fetched(string when)
    {
        var content = ScriptedSource.ContentOf(40 * SpanGeometry.SpanBytes);
        var source = Source(1, content);
        // What others say of the length counts nothing: the node knows it.
        var liar = Source(2, content);
        liar.Eof = () => 5000;
        Disk.Put("/shared/file", content);
        StartNode("cjp2p.content.shared = [\"/shared\"]");
        AdvanceSeconds(5);
        var written = 0;
        Disk.Fault = (operation, path) =>
        {
            if (operation == DiskOperation.Write && path.StartsWith(Target, StringComparison.Ordinal) && ++written == 20 && when == "meanwhile")
                Disk.Spoil("/shared/file", content.Length - 1);
            return operation == DiskOperation.OpenRead && path == "/shared/file" && when == "before" ? new IOException("gone") : null;
        };
        Fetch(source.Id, [liar, source]);
        var finished = UntilTold<DownloadProtocol.Finished>(60);
        Assert.InRange(finished.FetchedBytes, 1, content.Length + SpanGeometry.SpanBytes);
        Assert.Equal(source.Address, Assert.Single(finished.Sources));
        AssertGot(content);
    }

    [Fact]
    public void Name_cannot_be_fetched_because_it_proves_nothing()
    {
        StartNode();
        Assert.True(ContentId.TryParse("file.txt", out var id));
        Fetch(id, []);
        Assert.Contains("SHA-256", UntilTold<DownloadProtocol.Failed>(1).Reason, StringComparison.Ordinal);
        Assert.Empty(TreeBelow(Downloads));
    }

    [Fact]
    public void Memory_for_spans_is_bounded_and_downloads_wait_for_it()
    {
        StartNode("cjp2p.downloads.span-buffers-max = 2");
        var one = Source(1, ScriptedSource.ContentOf(6 * SpanGeometry.SpanBytes, 1));
        var other = Source(2, ScriptedSource.ContentOf(6 * SpanGeometry.SpanBytes, 2));
        var user = CreateTestProbe();
        Fetch(one.Id, [one]);
        Fetch(other.Id, [other], target: "/got/other", user: user);
        var most = 0;
        UntilSeconds(60, () =>
        {
            most = Math.Max(most, Shared.Buffers.Rented);
            return Disk.Exists(Target) && Disk.Exists("/got/other");
        });
        Assert.Equal(2, most);
        AssertGot(one.Content);
        AssertGot(other.Content, "/got/other");
    }

    [Fact]
    public void Chunks_on_their_way_are_bounded_over_all_downloads()
    {
        StartNode("cjp2p.downloads.flight-max = 10");
        var one = Source(1, ScriptedSource.ContentOf(300_000, 1));
        var other = Source(2, ScriptedSource.ContentOf(300_000, 2));
        Fetch(one.Id, [one]);
        Fetch(other.Id, [other], target: "/got/other", user: CreateTestProbe());
        var most = 0;
        UntilSeconds(60, () =>
        {
            most = Math.Max(most, Shared.Flight.InFlight);
            return Disk.Exists(Target) && Disk.Exists("/got/other");
        });
        Assert.Equal(10, most);
        AssertGot(one.Content);
    }

    [Fact]
    public void Nobody_is_asked_but_those_who_were_named_or_are_peers()
    {
        var content = ScriptedSource.ContentOf(5000);
        var source = Source(1, content);
        StartNode();
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(30);
        Assert.All(Network.Sent.Where(sent => sent.From == Us), sent => Assert.Equal(source.Address, sent.To));
    }

    [Fact]
    public void Hash_of_the_file_is_the_id_whatever_order_spans_come_in()
    {
        var content = ScriptedSource.ContentOf(12 * SpanGeometry.SpanBytes + 77);
        ScriptedSource[] sources = [Source(1, content), Source(2, content), Source(3, content)];
        var random = new Random(5);
        Network.Delay = _ => TimeSpan.FromMilliseconds(random.Next(200));
        StartNode();
        Fetch(sources[0].Id, sources);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(content);
        Assert.Equal(sources[0].Id.Sha256.ToString(), Convert.ToHexStringLower(SHA256.HashData(Disk.Content(Target))));
    }
}
