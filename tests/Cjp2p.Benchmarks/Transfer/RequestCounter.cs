using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>
/// Counts the PleaseSendContent that a node sends, at the seam between it and its sockets. For fetchers, which send little
/// else: one vectorised search over each datagram of requests is less than half a percent of a transfer; over what a
/// source sends it would be three.
/// </summary>
internal sealed class RequestCounter(ITransportFactory inner) : ITransportFactory
{
    private long _requests;

    /// <summary>Requests sent until now.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <inheritdoc/>
    public ITransport Open(in PeerAddress listen, TransportSettings settings) =>
        new Transport(this, inner.Open(listen, settings));

    private sealed class Transport(RequestCounter counter, ITransport inner) : ITransport
    {
        public PeerAddress LocalAddress => inner.LocalAddress;

        public TransportCounters Counters => inner.Counters;

        public int ReceiveBufferBytes => inner.ReceiveBufferBytes;

        public void Start(IDatagramSink sink) => inner.Start(sink);

        public ISendBatch RentSendBatch() => new Batch(counter, inner.RentSendBatch());

        public void Dispose() => inner.Dispose();
    }

    private sealed unsafe class Batch(RequestCounter counter, ISendBatch inner) : ISendBatch
    {
        private byte* _reserved;

        public Span<byte> Reserve(int bytesMax)
        {
            var room = inner.Reserve(bytesMax);
            // Batches of sockets are native memory, which nobody moves between Reserve and Commit.
            fixed (byte* start = room)
                _reserved = start;
            return room;
        }

        public void Commit(in PeerAddress to, int bytes)
        {
            var requests = new ReadOnlySpan<byte>(_reserved, bytes).Count("\"PleaseSendContent\""u8);
            Interlocked.Add(ref counter._requests, requests);
            inner.Commit(to, bytes);
        }

        public void Dispose() => inner.Dispose();
    }
}
