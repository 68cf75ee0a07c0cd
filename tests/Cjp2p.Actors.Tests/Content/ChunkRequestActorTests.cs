using System.Security.Cryptography;
using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

public sealed class ChunkRequestActorTests : NodeSpec
{
    private const int ChunkBytes = 4096;
    private static readonly PeerAddress One = Datagram.At("127.0.0.9:9");
    private static readonly byte[] Content = ScriptedSource.ContentOf(SpanGeometry.SpanBytes + 3 * ChunkBytes + 100);
    private static readonly ContentId Id = ScriptedSource.IdOf(Content);

    private readonly TestProbe _download;
    private readonly TestProbe _file;
    private readonly NodeServices _node;
    private readonly DownloadRoute _route;
    private readonly SourceSlot _source = new(7, One);
    private IActorRef _span = ActorRefs.Nobody;

    public ChunkRequestActorTests()
    {
        _download = CreateTestProbe();
        _file = CreateTestProbe();
        _node = Services();
        _node.Transports.Set([Network.Bind(Peer("127.0.0.1:24254"))]);
        _route = new DownloadRoute(Id, _download.Ref);
        _route.Reset(Content.Length);
    }

    [Fact]
    public void Granted_chunks_are_asked_for_in_datagrams_of_so_many()
    {
        // The second span: three whole chunks and 100 bytes.
        Start(1);
        Grant(10, perDatagram: 3);
        Assert.Equal([3, 1], Network.Sent.Select(sent => sent.Messages.Count));
        Assert.Equal(
            [
                new PleaseSendContent(Id, 4096, SpanGeometry.SpanBytes),
                new PleaseSendContent(Id, 4096, SpanGeometry.SpanBytes + 4096),
                new PleaseSendContent(Id, 4096, SpanGeometry.SpanBytes + 8192),
                new PleaseSendContent(Id, 100, SpanGeometry.SpanBytes + 12_288),
            ],
            Network.Sent.SelectMany(sent => sent.Messages));
        var unused = Only<DownloadProtocol.GrantUnused>(_download);
        Assert.Equal((1, 1, 6, 0), (unused.Span, unused.Generation, unused.Chunks, unused.Unrequested));
    }

    [Fact]
    public void Cookies_come_first_and_ours_only_when_it_is_wanted()
    {
        _node.Jar.Set(One, "\"theirs\""u8);
        Start(1);
        Grant(1);
        Grant(1, giveCookie: true);
        Assert.Equal(new AlwaysReturned(Datagram.Raw("\"theirs\"")), Network.Sent[0].Messages[0]);
        Assert.Equal(2, Network.Sent[0].Messages.Count);
        Assert.IsType<PleaseAlwaysReturnThisMessage>(Network.Sent[1].Messages[0]);
        Assert.IsType<AlwaysReturned>(Network.Sent[1].Messages[1]);
    }

    [Fact]
    public void Chunk_that_does_not_come_in_time_is_lost_and_its_next_wait_is_twice_as_long()
    {
        Start(1);
        Grant(1);
        AdvanceSeconds(0.499);
        Nothing(_download);
        AdvanceSeconds(0.001);
        Assert.Equal((7, 1), Lost());
        Grant(1);
        AdvanceSeconds(0.999);
        Nothing(_download);
        AdvanceSeconds(0.001);
        Assert.Equal((7, 1), Lost());
        Assert.Equal(2, Network.Sent.Count);
    }

    [Fact]
    public void Known_round_trip_makes_the_wait_short()
    {
        Start(1);
        Grant(1, roundTrip: default(RoundTripTime).Add(TimeSpan.FromMilliseconds(20)));
        AdvanceSeconds(0.059);
        Nothing(_download);
        AdvanceSeconds(0.001);
        Lost();
    }

    [Fact]
    public void Tick_that_comes_too_early_loses_nothing()
    {
        Start(1);
        Grant(1);
        _span.Tell(ChunkRequestProtocol.CheckDeadlines.Instance);
        Settle();
        Nothing(_download);
    }

    [Fact]
    public void Without_a_way_out_requests_are_lost_when_their_time_has_come()
    {
        _node.Transports.Set([]);
        Start(1);
        Grant(1);
        Assert.Empty(Network.Sent);
        AdvanceSeconds(0.5);
        Lost();
    }

    [Fact]
    public void Source_that_is_given_up_is_no_longer_waited_for()
    {
        Start(1);
        Grant(3);
        _span.Tell(new ChunkRequestProtocol.SourceGone(7));
        Settle();
        var progress = Only<DownloadProtocol.SpanProgress>(_download);
        Assert.Equal(3, progress.Outcome.Settlements[0].Cancelled);
        Assert.Equal(4, progress.Unrequested);
        AdvanceSeconds(10);
        Nothing(_download);
    }

    [Fact]
    public void Useless_answer_frees_its_request_at_once()
    {
        Start(1);
        Grant(2);
        Arrive(useless: [0]);
        var told = All(_download).Cast<DownloadProtocol.SpanProgress>().ToArray();
        Assert.Equal((1, 1), (told[0].Useless, told[0].Outcome.Settlements[0].Lost));
        Assert.Equal(3, told[0].Unrequested);
    }

    [Fact]
    public void Whole_span_goes_to_the_file_the_download_is_told_before_and_the_span_stops()
    {
        Start(1);
        Grant(4);
        _download.Watch(_span);
        Deliver(1, 0, 1, 2, 3);
        Arrive(chunks: [0, 1, 2, 3]);
        Assert.Equal(
            [typeof(DownloadProtocol.SpanProgress), typeof(DownloadProtocol.SpanFetched), typeof(Terminated)],
            All(_download).Select(message => message.GetType()));
        var write = Only<DownloadFileProtocol.WriteSpan>(_file);
        Assert.Equal((1, 1, 3 * ChunkBytes + 100), (write.Span, write.Generation, write.Length));
        Assert.Equal(Content[SpanGeometry.SpanBytes..], write.Buffer[..write.Length]);
        Assert.Null(_route.Span(1));
    }

