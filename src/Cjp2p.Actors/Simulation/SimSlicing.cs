using System.Buffers;
using System.Buffers.Binary;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// A network that is one slice of a larger one: what it sends to hosts of other slices is gathered here, and everything has
/// an order that does not depend on how the world is cut. Datagrams that are due at one tick come before all else of that
/// tick, by sender and as they were sent.
/// </summary>
internal sealed class SimSlicing(int slices)
{
    private const int CounterBits = 36;
    private const int HeadBytes = 8 + 8 + 4 + 2 + AddressBytes + AddressBytes + 4;
    private const int AddressBytes = 16 + 4 + 2;

    private readonly Outbox[] _outboxes = [.. Enumerable.Range(0, slices).Select(_ => new Outbox())];

    /// <summary>The slice that plays a host.</summary>
    internal int SliceOf(int host) => host % slices;

    /// <summary>The place of the next datagram of a sender; the two bits below are for copies of it.</summary>
    internal static long Order(SimHost sender) => long.MinValue + ((long)sender.Number << CounterBits) + (sender.Sent << 2);

    /// <summary>The place of a copy: one of its up link, or one of its receiver's down link.</summary>
    internal static long OrderOfCopy(SimDatagram datagram) => datagram.Order | (datagram.Receiver == null ? 1L : 2L);

    /// <summary>What was delivered to a host, as a hash that does not depend on what happened elsewhere.</summary>
    internal static void Absorb(SimHost receiver, long ticks, SimDatagram datagram, ulong payloadHash)
    {
        var hash = SimSeed.Mix(receiver.Hash ^ (ulong)ticks) + 1;
        hash = SimSeed.Mix(hash ^ (((ulong)(uint)datagram.Sender.Number << 32) | ((ulong)datagram.SenderPort << 16) | datagram.To.Port)) + 1;
        receiver.Hash = SimSeed.Mix(hash ^ payloadHash) + 1;
    }

    /// <summary>The hash of a whole world, from those of its hosts by number.</summary>
    internal static ulong Combine(IEnumerable<ulong> hashes) => hashes.Aggregate(0UL, (all, one) => SimSeed.Mix(all ^ one) + 1);

    internal void Export(int slice, SimDatagram datagram, long arrivalTicks)
    {
        var outbox = _outboxes[slice];
        lock (outbox)
        {
            var head = outbox.Filling.GetSpan(HeadBytes + datagram.Length);
            BinaryPrimitives.WriteInt64LittleEndian(head, arrivalTicks);
            BinaryPrimitives.WriteInt64LittleEndian(head[8..], datagram.Order);
            BinaryPrimitives.WriteInt32LittleEndian(head[16..], datagram.Sender.Number);
            BinaryPrimitives.WriteUInt16LittleEndian(head[20..], datagram.SenderPort);
            Write(head[22..], datagram.Source);
            Write(head[(22 + AddressBytes)..], datagram.To);
            BinaryPrimitives.WriteInt32LittleEndian(head[(22 + AddressBytes + AddressBytes)..], datagram.Length);
            datagram.Payload.CopyTo(head[HeadBytes..]);
            outbox.Filling.Advance(HeadBytes + datagram.Length);
            outbox.EarliestTicks = Math.Min(outbox.EarliestTicks, arrivalTicks);
        }
    }

    /// <summary>
    /// Takes what waits for a slice; null when nothing does. Its bytes are there until that slice takes again. The thread of that slice
    /// may take while the one of this slice sends.
    /// </summary>
    internal SliceMail? Take(int slice)
    {
        var outbox = _outboxes[slice];
        if (Volatile.Read(ref outbox.EarliestTicks) == long.MaxValue)
            return null;
        lock (outbox)
        {
            var mail = new SliceMail(slice, new TimeSpan(outbox.EarliestTicks), outbox.Filling.WrittenMemory);
            (outbox.Filling, outbox.Taken) = (outbox.Taken, outbox.Filling);
            // What was taken before has been read. Cleared without wiping it: it is written over.
            outbox.Filling.ResetWrittenCount();
            outbox.EarliestTicks = long.MaxValue;
            return mail;
        }
    }

    /// <summary>Reads the next datagram of an outbox.</summary>
    internal static bool TryRead(ref ReadOnlySpan<byte> datagrams, out Head head, out ReadOnlySpan<byte> payload)
    {
        head = default;
        payload = default;
        if (datagrams.IsEmpty)
            return false;
        head = new Head(
            BinaryPrimitives.ReadInt64LittleEndian(datagrams),
            BinaryPrimitives.ReadInt64LittleEndian(datagrams[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(datagrams[16..]),
            BinaryPrimitives.ReadUInt16LittleEndian(datagrams[20..]),
            Read(datagrams[22..]),
            Read(datagrams[(22 + AddressBytes)..]));
        var length = BinaryPrimitives.ReadInt32LittleEndian(datagrams[(HeadBytes - 4)..]);
        payload = datagrams.Slice(HeadBytes, length);
        datagrams = datagrams[(HeadBytes + length)..];
        return true;
    }

    private static void Write(Span<byte> to, in PeerAddress address)
    {
        address.WriteAddressBytes(to[..16]);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], address.ScopeId);
        BinaryPrimitives.WriteUInt16LittleEndian(to[20..], address.Port);
    }

    private static PeerAddress Read(ReadOnlySpan<byte> from) => PeerAddress.FromIPv6(
        from[..16], BinaryPrimitives.ReadUInt16LittleEndian(from[20..]), BinaryPrimitives.ReadUInt32LittleEndian(from[16..]));

    /// <summary>What goes before the bytes of a datagram.</summary>
    internal readonly record struct Head(
        long ArrivalTicks, long Order, int Sender, ushort SenderPort, PeerAddress Source, PeerAddress To);

    /// <summary>What goes to one slice: in two buffers in turn, one that fills while what was taken is read.</summary>
    private sealed class Outbox
    {
        internal ArrayBufferWriter<byte> Filling { get; set; } = new();

        internal ArrayBufferWriter<byte> Taken { get; set; } = new();

        /// <summary>When the first of what waits arrives in the middle of the network; the end of time: nothing waits.</summary>
        internal long EarliestTicks = long.MaxValue;
    }
}
