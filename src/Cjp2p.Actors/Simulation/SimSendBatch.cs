using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// A batch of a simulated endpoint. Datagrams are written into one room of the largest size and copied out at their real
/// length when they are committed, so that what is under way takes the memory it needs and no more.
/// </summary>
internal sealed class SimSendBatch(SimNetwork network) : ISendBatch
{
    internal const int DatagramBytesMax = 65_507;

    private readonly byte[] _room = new byte[DatagramBytesMax];
    private SimTransport? _transport;
    private int _reservedBytes;

    internal SimSendBatch? NextInPool { get; set; }

    internal void Begin(SimTransport transport)
    {
        _transport = transport;
        _reservedBytes = -1;
    }

    public Span<byte> Reserve(int bytesMax)
    {
        ObjectDisposedException.ThrowIf(_transport == null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(bytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytesMax, DatagramBytesMax);
        _reservedBytes = bytesMax;
        return _room.AsSpan(0, bytesMax);
    }

    public void Commit(in PeerAddress to, int bytes)
    {
        ObjectDisposedException.ThrowIf(_transport == null, this);
        if (bytes < 0 || bytes > _reservedBytes)
            throw new InvalidOperationException($"{bytes} bytes committed of {_reservedBytes} reserved.");
        _reservedBytes = -1;

        // Virtual time stands still during a turn, so sending now is the same as sending when the batch is disposed.
        _transport.Send(to, _room.AsSpan(0, bytes));
    }

    public void Dispose()
    {
        if (_transport == null)
            return;
        _transport = null;
        network.ReturnBatch(this);
    }
}
