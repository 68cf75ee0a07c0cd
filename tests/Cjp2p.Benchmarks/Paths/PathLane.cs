using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Transport;
using Cjp2p.TestPeers;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>One direction of the relay: packets from one device that wait until they are due at the other. Used by one thread.</summary>
internal sealed unsafe class PathLane : IDisposable
{
    // 250 ms of 780 Mbit/s, or 20 ms of 9 Gbit/s.
    private const int Slots = 1 << 14;
    private const int SlotBytes = 2048;
    private const int ProtocolAt = 9;
    private const int SourceAt = 15;
    private const int TargetAt = 19;
    private const int Udp = 17;

    private readonly NativeBuffer _packets = new(Slots * SlotBytes);
    private readonly int[] _lengths = new int[Slots];
    private readonly long[] _dueTicks = new long[Slots];
    private readonly int _from;
    private readonly int _to;
    private readonly PacketPath _path;
    private readonly long[] _udpBytes = new long[256];
    private readonly long[] _otherBytes = new long[256];
    private long _head;
    private long _tail;

    /// <summary>Makes one between two devices.</summary>
    public PathLane(int from, int to, PacketPath path)
    {
        _from = from;
        _to = to;
        _path = path;
        // Now, not one page after the other while packets wait.
        _packets.Clear();
    }

    /// <summary>The path.</summary>
    public PacketPath Path => _path;

    /// <summary>When the next packet is due; the largest number: there is none.</summary>
    public long NextDueTicks => _head == _tail ? long.MaxValue : _dueTicks[_head % Slots];

    /// <summary>Packets that came out more than a millisecond after they were due.</summary>
    public long Late { get; private set; }

    /// <summary>Packets that came out.</summary>
    public long Delivered => _head;

    /// <summary>Bytes on the wire that came out, by UDP, to the address that ends with this number.</summary>
    public long UdpBytesTo(int address) => Volatile.Read(ref _udpBytes[address]);

    /// <summary>The same of all else, which is TCP.</summary>
    public long TcpBytesTo(int address) => Volatile.Read(ref _otherBytes[address]);

    /// <summary>Takes a packet from the device, when there is one and there is room.</summary>
    /// <param name="nowTicks">When.</param>
    /// <param name="cut">The address of which nothing passes; negative: all pass; 0: none passes.</param>
    public bool Take(long nowTicks, int cut)
    {
        if (_tail - _head == Slots)
            return false;
        var slot = (int)(_tail % Slots);
        var packet = _packets.Start + (long)slot * SlotBytes;
        var length = NativeCalls.Read(_from, packet, SlotBytes);
        if (length <= 0)
            return false;
        if (cut == 0 || cut == packet[SourceAt] || cut == packet[TargetAt])
            return true;
        var outcome = _path.Offer(nowTicks, new ReadOnlySpan<byte>(packet, (int)length));
        if (outcome.Drop != DropReason.None)
            return true;
        _lengths[slot] = (int)length;
        _dueTicks[slot] = outcome.ArrivalTicks;
        _tail++;
        return true;
    }

    /// <summary>Gives the next packet to the other device.</summary>
    public void Deliver(long nowTicks)
    {
        var slot = (int)(_head % Slots);
        var packet = _packets.Start + (long)slot * SlotBytes;
        var length = _lengths[slot];
        var bytes = packet[ProtocolAt] == Udp ? _udpBytes : _otherBytes;
        Volatile.Write(ref bytes[packet[TargetAt]], bytes[packet[TargetAt]] + length);
        if (nowTicks - _dueTicks[slot] > TimeSpan.TicksPerMillisecond)
            Late++;
        _ = NativeCalls.Write(_to, packet, (nuint)length);
        _head++;
    }

    /// <inheritdoc/>
    public void Dispose() => _packets.Dispose();
}
