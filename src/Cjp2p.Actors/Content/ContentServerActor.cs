using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Answers PleaseSendContent: with Content of what is shared (and of what is verified of running downloads), with
/// MaybeTheyHaveSome of what others may have, with a short teaser for those who have not verified themselves. Runs on the
/// disk dispatcher. Has no children; its state is a cache, so a restart by its parent loses nothing.
/// </summary>
internal sealed class ContentServerActor : InspectedActor
{
    // Serving: the only state.
    private const int SuppliersToStrangersMax = 3;
    private const int SuppliersMax = 48;
    private const int SuppliersOneIn = 43;
    private static readonly TimeSpan IdleSweep = TimeSpan.FromSeconds(30);

    private readonly NodeServices _node;
    private readonly IActorRef _store;
    private Random? _random;
    private BlockCache? _cache;
    private PeerAddress[] _told = [];
    private byte[]? _scratch;
    private long _requests;
    private long _served;
    private long _servedBytes;

    public ContentServerActor(NodeServices node, IActorRef store) : base(node)
    {
        _node = node;
        _store = store;
        PublishTables();
    }

    private BlockCache Cache => _cache ??= new BlockCache(
        _node.Disk, _node.Settings.Content.OpenFilesMax, _node.Settings.Content.CachedBlocksMax);

    public static Props Props(NodeServices node, IActorRef store) =>
        NodeProps.OnDisk((node, store), static of => new ContentServerActor(of.node, of.store));

    protected override void PostStop() => _cache?.Dispose();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ContentServerProtocol.Serve serve:
                _node.ServerBacklog.Leave();
                Serve(serve);
                break;
            case CloseIdle:
                _cache?.CloseIdle();
                if (_cache?.OpenFiles > 0)
                    Timers.StartSingleTimer(CloseIdle.Instance, CloseIdle.Instance, IdleSweep);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private protected override ActorState Inspect() => new ContentServerState(
        $"{_served} of {_requests} requests answered with {Amounts.Bytes(_servedBytes)}", _requests, _served, _servedBytes)
    {
        Tables = Tables(),
    };

    private protected override ImmutableArray<TableSize> Tables()
    {
        var settings = _node.Settings.Content;
        return
        [
            new("cjp2p.content.open-files-max", "files", _cache?.OpenFiles ?? 0, settings.OpenFilesMax, _cache?.FilesEvicted ?? 0),
            new("cjp2p.content.cached-blocks-max", "blocks of 256 KiB", _cache?.Blocks ?? 0, settings.CachedBlocksMax, _cache?.BlocksEvicted ?? 0),
        ];
    }

    private void Serve(ContentServerProtocol.Serve serve)
    {
        _requests += serve.Requests.Count;
        using var batch = serve.Via.RentSendBatch();
        for (var i = 0; i < serve.Requests.Count;)
        {
            var end = i + 1;
            while (end < serve.Requests.Count && serve.Requests[end].Datagram == serve.Requests[i].Datagram)
                end++;
            ServeDatagram(batch, serve.Requests, i, end);
            i = end;
        }

        if (_cache?.OpenFiles > 0 && !Timers.IsTimerActive(CloseIdle.Instance))
            Timers.StartSingleTimer(CloseIdle.Instance, CloseIdle.Instance, IdleSweep);
    }

    // The answers to one datagram: one datagram to the unverified (that is all they may get), as few as hold them to others.
    private void ServeDatagram(ISendBatch batch, IReadOnlyList<ContentRequest> requests, int start, int end)
    {
        var first = requests[start];
        var before = _servedBytes;
        var reply = Begin(batch, first, 0, out var head);
        if (first.Others.Length > 0)
            reply.TryWriteRawElement(first.Others.Span);
        for (var i = start; i < end; i++)
        {
            var request = requests[i];
            if (request.Verified && request.Id.IsSha256)
                _node.Sources.Add(request.Id, request.Source);
            if (!TryFind(request, out var found) || !TryStatPart(ref found))
            {
                TellSuppliers(ref reply, request);
                continue;
            }

            if (!_node.Rates.TryUpload(
                request.Source, (int)Math.Min(request.Length, MostBytes(request)), _node.Clock.Now, _node.Clock.UtcNow))
            {
                _node.Counters.Add(WireCount.RateLimited);
                continue;
            }

            var bytes = Read(request, found);
            if (bytes is not { } content)
                continue;
            if (!reply.TryWriteContent(request.Id, request.Offset, content.Span, found.LengthBytes))
            {
                if (!request.Verified)
                    continue;
                Commit(batch, ref reply, first, head);
                reply = Begin(batch, first, WireSize(request, content.Length, found.LengthBytes), out head);
                reply.TryWriteContent(request.Id, request.Offset, content.Span, found.LengthBytes);
            }

            _served++;
            _servedBytes += content.Length;
            if (request.Verified && (_random ??= _node.NewRandom()).Next(SuppliersOneIn) == 0)
                TellSuppliers(ref reply, request);
        }

        Commit(batch, ref reply, first, head);
        if (_servedBytes > before)
            _node.Traffic.AddOut(first.Source, _servedBytes - before);
    }

