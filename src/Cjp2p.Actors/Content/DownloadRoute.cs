using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// The way of content bytes into one running download, as receive threads see it. Written by the download's actor,
/// read by receive threads and by the content server; what is published is replaced as a whole, but for the sources.
/// </summary>
public sealed class DownloadRoute
{
    private readonly ConcurrentDictionary<PeerAddress, SourceSlot> _sources = new(concurrencyLevel: 1, capacity: 1);
    private volatile SpanBuffer?[] _spans = [];
    private long _eof = -1;
    private ImmutableArray<PeerAddress> _suppliers = [];
    private volatile PartialContent? _partial;
    private volatile SourceSlot? _only;

    /// <param name="id">The content.</param>
    /// <param name="download">Its <see cref="DownloadActor"/>.</param>
    public DownloadRoute(in ContentId id, IActorRef download)
    {
        Id = id;
        Download = download;
    }

    /// <summary>The content.</summary>
    public ContentId Id { get; }

    /// <summary>Its <see cref="DownloadActor"/>.</summary>
    public IActorRef Download { get; }

    /// <summary>The length that is believed; -1 while none is.</summary>
    public long Eof => Interlocked.Read(ref _eof);

    /// <summary>Sources that delivered something: offered to others who ask for the content.</summary>
    public ImmutableArray<PeerAddress> Suppliers
    {
        get => ImmutableInterlocked.InterlockedCompareExchange(ref _suppliers, default, default);
        internal set => ImmutableInterlocked.InterlockedExchange(ref _suppliers, value);
    }

    /// <summary>What is verified of it already and may be served, or null.</summary>
    public PartialContent? Partial
    {
        get => _partial;
        internal set => _partial = value;
    }

    /// <summary>The one source whose bytes are taken now, because guilt is to be proven; null: those of all.</summary>
    public SourceSlot? Only
    {
        get => _only;
        internal set => _only = value;
    }

    /// <summary>The slot of an address that the download asked.</summary>
    public bool TryGetSource(in PeerAddress address, out SourceSlot slot) => _sources.TryGetValue(address, out slot!);

    /// <summary>The open span with that number, or null.</summary>
    public SpanBuffer? Span(long number)
    {
        var spans = _spans;
        return number < spans.Length ? Volatile.Read(ref spans[number]) : null;
    }

    /// <summary>Publishes a further source.</summary>
    internal void Add(SourceSlot slot) => _sources[slot.Address] = slot;

    /// <summary>Content of this source is no longer taken.</summary>
    internal void Remove(SourceSlot slot) => _sources.TryRemove(slot.Address, out _);

    /// <summary>Starts over with another length.</summary>
    internal void Reset(long eof)
    {
        Interlocked.Exchange(ref _eof, -1);
        _spans = eof > 0 ? new SpanBuffer?[SpanGeometry.SpanCount(eof)] : [];
        Interlocked.Exchange(ref _eof, eof);
    }

    /// <summary>
    /// The places of the open spans of the length that is believed now. A span opens and closes its place in the table of
    /// its own time, so that one of the past cannot take, or close, the place of a new one.
    /// </summary>
    internal SpanBuffer?[] Table => _spans;

    /// <summary>Opens or (null) closes a span for deliveries.</summary>
    internal static void SetSpan(SpanBuffer?[] table, long number, SpanBuffer? buffer) =>
        Volatile.Write(ref table[number], buffer);
}
