using System.Numerics;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Datagrams with buffers of 64 bytes to 64 KiB, in powers of two. What comes back is kept up to a limit. One thread at a
/// time.
/// </summary>
internal sealed class SimDatagramPool(SimNetwork network)
{
    private const int SmallestShift = 6;
    private const int LargestShift = 16;
    private const long KeptBytesMax = 64 * 1024 * 1024;

    private readonly SimDatagram?[] _free = new SimDatagram?[LargestShift - SmallestShift + 1];
    private long _keptBytes;

    /// <summary>Taken and not brought back.</summary>
    internal long Rented { get; private set; }

    internal SimDatagram Rent(int bytes)
    {
        Rented++;
        var shift = Math.Max(SmallestShift, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(bytes, 1) - 1));
        if (_free[shift - SmallestShift] is not { } datagram)
            return new SimDatagram(network, GC.AllocateUninitializedArray<byte>(1 << shift));
        _free[shift - SmallestShift] = datagram.Next;
        datagram.Next = null;
        _keptBytes -= datagram.Buffer.Length;
        return datagram;
    }

    internal void Return(SimDatagram datagram)
    {
        Rented--;
        datagram.Receiver = null;
        datagram.Sender = null!;
        if (_keptBytes + datagram.Buffer.Length > KeptBytesMax)
            return;
        _keptBytes += datagram.Buffer.Length;
        var index = BitOperations.TrailingZeroCount(datagram.Buffer.Length) - SmallestShift;
        datagram.Next = _free[index];
        _free[index] = datagram;
    }
}
