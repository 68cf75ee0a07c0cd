using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Akka.Actor;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// What happens to a received datagram, on the receive thread of one transport: limit, decode, verify, route. Content
/// goes straight into its span's buffer; what needs no state is answered at once; everything that decides something is
/// gathered and told to an actor, once per batch. Never throws for anything that a datagram may hold.
/// </summary>
internal sealed class DatagramPump : IDatagramSink, ITables
{
    private static readonly TimeSpan ProvenReportInterval = TimeSpan.FromSeconds(10);
    private const int ToldAnew = 8;
    private static readonly byte[] SupportedSchema = MakeSupportedSchema();

    private readonly NodeServices _node;
    private readonly PumpTargets _targets;
    private readonly ITransport _transport;
    private readonly DatagramReader _reader;
    private readonly IngressLimiter _limiter;
    private readonly RecentTimes _bareReplies;
    private readonly RecentTimes _provenReports;
    private Random? _random;
    private PeersAnswer? _peers;
    private int _toldSample = -1;
    private int _told;

    private readonly List<Arrival> _arrivals = [];
    private readonly List<PeerNews> _news = [];
    private List<ContentRequest> _requests = [];
    private ISendBatch? _replies;
    private int _datagramNumber;
    private TimeSpan _now;

    public DatagramPump(NodeServices node, ITransport transport, PumpTargets targets)
    {
        _node = node;
        _transport = transport;
        _targets = targets;
        _reader = node.NewReader();
        _limiter = new IngressLimiter(node.Settings.Ingress, node.Clock.Now);
        _bareReplies = new RecentTimes(node.Settings.Cookies.BareReplySourcesMax);
        _provenReports = new RecentTimes(node.Settings.Cookies.BareReplySourcesMax);
        _now = node.Clock.Now;
    }

    /// <summary>Its tables that have a cap.</summary>
    public ImmutableArray<TableSize> Tables() =>
    [
        new("cjp2p.ingress.sources-max", "IP addresses", _limiter.Sources, _limiter.Limits.SourcesMax, _limiter.Evictions),
        new("cjp2p.cookies.bare-reply-sources-max", "addresses", _bareReplies.Count, _node.Settings.Cookies.BareReplySourcesMax, _bareReplies.Evictions),
    ];

    /// <inheritdoc/>
    public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        if (_datagramNumber++ == 0)
        {
            _now = _node.Clock.Now;
            _limiter.Limits = _node.Ingress;
        }

        var counters = _node.Counters;
        counters.Add(WireCount.Datagrams);
        if (source.Port == 0 || source == _transport.LocalAddress)
        {
            counters.Add(WireCount.ImpossibleSource);
            return;
        }

        if (_node.Inspection.Border is { } border && !border.Admit(_transport.LocalAddress, source, datagram))
            return;
        var admission = _limiter.Admit(source, _now);
        if (admission == Admission.ProvenOnly && !MayProve(datagram))
        {
            counters.Add(WireCount.Limited);
            return;
        }

        var result = _reader.Read(datagram);
        if (result.Fault != DatagramFault.None)
        {
            counters.Add(WireCount.Unreadable);
            _limiter.Charge(source, _now);
            return;
        }

        if (result.Skipped > 0)
            counters.Add(WireCount.BadElements, result.Skipped);
        var cookies = ReadCookies(source, datagram);
        if (GivesOurOwnCookie(source, datagram, cookies))
        {
            counters.Add(WireCount.ImpossibleSource);
            return;
        }

        var isProven = cookies.Check != CookieCheck.Invalid;
        if (isProven)
            counters.Add(WireCount.Verified);
        else if (!HoldsAskedContent(source))
        {
            if (admission == Admission.ProvenOnly)
            {
                counters.Add(WireCount.Limited);
                return;
            }

            _limiter.Charge(source, _now);
        }

