using System.Collections.Concurrent;

namespace Cjp2p.Actors.Content;

/// <summary>
/// The 256 KiB buffers of all spans of a node. Bounded: when all are out, downloads wait for one to come back. An own
/// pool, because ArrayPool.Shared with rent on one thread and return on another allocates for each datagram
/// (measured, see docs/performance.md). Thread-safe.
/// </summary>
public sealed class SpanBufferPool
{
    private readonly ConcurrentQueue<byte[]> _free = new();
    private readonly int _buffersMax;
    private int _rented;

    /// <param name="buffersMax">Buffers out at the same time at the most.</param>
    public SpanBufferPool(int buffersMax) => _buffersMax = buffersMax;

    /// <summary>Buffers that are out.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>A buffer of <see cref="SpanGeometry.SpanBytes"/> bytes with any content; false when all are out.</summary>
    public bool TryRent(out byte[] buffer)
    {
        if (Interlocked.Increment(ref _rented) > _buffersMax)
        {
            Interlocked.Decrement(ref _rented);
            buffer = [];
            return false;
        }

        if (!_free.TryDequeue(out buffer!))
            buffer = GC.AllocateUninitializedArray<byte>(SpanGeometry.SpanBytes);
        return true;
    }

    /// <summary>Gives a buffer back; the caller does not touch it again.</summary>
    public void Return(byte[] buffer)
    {
        _free.Enqueue(buffer);
        Interlocked.Decrement(ref _rented);
    }
}