    private DatagramWriter Begin(ISendBatch batch, in ContentRequest to, int contentBytes, out int head)
    {
        var most = Math.Min(to.BytesMax, Math.Max(_node.Settings.Wire.DatagramBytesMax, contentBytes));
        var writer = new DatagramWriter(batch.Reserve(most)[..most]);
        ReplyHead.Write(ref writer, _node, to.Source, to.GiveCookie, to.Echo.Span);
        head = writer.ElementCount;
        return writer;
    }

    // A verified source that asks for what we do not have hears nothing; a stranger at least gets its cookie.
    private void Commit(ISendBatch batch, ref DatagramWriter reply, in ContentRequest to, int head)
    {
        var bytes = reply.Finish();
        if (bytes == 0 || (to.Verified && reply.ElementCount == head))
            return;
        batch.Commit(to.Source, bytes);
        _node.Counters.Add(WireCount.Replies);
    }

    // Room for one content of that size with the cookies before it.
    private int WireSize(in ContentRequest request, int bytes, long eof) => Math.Min(
        65_507,
        (bytes + 2) / 3 * 4 + DatagramWriter.ContentOverheadBytes(request.Id, request.Offset, eof)
        + _node.Settings.Wire.Limits.CookieBytesMax + 128);

    private bool TryFind(in ContentRequest request, out Servable found)
    {
        if (_node.Catalog.TryFind(request.Id, out var shared))
        {
            found = new Servable(shared.File, shared.File.LengthBytes, shared);
            return true;
        }

        if (_node.Catalog.TryFindBlock(request.Id, out var block))
        {
            found = new Servable(block.File.File, block.LengthBytes, block.File, block.Offset);
            return true;
        }

        found = default;
        if (!_node.Routes.TryGet(request.Id, out var route) || route.Partial is not { } partial)
            return false;
        var length = Math.Min(Math.Min(request.Length, MostBytes(request)), partial.LengthBytes - request.Offset);
        if (!partial.Covers(request.Offset, length))
            return false;
        found = new Servable(new FileStat(partial.Path, 0, 0), partial.LengthBytes, null);
        return true;
    }

    // The file of a running download changes all the time.
    private bool TryStatPart(ref Servable found)
    {
        if (found.Shared is not null)
            return true;
        try
        {
            if (!_node.Disk.TryStat(found.File.Path, out var stat))
                return false;
            found = found with { File = stat };
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warning("{Path} cannot be read: {Reason}", found.File.Path, FileProblems.Describe(e));
            return false;
        }
    }

    private int MostBytes(in ContentRequest request) => request.Verified
        ? _node.Settings.Content.RequestBytesMax
        : _node.Settings.Content.TeaserBytesMax;

    // Null: no answer.
    private ReadOnlyMemory<byte>? Read(in ContentRequest request, in Servable found)
    {
        // Past the end, and so of an empty content, silence, as from the Ruby and Bash nodes: the March node ends at a
        // Content whose offset is not before its eof, the July node asks for an empty content again at once, for ever.
        if (request.Offset >= found.LengthBytes)
            return null;
        var length = (int)Math.Min(Math.Min(request.Length, MostBytes(request)), found.LengthBytes - request.Offset);
        if (length == 0)
            return ReadOnlyMemory<byte>.Empty;
        try
        {
            if (TryReadRange(found.File, found.Start + request.Offset, length, out var bytes))
                return bytes;
            if (found.Shared is { } changed)
            {
                _log.Info("{Path} changed since it was indexed; it is not served until it is indexed again", found.File.Path);
                _store.Tell(new ContentStoreProtocol.FileChanged(changed));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warning("{Path} cannot be read: {Reason}", found.File.Path, FileProblems.Describe(e));
            if (found.Shared is { } lost)
                _store.Tell(new ContentStoreProtocol.FileChanged(lost));
        }

        return null;
    }

    private bool TryReadRange(in FileStat file, long offset, int length, out ReadOnlyMemory<byte> bytes)
    {
        var inBlock = (int)Math.Min(length, SpanGeometry.SpanBytes - offset % SpanGeometry.SpanBytes);
        if (!Cache.TryRead(file, offset, inBlock, out bytes) || inBlock == length)
            return inBlock == length && !bytes.IsEmpty;
        _scratch ??= new byte[_node.Settings.Content.RequestBytesMax];
        bytes.CopyTo(_scratch);
        if (!Cache.TryRead(file, offset + inBlock, length - inBlock, out bytes))
            return false;
        bytes.CopyTo(_scratch.AsMemory(inBlock));
        bytes = _scratch.AsMemory(0, length);
        return true;
    }

    private void TellSuppliers(ref DatagramWriter reply, in ContentRequest request)
    {
        if (_told.Length == 0)
            _told = new PeerAddress[SuppliersMax];
        var room = _told.AsSpan(0, request.Verified ? SuppliersMax : SuppliersToStrangersMax);
        var told = _node.Routes.TryGet(request.Id, out var route) && route.Suppliers is { IsEmpty: false } suppliers
            ? SourceMemory.Others(suppliers.AsSpan(), request.Source, room)
            : _node.Sources.CopyFor(request.Id, request.Source, room);
        if (told > 0)
            reply.TryWriteMaybeTheyHaveSome(request.Id, _told.AsSpan(0, told));
    }

    private readonly record struct Servable(FileStat File, long LengthBytes, SharedFile? Shared, long Start = 0);

    private sealed class CloseIdle
    {
        public static CloseIdle Instance { get; } = new();
    }
}
