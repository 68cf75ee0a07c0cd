using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// A transport whose outgoing datagrams can be tapped. While nobody taps, a batch that is rented is the transport's own, and
/// all it costs is one check for each batch.
/// </summary>
internal sealed class TappedTransport(ITransport transport, NodeInspection inspection) : ITransport
{
    public PeerAddress LocalAddress => transport.LocalAddress;

    public TransportCounters Counters => transport.Counters;

    public int ReceiveBufferBytes => transport.ReceiveBufferBytes;

    public bool IsOwnHost(in PeerAddress address) => transport.IsOwnHost(address);

    public IReadOnlyList<PeerAddress> BroadcastAddresses(ushort port) => transport.BroadcastAddresses(port);

    public void Start(IDatagramSink sink) => transport.Start(sink);

    public ISendBatch RentSendBatch()
    {
        var batch = transport.RentSendBatch();
        return inspection.Border is { HasDatagramTaps: true } border ? new TappedBatch(batch, border, LocalAddress) : batch;
    }

    public void Dispose() => transport.Dispose();

    // What was written is looked at where it stands: nothing is copied that no tap takes.
    private sealed class TappedBatch(ISendBatch batch, InspectionBorder border, PeerAddress local) : ISendBatch
    {
        private int _reserved;

        public Span<byte> Reserve(int bytesMax)
        {
            _reserved = bytesMax;
            return batch.Reserve(bytesMax);
        }

        public void Commit(in PeerAddress to, int bytes)
        {
            border.OnDatagram(DatagramDirection.Out, local, to, batch.Reserve(_reserved)[..bytes]);
            batch.Commit(to, bytes);
        }

        public void Dispose() => batch.Dispose();
    }
}
