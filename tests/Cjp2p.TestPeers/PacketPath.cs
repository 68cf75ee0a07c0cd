using System.Buffers.Binary;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.TestPeers;

/// <summary>
/// One direction of a path for real IPv4 packets: what a <see cref="LinkModel"/> does with each. Pure: packets and time are arguments,
/// chance comes from the seed. Loss is of packets, or of datagrams: then all fragments of one share the fate of its first.
/// </summary>
public sealed class PacketPath
{
    /// <summary>Datagrams of which some fragments are still to come. The sender's system sends them one after the other.</summary>
    public const int OpenDatagramsMax = 1024;

    private const int HeaderBytes = 20;
    private const int MoreFragments = 0x2000;
    private const int OffsetMask = 0x1FFF;

    private readonly LinkModel _link;
    private readonly bool _losesDatagrams;
    private readonly HashSet<(ulong Addresses, int IdAndProtocol)> _lost = [];

    /// <summary>Makes a path that is idle.</summary>
    /// <param name="link">What it does; the length of packets is the sender's affair, so that <see cref="LinkSettings.MtuBytes"/> says nothing.</param>
    /// <param name="losesDatagrams">Chance decides about datagrams, not about each packet.</param>
    /// <param name="seed">The chance.</param>
    public PacketPath(LinkSettings link, bool losesDatagrams, ulong seed)
    {
        _link = new LinkModel(link, seed);
        _losesDatagrams = losesDatagrams;
    }

    /// <summary>Packets that passed.</summary>
    public long Passed { get; private set; }

    /// <summary>Packets that chance took.</summary>
    public long Lost { get; private set; }

    /// <summary>Packets that found no room in the queue.</summary>
    public long Overflowed { get; private set; }

    /// <summary>How long a packet that comes now waits for those before it.</summary>
    public TimeSpan Queue(long nowTicks)
    {
        var bitsPerSecond = _link.Settings.BitsPerSecond;
        return bitsPerSecond == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(_link.QueuedBytes(nowTicks) * 8.0 / bitsPerSecond);
    }

    /// <summary>Offers a packet at a time that never goes back. What is not IPv4 has nobody at the other end.</summary>
    public LinkOutcome Offer(long nowTicks, ReadOnlySpan<byte> packet)
    {
        if (packet.Length < HeaderBytes || packet[0] >> 4 != 4)
            return LinkOutcome.Dropped(DropReason.NoHost);
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        var isFirst = (fragment & OffsetMask) == 0;
        var isLast = (fragment & MoreFragments) == 0;
        var isFragment = !isFirst || !isLast;
        var outcome = _link.OfferPacket(nowTicks, packet.Length, isFragment, Fate(packet, isFragment, isFirst, isLast));
        if (isFragment && isFirst && _losesDatagrams && outcome.Drop is DropReason.Loss or DropReason.Burst)
            Remember(Key(packet));
        Count(outcome.Drop);
        return outcome;
    }

    private DropReason? Fate(ReadOnlySpan<byte> packet, bool isFragment, bool isFirst, bool isLast)
    {
        if (!_losesDatagrams || !isFragment || isFirst)
            return null;
        var key = Key(packet);
        return (isLast ? _lost.Remove(key) : _lost.Contains(key)) ? DropReason.Loss : DropReason.None;
    }

    private void Remember((ulong Addresses, int IdAndProtocol) key)
    {
        // Their last fragments were never sent.
        if (_lost.Count == OpenDatagramsMax)
            _lost.Clear();
        _lost.Add(key);
    }

    private void Count(DropReason drop)
    {
        switch (drop)
        {
            case DropReason.None:
                Passed++;
                break;
            case DropReason.QueueFull:
                Overflowed++;
                break;
            default:
                Lost++;
                break;
        }
    }

    // RFC 791: source, destination, protocol and identification together name a datagram.
    private static (ulong Addresses, int IdAndProtocol) Key(ReadOnlySpan<byte> packet) =>
        (BinaryPrimitives.ReadUInt64BigEndian(packet[12..]), BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) << 8 | packet[9]);
}
