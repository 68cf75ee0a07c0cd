using System.Runtime.InteropServices;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// Memory outside the managed heap, for buffers that the kernel fills or reads: it is never moved or scanned, and pages
/// that nobody has touched cost nothing, so that room for the longest datagram can be given to every place of a batch.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const nuint AlignmentBytes = 64;
    private void* _start;

    public NativeBuffer(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        _start = NativeMemory.AlignedAlloc((nuint)bytes, AlignmentBytes);
        Bytes = bytes;
    }

    /// <summary>For an owner that was forgotten; one that is in use keeps itself alive (<see cref="GC.KeepAlive"/>).</summary>
    ~NativeBuffer() => Free();

    public int Bytes { get; }

    public byte* Start => (byte*)_start;

    /// <summary>Sets every byte to zero, which touches all pages: for tables, not for room.</summary>
    public void Clear() => NativeMemory.Clear(_start, (nuint)Bytes);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