        Route(source, datagram, cookies);
    }

    /// <inheritdoc/>
    public void OnBatchEnd()
    {
        _datagramNumber = 0;
        _replies?.Dispose();
        _replies = null;
        foreach (ref var arrival in CollectionsMarshal.AsSpan(_arrivals))
        {
            arrival.Span.Owner.Tell(new ChunkRequestProtocol.ChunksArrived(
                arrival.Source, arrival.Chunks, arrival.Useless, arrival.Duplicates, arrival.Shared, arrival.Span.ChunkBytes, _now));
        }

        _arrivals.Clear();
        if (_requests.Count > 0)
        {
            if (_node.ServerBacklog.TryEnter())
            {
                _targets.Server.Tell(new ContentServerProtocol.Serve(_requests, _transport));
                _requests = [];
            }
            else
            {
                _node.Counters.Add(WireCount.Shed, _requests.Count);
                _requests.Clear();
            }
        }

        if (_news.Count > 0)
        {
            if (_node.RegistryBacklog.TryEnter())
                _targets.Registry.Tell(new PeerRegistryProtocol.Heard([.. _news]));
            else
                _node.Counters.Add(WireCount.Shed, _news.Count);
            _news.Clear();
        }
    }

    /// <inheritdoc/>
    public void OnTransportFailed(string reason) =>
        _targets.Socket.Tell(new SocketProtocol.TransportFailed(_transport, reason));

    // Before any work: without these names in it a datagram proves nothing. (They might be written with escapes, which no node
    // does; then it has to come again when there is less to do.)
    private bool MayProve(ReadOnlySpan<byte> datagram) =>
        datagram.IndexOf("\"AlwaysReturned\""u8) >= 0
        || (!_node.Routes.IsEmpty && datagram.IndexOf("\"Content\""u8) >= 0);

    // The first cookie request counts, and every returned cookie: the July node returns wrong ones by mistake.
    private Cookies ReadCookies(in PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        var cookies = new Cookies { Check = CookieCheck.Invalid };
        foreach (ref readonly var element in _reader.Elements)
        {
            if (element.Kind == WireMessageKind.AlwaysReturned)
            {
                cookies.HasReturned = true;
                if (WireDecode.TryGetCookieText(element.Payload.Of(datagram), out var text))
                {
                    var check = _node.Mutations.BelievesEveryCookie
                        ? CookieCheck.Current
                        : _node.Cookies.Check(source, text, _now);
                    cookies.Check = check > cookies.Check ? check : cookies.Check;
                }
            }
            else if (element.Kind == WireMessageKind.PleaseAlwaysReturnThisMessage && cookies.Given.Length == 0
                && element.Payload.Length <= _node.Settings.Wire.Limits.CookieBytesMax)
            {
                cookies.Given = element.Payload;
            }
        }

        return cookies;
    }

    // Whoever asks for the return of a cookie of ours is ourselves, by way of a broadcast or of an address of ours that
    // others named, or an echo.
    private bool GivesOurOwnCookie(in PeerAddress source, ReadOnlySpan<byte> datagram, in Cookies cookies) =>
        cookies.Given.Length > 0
        && WireDecode.TryGetCookieText(cookies.Given.Of(datagram), out var text)
        && _node.Cookies.Check(source, text, _now) != CookieCheck.Invalid;

    private bool HoldsAskedContent(in PeerAddress source)
    {
        if (_node.Routes.IsEmpty)
            return false;
        foreach (ref readonly var element in _reader.Elements)
        {
            if (element.Kind == WireMessageKind.Content && _node.Routes.TryGet(element.Id, out var route)
                && route.TryGetSource(source, out _))
                return true;
        }

        return false;
    }

    private void Route(in PeerAddress source, ReadOnlySpan<byte> datagram, in Cookies cookies)
    {
        var proven = cookies.Check != CookieCheck.Invalid;
        var given = cookies.Given.Of(datagram);
        if (proven && !given.IsEmpty)
            _node.Jar.Set(source, given);

        var contents = 0;
        var questions = 0;
        var contentRequests = 0;
        var unknown = 0;
        var roundTrip = TimeSpan.Zero;
        var peers = ImmutableArray<PeerAddress>.Empty;
        var seenAs = default(PeerAddress);
        var isNear = false;
        foreach (ref readonly var element in _reader.Elements)
        {
            switch (element.Kind)
            {
                case WireMessageKind.Content:
                    TakeContent(source, datagram, element, contents++ > 0);
                    break;
                case WireMessageKind.PleaseSendContent:
                    contentRequests++;
                    break;
                case WireMessageKind.PleaseSendPeers:
                    isNear = true;
                    questions++;
                    break;
                case WireMessageKind.PleaseReturnThisMessage:
                case WireMessageKind.PleaseListSupportedMessages:
                    questions++;
                    break;
                case WireMessageKind.ReturnedMessage:
                    if (WireDecode.TryGetCookieText(element.Payload.Of(datagram), out var text)
                        && _node.Pings.TryRead(source, text, _now, out var measured))
                        roundTrip = measured;
                    break;
                case WireMessageKind.Peers when peers.IsEmpty:
                    peers = ReadPeers(datagram, element);
                    isNear = true;
                    WireDecode.TryReadSeenAs(datagram, element, out seenAs);
                    break;
                case WireMessageKind.MaybeTheyHaveSome:
                    TakeSuggestion(source, datagram, element);
                    break;
                case WireMessageKind.Unknown:
                    unknown++;
                    _node.Unknown.Count(source, datagram, element, _now);
                    break;
            }

            if (element.HasUnknownFields)
                _node.Unknown.CountFields(source, datagram, element, _now);
        }

        if (unknown > 0)
            _node.Counters.Add(WireCount.UnknownElements, unknown);
        GatherNews(source, proven, roundTrip, peers, seenAs, isNear);
        if (contentRequests > 0)
            GatherRequests(source, datagram, cookies, contentRequests, questions > 0);
        else if (questions > 0)
            Answer(source, datagram, cookies);
        else if (contents == 0 && peers.IsEmpty && !given.IsEmpty && !cookies.HasReturned)
            AnswerBareCookie(source, datagram, given);
    }

    private void TakeContent(in PeerAddress source, ReadOnlySpan<byte> datagram, in WireElement content, bool shared)
    {
        var counters = _node.Counters;
        if (!_node.Routes.TryGet(content.Id, out var route) || !route.TryGetSource(source, out var slot))
        {
            counters.Add(WireCount.ContentUnasked);
            return;
        }

        if (datagram.Length > slot.LargestDatagramBytes)
            slot.LargestDatagramBytes = datagram.Length;
        if (slot.AwaitsAnswer || (content.Eof >= 0 && content.Eof != slot.ClaimedEof))
        {
            if (content.Eof >= 0 && content.Eof != slot.ClaimedEof)
            {
                slot.ClaimedEof = content.Eof;
                slot.EofChanges++;
            }

            if (slot.AwaitsAnswer || slot.EofChanges <= SourceSlot.EofChangesMax)
                route.Download.Tell(new DownloadProtocol.SourceAnswered(slot, content.Eof, _now));
            slot.AwaitsAnswer = false;
        }

        var eof = route.Eof;
        if (eof < 0)
            return;
        if (route.Only is { } only && only != slot)
        {
            counters.Add(WireCount.ContentUnasked);
            return;
        }

        if (content.Eof >= 0 && content.Eof != eof)
        {
            counters.Add(WireCount.ContentOtherLength);
            return;
        }

        var span = route.Span(content.Offset / SpanGeometry.SpanBytes);
        if (span is null)
        {
            counters.Add(WireCount.ChunksDuplicate);
            return;
        }

        if (span.Only is { } witness && witness != slot)
        {
            counters.Add(WireCount.ContentUnasked);
            return;
        }

        var delivery = span.Deliver(datagram, content, out var chunks);
        counters.Add(delivery switch
        {
            Delivery.Stored => WireCount.ChunksStored,
            Delivery.Duplicate or Delivery.Late => WireCount.ChunksDuplicate,
            Delivery.Useless => WireCount.ChunksUseless,
            _ => WireCount.ChunksMalformed,
        });
        if (delivery == Delivery.Late)
            return;
        ref var arrival = ref ArrivalOf(span, slot);
        arrival.Shared |= shared;
        switch (delivery)
        {
            case Delivery.Stored:
                arrival.Chunks.Add(chunks);
                break;
            case Delivery.Duplicate:
                arrival.Duplicates++;
                break;
            default:
                arrival.Useless.Add(chunks);
                break;
        }
    }

    private ref Arrival ArrivalOf(SpanBuffer span, SourceSlot source)
    {
        var arrivals = CollectionsMarshal.AsSpan(_arrivals);
        for (var i = arrivals.Length - 1; i >= 0; i--)
        {
            if (ReferenceEquals(arrivals[i].Span, span) && ReferenceEquals(arrivals[i].Source, source))
                return ref arrivals[i];
        }

        _arrivals.Add(new Arrival { Span = span, Source = source });
        return ref CollectionsMarshal.AsSpan(_arrivals)[^1];
    }

    private void TakeSuggestion(in PeerAddress source, ReadOnlySpan<byte> datagram, in WireElement element)
    {
        if (!_node.Routes.TryGet(element.Id, out var route) || !route.TryGetSource(source, out _))
            return;
        var addresses = ReadPeers(datagram, element);
        if (addresses.IsEmpty)
            return;
        if (_node.SuggestionBacklog.TryEnter())
            _targets.Downloads.Tell(new DownloadProtocol.Suggested(element.Id, source, addresses));
        else
            _node.Counters.Add(WireCount.Shed);
    }

    private ImmutableArray<PeerAddress> ReadPeers(ReadOnlySpan<byte> datagram, in WireElement element)
    {
        var most = _node.Settings.Wire.Limits.PeersMax;
        var addresses = ArrayPool<PeerAddress>.Shared.Rent(most);
        var count = WireDecode.ReadPeers(datagram, element, addresses.AsSpan(0, most), out var skipped);
        if (skipped > 0)
            _node.Counters.Add(WireCount.BadElements, skipped);
        ImmutableArray<PeerAddress> peers = [.. addresses.AsSpan(0, count)];
        ArrayPool<PeerAddress>.Shared.Return(addresses);
        return peers;
    }

    private void GatherNews(
        in PeerAddress source, bool proven, TimeSpan roundTrip, ImmutableArray<PeerAddress> peers, in PeerAddress seenAs, bool isNear)
    {
        proven |= roundTrip > TimeSpan.Zero;
        // Who asks or answers from the same LAN, perhaps by a broadcast, is worth a try where they are looked for.
        isNear &= !proven && _node.Settings.Peers.LanDiscovery && (source.IsPrivate || source.IsLinkLocal);
        if (peers.IsEmpty && roundTrip == TimeSpan.Zero && (seenAs.Port == 0 || !proven))
        {
            // A peer that proves itself a thousand times a second is news once in a while.
            if (!(proven || isNear) || _provenReports.Holds(source, _now, ProvenReportInterval))
                return;
        }

        if (proven || isNear)
            _provenReports.Add(source, _now, ProvenReportInterval);
        _news.Add(new PeerNews(source, _now, proven, roundTrip, peers) { SeenAs = proven ? seenAs : default, IsNear = isNear });
    }

    private void GatherRequests(in PeerAddress source, ReadOnlySpan<byte> datagram, in Cookies cookies, int requests, bool alsoQuestions)
    {
        var proven = cookies.Check != CookieCheck.Invalid;
        var content = _node.Settings.Content;
        if (!proven && content.IgnoreUnverifiedOneIn > 0 && (_random ??= _node.NewRandom()).Next(content.IgnoreUnverifiedOneIn) == 0)
        {
            _node.Counters.Add(WireCount.IgnoredAtRandom);
            return;
        }

        var bytesMax = proven ? int.MaxValue : _node.UnverifiedBytesMax(datagram.Length);
        ReadOnlyMemory<byte> others = default;
        if (alsoQuestions)
        {
            var buffer = new byte[Math.Min(bytesMax, _node.Settings.Wire.DatagramBytesMax)];
            var writer = new DatagramWriter(buffer);
            WriteAnswers(ref writer, source, datagram, proven);
            var bytes = writer.Finish();
            if (bytes > 2)
                others = buffer.AsMemory(1, bytes - 2);
        }

        ReadOnlyMemory<byte> echo = cookies.Given.Of(datagram).ToArray();
        // Of most batches it is the only one: no more room than that.
        if (_requests.Capacity == 0)
            _requests.Capacity = requests;
        foreach (ref readonly var element in _reader.Elements)
        {
            if (element.Kind != WireMessageKind.PleaseSendContent)
                continue;
            _requests.Add(new ContentRequest(
                source, _datagramNumber, bytesMax, proven, cookies.Check != CookieCheck.Current, echo, others,
                element.Id, element.Offset, element.Length));
            others = default;
        }
    }

    private void Answer(in PeerAddress source, ReadOnlySpan<byte> datagram, in Cookies cookies)
    {
        var most = _node.Settings.Wire.DatagramBytesMax;
        if (cookies.Check == CookieCheck.Invalid)
            most = Math.Min(most, _node.UnverifiedBytesMax(datagram.Length));
        _replies ??= _transport.RentSendBatch();
        var writer = new DatagramWriter(_replies.Reserve(most)[..most]);
        ReplyHead.Write(
            ref writer, _node, source, cookies.Check != CookieCheck.Current, cookies.Given.Of(datagram));
        WriteAnswers(ref writer, source, datagram, cookies.Check != CookieCheck.Invalid);
        Commit(ref writer, source);
    }

    private void WriteAnswers(ref DatagramWriter writer, in PeerAddress source, ReadOnlySpan<byte> datagram, bool proven)
    {
        var toldPeers = false;
        foreach (ref readonly var element in _reader.Elements)
        {
            switch (element.Kind)
            {
                case WireMessageKind.PleaseReturnThisMessage
                    when element.Payload.Length <= _node.Settings.Wire.Limits.CookieBytesMax:
                    writer.TryWriteReturned(element.Payload.Of(datagram));
                    break;
                case WireMessageKind.PleaseSendPeers when !toldPeers:
                    toldPeers = true;
                    WritePeers(ref writer, source, tellsWhere: proven);
                    break;
                case WireMessageKind.PleaseListSupportedMessages:
                    writer.TryWriteSupportedMessages(SupportedSchema);
                    break;
            }
        }
    }

    // IPv6 addresses only to those who came by IPv6: one in a list kills the Ruby and the Python node.
    private void WritePeers(ref DatagramWriter writer, in PeerAddress source, bool tellsWhere)
    {
        var sample = _node.PeerSample;
        // Loopback is the same for everybody.
        var seenAs = tellsWhere && !source.IsLoopback ? source : default;
        // Who is asked a few times for each sample needs nothing written down for the next.
        if (_toldSample != _node.PeerSamples)
            (_toldSample, _told, _peers) = (_node.PeerSamples, 0, null);
        if (++_told > ToldAnew && (_peers ??= new PeersAnswer(_node.Settings.Wire.Limits.PeersMax)).TryWrite(ref writer, sample, source, seenAs))
            return;
        var count = 0;
        var most = Math.Min(_node.Settings.Wire.Limits.PeersMax, writer.BytesLeft / PeerAddress.TextBytesMin);
        var addresses = ArrayPool<PeerAddress>.Shared.Rent(most);
        foreach (var peer in sample)
        {
            if (count == most)
                break;
            if (peer != source && (source.IsIPv6 || !peer.IsIPv6))
                addresses[count++] = peer;
        }

        writer.TryWritePeers(addresses.AsSpan(0, count), seenAs);
        ArrayPool<PeerAddress>.Shared.Return(addresses);
    }

    // A datagram of nothing but a cookie request is how the July node tries an address that it was told: without an
    // answer it never gets to know us. The answer holds a returned cookie, and a datagram that holds one is never answered
    // here, so two such nodes cannot loop.
    private void AnswerBareCookie(in PeerAddress source, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> given)
    {
        var interval = _node.Settings.Cookies.BareReplyInterval;
        if (_bareReplies.Holds(source, _now, interval))
            return;
        _bareReplies.Add(source, _now, interval);
        var most = Math.Min(_node.Settings.Wire.DatagramBytesMax, _node.UnverifiedBytesMax(datagram.Length));
        _replies ??= _transport.RentSendBatch();
        var writer = new DatagramWriter(_replies.Reserve(most)[..most]);
        writer.TryWriteAlwaysReturned(given);
        if (writer.ElementCount == 0)
            return;
        Span<byte> cookie = stackalloc byte[CookieIssuer.CookieBytes];
        _node.Cookies.Write(source, _now, cookie);
        writer.TryWriteCookieRequest(cookie);
        Commit(ref writer, source);
    }

    private void Commit(ref DatagramWriter writer, in PeerAddress to)
    {
        var bytes = writer.Finish();
        if (bytes == 0)
            return;
        _replies!.Commit(to, bytes);
        _node.Counters.Add(WireCount.Replies);
    }

    // A JSON Schema of the messages that we handle, in the form of the July node: one property each.
    private static byte[] MakeSupportedSchema()
    {
        var names = Enum.GetNames<WireMessageKind>().Where(name => name != nameof(WireMessageKind.Unknown));
        var each = names.Select(name =>
            $$$"""{"type":"object","required":["{{{name}}}"],"properties":{"{{{name}}}":{}},"additionalProperties":false}""");
        return System.Text.Encoding.UTF8.GetBytes($$$"""{"schema":{"oneOf":[{{{string.Join(',', each)}}}]}}""");
    }

    private struct Cookies
    {
        /// <summary>The best of the cookies returned to us.</summary>
        public CookieCheck Check;

        /// <summary>Whether any cookie was returned, right or wrong.</summary>
        public bool HasReturned;

        /// <summary>The cookie that we are asked to return; empty: none, or too long.</summary>
        public WireSlice Given;
    }

    private struct Arrival
    {
        public SpanBuffer Span;
        public SourceSlot Source;
        public ChunkSet Chunks;
        public ChunkSet Useless;
        public int Duplicates;
        public bool Shared;
    }
}

/// <summary>The actors that a pump tells.</summary>
/// <param name="Socket">Told of the transport's end.</param>
/// <param name="Registry">Told of peers.</param>
/// <param name="Downloads">Told of suggested sources.</param>
/// <param name="Server">Told of content requests.</param>
internal sealed record PumpTargets(IActorRef Socket, IActorRef Registry, IActorRef Downloads, IActorRef Server);