    [Fact]
    public void Span_with_its_hash_goes_to_the_file()
    {
        Start(1, Sha256Digest.FromBytes(SHA256.HashData(Content.AsSpan(SpanGeometry.SpanBytes))));
        Deliver(1, 0, 1, 2, 3);
        Arrive(chunks: [0, 1, 2, 3]);
        Assert.Equal<int>([7], All(_download).OfType<DownloadProtocol.SpanFetched>().Single().Contributors);
        Only<DownloadFileProtocol.WriteSpan>(_file);
    }

    [Fact]
    public void Span_with_another_hash_is_corrupt_its_contributors_are_named_and_its_buffer_comes_back()
    {
        Start(1, Sha256Digest.FromBytes(new byte[32]));
        Deliver(1, 0, 1, 2, 3);
        Arrive(chunks: [0, 2]);
        _span.Tell(new ChunkRequestProtocol.ChunksArrived(new SourceSlot(9, Peer("127.0.0.10:1")), Chunks([1, 3]), default, 0, false, ChunkBytes, Now));
        Settle();
        Assert.Equal<int>([7, 9], All(_download).OfType<DownloadProtocol.SpanCorrupt>().Single().Contributors.Order());
        Nothing(_file);
        Assert.Equal(0, _node.Buffers.Rented);
    }

    [Fact]
    public void Span_that_is_stopped_gives_its_buffer_back_and_closes_its_place()
    {
        Start(1);
        Grant(4);
        Assert.NotNull(_route.Span(1));
        Stop();
        Assert.Equal(0, _node.Buffers.Rented);
        Assert.Null(_route.Span(1));
    }

    // Another length is believed before the span's actor has even started.
    [Fact]
    public void Span_of_a_length_that_is_not_believed_any_more_gives_its_buffer_back()
    {
        Start(1, beforeStart: () => _route.Reset(100));
        Stop();
        Assert.Equal(0, _node.Buffers.Rented);
        Assert.Null(_route.Span(0));
    }

    [Fact]
    public void Span_of_a_length_that_is_not_believed_any_more_does_not_take_the_place_of_a_new_one()
    {
        SpanBuffer? renewed = null;
        Start(1, beforeStart: () => renewed = Renew(1));
        Assert.Same(renewed, _route.Span(1));
        Stop();
        Assert.Same(renewed, _route.Span(1));
    }

    [Fact]
    public void Span_that_completes_after_another_length_is_believed_does_not_close_the_place_of_a_new_one()
    {
        Start(1);
        Deliver(1, 0, 1, 2, 3);
        var renewed = Renew(1);
        Arrive(chunks: [0, 1, 2, 3]);
        Assert.Same(renewed, _route.Span(1));
    }

    private void Start(int number, Sha256Digest? digest = null, Action? beforeStart = null)
    {
        Assert.True(_node.Buffers.TryRent(out var buffer));
        var task = new ChunkRequestTask(
            _route, _route.Table, number, 1, SpanGeometry.SpanLength(number, Content.Length), ChunkBytes, buffer, digest, _file.Ref,
            new BuffersInTransit(_node.Buffers));
        beforeStart?.Invoke();
        _span = _download.ChildActorOf(ChunkRequestActor.Props(_node, task), "span");
        Settle();
    }

    private SpanBuffer Renew(int number)
    {
        _route.Reset(Content.Length);
        var renewed = new SpanBuffer(new byte[SpanGeometry.SpanBytes], number * SpanGeometry.SpanBytes, ChunkBytes, ChunkBytes, _file.Ref);
        DownloadRoute.SetSpan(_route.Table, number, renewed);
        return renewed;
    }

    private void Stop()
    {
        All(_download);
        _download.Watch(_span);
        _span.Tell(PoisonPill.Instance);
        Settle();
        Only<Terminated>(_download);
    }

    private void Grant(
        int chunks, int perDatagram = 8, bool giveCookie = false, RoundTripTime roundTrip = default, int perRequest = 1)
    {
        _span.Tell(new ChunkRequestProtocol.Grant(_source, chunks, roundTrip, perDatagram, perRequest, false, giveCookie));
        Settle();
    }

    // As the receive thread does it.
    private void Deliver(int number, params int[] chunks)
    {
        foreach (var chunk in chunks)
        {
            var offset = number * SpanGeometry.SpanBytes + chunk * ChunkBytes;
            var datagram = Datagram.Of(new Actors.Protocol.Content(
                Id, offset, [.. Content[offset..Math.Min(offset + ChunkBytes, Content.Length)]], Content.Length));
            var reader = new DatagramReader(new WireLimits());
            reader.Read(datagram);
            Assert.Equal(Delivery.Stored, _route.Span(number)!.Deliver(datagram, reader.Elements[0], out _));
        }
    }

    private void Arrive(int[]? chunks = null, int[]? useless = null)
    {
        _span.Tell(new ChunkRequestProtocol.ChunksArrived(_source, Chunks(chunks ?? []), Chunks(useless ?? []), 0, false, ChunkBytes, Now));
        Settle();
    }

    private (int Source, int Chunks) Lost()
    {
        var settled = Assert.Single(Only<DownloadProtocol.SpanProgress>(_download).Outcome.Settlements.ToArray());
        return (settled.Source, settled.Lost);
    }

    private static ChunkSet Chunks(int[] chunks)
    {
        var set = default(ChunkSet);
        foreach (var chunk in chunks)
            set.Add(chunk);
        return set;
    }
}
