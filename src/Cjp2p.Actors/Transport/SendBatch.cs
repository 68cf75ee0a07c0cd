using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// A pooled batch over a ring of native memory: datagrams are written one behind the other and leave together. The
/// subclasses say how they are handed to the kernel.
/// </summary>
/// <remarks>
/// A batch may outlive its transport: sending looks at <see cref="UdpTransport.IsEnded"/> first and holds a reference
/// on the socket's handle during each system call, so that a closed (and perhaps re-used) descriptor is never written
/// to; what it held then counts as send failures.
/// </remarks>
internal abstract unsafe class SendBatch : ISendBatch
{
    /// <summary>More than the longest UDP datagram, so that an over-long one is refused, and counted, by the kernel.</summary>
    public const int DatagramRoomBytes = 64 * 1024;

    /// <summary>Room of a batch: 64 datagrams of 8 KiB, or 8 of the longest.</summary>
    public const int RingBytes = 512 * 1024;

    private const int NothingReserved = -1;

    private readonly UdpTransport _transport;
    private readonly NativeBuffer _ring = new(RingBytes);
    private readonly int[] _datagramBytes;
    private int _count;
    private int _usedBytes;
    private int _reservedBytes = NothingReserved;
    private int _isRented;

    protected SendBatch(UdpTransport transport, int datagramsMax)
    {
        _transport = transport;
        _datagramBytes = new int[datagramsMax];
    }

    public Span<byte> Reserve(int bytesMax)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isRented) == 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(bytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytesMax, DatagramRoomBytes);
        if (_count == _datagramBytes.Length || RingBytes - _usedBytes < bytesMax)
        {
            SendAll();
        }

        _reservedBytes = bytesMax;
        return new Span<byte>(_ring.Start + _usedBytes, bytesMax);
    }

    public void Commit(in PeerAddress to, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _reservedBytes);
        _reservedBytes = NothingReserved;
        if (to.Port == 0 || to.IsIPv6 != _transport.IsIPv6)
        {
            _transport.Counters.AddSendFailure();
            return;
        }

        Store(_count, _ring.Start + _usedBytes, bytes, to);
        _datagramBytes[_count++] = bytes;
        _usedBytes += bytes;
    }

    /// <summary>Sends and gives back. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Volatile.Read(ref _isRented) == 0)
        {
            return;
        }

        SendAll();
        _reservedBytes = NothingReserved;
        if (Interlocked.Exchange(ref _isRented, 0) == 1)
        {
            _transport.Batches.Return(this);
        }
    }

    /// <summary>The pool hands it out.</summary>
    public void OnRented() => Volatile.Write(ref _isRented, 1);

    /// <summary>The pool does not keep it.</summary>
    public virtual void Free() => _ring.Dispose();

    /// <summary>Notes datagram number <paramref name="index"/> of the batch.</summary>
    protected abstract void Store(int index, byte* datagram, int bytes, in PeerAddress to);

    /// <summary>Hands what was noted to the kernel.</summary>
    protected abstract void Send(ReadOnlySpan<int> datagramBytes, TransportCounters counters);

    private void SendAll()
    {
        if (_transport.IsEnded)
        {
            for (int i = 0; i < _count; i++)
            {
                _transport.Counters.AddSendFailure();
            }
        }
        else if (_count > 0)
        {
            Send(_datagramBytes.AsSpan(0, _count), _transport.Counters);
        }

        _count = 0;
        _usedBytes = 0;
        GC.KeepAlive(this);
    }
}
