using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Doubles;

/// <summary>An endpoint in a <see cref="MemoryNetwork"/>. Datagrams that arrive at the same time are one batch.</summary>
internal sealed class MemoryTransport(MemoryNetwork network, PeerAddress address) : ITransport
{
    private IDatagramSink? _sink;
    private bool _isBatchOpen;

    public PeerAddress LocalAddress { get; } = address;

    public TransportCounters Counters { get; } = new();

    public int ReceiveBufferBytes { get; init; } = int.MaxValue;

    public bool IsStarted => _sink is not null;

    /// <summary>Where a datagram would reach everybody.</summary>
    public IReadOnlyList<string> Broadcasts { get; set; } = [];

    public IReadOnlyList<PeerAddress> BroadcastAddresses(ushort port) => [.. Broadcasts.Select(host => Datagram.At($"{host}:{port}"))];

    public bool IsDisposed { get; private set; }

    internal MemoryNetwork Network => network;

    /// <summary>Batches that were taken and not given back.</summary>
    public int RentedBatches { get; private set; }

    public void Start(IDatagramSink sink)
    {
        Assert.False(IsDisposed, "a closed transport was started");
        Assert.Null(_sink);
        _sink = sink;
    }

    public ISendBatch RentSendBatch()
    {
        RentedBatches++;
        return new Batch(this);
    }

    public void Dispose()
    {
        IsDisposed = true;
        network.Unbind(this);
    }

    /// <summary>Hands over one datagram as a batch of its own, at once.</summary>
    public void Deliver(PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        Receive(source, datagram);
        EndBatch();
    }

    public void Deliver(PeerAddress source, params WireMessage[] messages) => Deliver(source, Datagram.Of(messages));

    public void Deliver(PeerAddress source, string text) => Deliver(source, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Hands over one datagram of a batch that <see cref="EndBatch"/> ends.</summary>
    public void Receive(PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        if (IsDisposed || _sink is null)
            return;
        Counters.AddIn(1, datagram.Length);
        // A copy that is spoilt afterwards: nobody may keep the span.
        var copy = datagram.ToArray();
        _isBatchOpen = true;
        _sink.OnDatagram(source, copy);
        copy.AsSpan().Fill((byte)'!');
    }

    public void EndBatch()
    {
        if (!_isBatchOpen)
            return;
        _isBatchOpen = false;
        _sink!.OnBatchEnd();
    }

    /// <summary>Dies, as a socket does when its interface goes.</summary>
    public void Fail(string reason)
    {
        network.Unbind(this);
        _sink!.OnTransportFailed(reason);
    }

    internal void Arrive(PeerAddress source, byte[] datagram)
    {
        if (!_isBatchOpen)
            network.Time.After(TimeSpan.Zero, EndBatch);
        Receive(source, datagram);
    }

    private sealed class Batch(MemoryTransport transport) : ISendBatch
    {
        private readonly List<(PeerAddress To, byte[] Bytes)> _datagrams = [];
        private byte[]? _reserved;
        private bool _isDisposed;

        public Span<byte> Reserve(int bytesMax)
        {
            Assert.False(_isDisposed, "a batch was used after it was sent");
            Assert.InRange(bytesMax, 0, 65_507);
            if (_reserved?.Length != bytesMax)
                _reserved = new byte[bytesMax];
            return _reserved;
        }

        public void Commit(in PeerAddress to, int bytes)
        {
            Assert.False(_isDisposed, "a batch was used after it was sent");
            Assert.NotNull(_reserved);
            Assert.InRange(bytes, 0, _reserved.Length);
            if (to.Port == 0 || to.IsIPv6 != transport.LocalAddress.IsIPv6)
                transport.Counters.AddSendFailure();
            else
                _datagrams.Add((to, _reserved[..bytes]));
            _reserved = null;
        }

        public void Dispose()
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            transport.RentedBatches--;
            foreach (var (to, bytes) in _datagrams)
            {
                if (transport.IsDisposed)
                {
                    transport.Counters.AddSendFailure();
                    continue;
                }

                transport.Counters.AddOut(1, bytes.Length);
                transport.Network.Send(transport.LocalAddress, to, bytes);
            }
        }

    }
}
