namespace Cjp2p.Actors.Simulation;

/// <summary>
/// One direction of a link: decides for each datagram whether and when it arrives. Pure: time is an argument, chance comes
/// from its own seed, and only + - * / and square roots are used, so that it decides the same on every machine.
/// </summary>
/// <remarks>
/// In this order: fragments that are not let through; the queue; the time on the wire (a lost packet takes its time too);
/// loss, random and in bursts, for each fragment; latency and jitter; holding back; duplication; corruption.
/// </remarks>
public sealed class LinkModel
{
    private const int UdpHeaderBytes = 8;
    private const int IPv4HeaderBytes = 20;
    private const int IPv6HeaderBytes = 40;
    private const int IPv6FragmentHeaderBytes = 8;

    private LinkSettings _settings;
    private SplitMix _chance;
    private long _busyUntilTicks;
    private long _wireRemainder;
    private long _orderFloorTicks;
    private long _latestArrivalTicks;
    private bool _bad;

    /// <summary>Makes a link that is idle and in its good state.</summary>
    public LinkModel(LinkSettings settings, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        _settings = settings;
        _chance = new SplitMix(seed);
    }

    /// <summary>Its settings; they may change at any time and hold for what is offered from then on.</summary>
    public LinkSettings Settings
    {
        get => _settings;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Validate();
            _settings = value;
        }
    }

    /// <summary>
    /// What is offered later arrives as if alone: there is neither a queue nor a kept order. Such a link may be asked before
    /// the datagram is there.
    /// </summary>
    internal bool HasNoQueue =>
        _settings.BitsPerSecond == 0 && (!_settings.KeepsOrder || _settings.Jitter == TimeSpan.Zero);

    /// <summary>Bytes on the wire for a datagram: its payload, UDP header, and an IP header for each fragment.</summary>
    public static int WireBytes(int payloadBytes, int mtuBytes, bool isIPv6, out int fragments)
    {
        var header = isIPv6 ? IPv6HeaderBytes : IPv4HeaderBytes;
        var udpBytes = payloadBytes + UdpHeaderBytes;
        fragments = 1;
        if (mtuBytes == 0 || udpBytes + header <= mtuBytes)
            return udpBytes + header;
        if (isIPv6)
            header += IPv6FragmentHeaderBytes;

        // Every fragment but the last carries a multiple of eight bytes.
        var room = (mtuBytes - header) / 8 * 8;
        fragments = (udpBytes + room - 1) / room;
        return udpBytes + (fragments * header);
    }

    /// <summary>Offers a datagram to the link at a time that never goes back.</summary>
    public LinkOutcome Offer(long nowTicks, int payloadBytes, bool isIPv6 = false)
    {
        var settings = _settings;
        var wireBytes = WireBytes(payloadBytes, settings.MtuBytes, isIPv6, out var fragments);
        return fragments > 1 && settings.DropsFragments
            ? LinkOutcome.Dropped(DropReason.Fragments)
            : Carry(nowTicks, wireBytes, fragments, payloadBytes, fate: null);
    }

    /// <summary>Offers an IP packet as it is on the wire, at a time that never goes back. The length of packets is the sender's affair.</summary>
    /// <param name="nowTicks">When.</param>
    /// <param name="wireBytes">Its bytes, IP header included.</param>
    /// <param name="isFragment">It is one of several that make a datagram.</param>
    /// <param name="fate">What chance decided about the datagram that it is a fragment of; null: chance decides now.</param>
    public LinkOutcome OfferPacket(long nowTicks, int wireBytes, bool isFragment = false, DropReason? fate = null) =>
        isFragment && _settings.DropsFragments
            ? LinkOutcome.Dropped(DropReason.Fragments)
            : Carry(nowTicks, wireBytes, 1, wireBytes, fate);

    /// <summary>Bytes that wait before the link now, one that is partly on the wire included.</summary>
    public long QueuedBytes(long nowTicks)
    {
        const ulong TicksForBits = 8 * TimeSpan.TicksPerSecond;
        if (_busyUntilTicks <= nowTicks)
            return 0;
        var high = Math.BigMul((ulong)(_busyUntilTicks - nowTicks), (ulong)_settings.BitsPerSecond, out var bitTicks);

        // Beyond 64 bits there are 200 GB in the queue, which is more than any queue may hold.
        return high != 0 ? long.MaxValue : (long)((bitTicks + TicksForBits - 1) / TicksForBits);
    }

    private LinkOutcome Carry(long nowTicks, int wireBytes, int fragments, int payloadBytes, DropReason? fate)
    {
        var settings = _settings;
        if (!TryTransmit(nowTicks, wireBytes, out var arrivalTicks))
            return LinkOutcome.Dropped(DropReason.QueueFull);
        var loss = fate ?? Lose(fragments);
        if (loss != DropReason.None)
            return LinkOutcome.Dropped(loss);

        arrivalTicks += DelayTicks();
        if (settings.KeepsOrder)
            _orderFloorTicks = arrivalTicks = Math.Max(arrivalTicks, _orderFloorTicks);
        if (_chance.Chance(settings.Reordering))
            arrivalTicks += UpTo(settings.ReorderingDelay.Ticks);
        var overtakes = arrivalTicks < _latestArrivalTicks;
        _latestArrivalTicks = Math.Max(arrivalTicks, _latestArrivalTicks);
        var copyArrivalTicks = _chance.Chance(settings.Duplication)
            ? arrivalTicks + UpTo(settings.DuplicationDelay.Ticks)
            : -1;
        var flippedBit = payloadBytes > 0 && _chance.Chance(settings.Corruption)
            ? (int)_chance.Below((ulong)payloadBytes * 8)
            : -1;
        return new LinkOutcome(DropReason.None, arrivalTicks, copyArrivalTicks, flippedBit, overtakes);
    }

    private bool TryTransmit(long nowTicks, int wireBytes, out long departureTicks)
    {
        departureTicks = nowTicks;
        var bitsPerSecond = _settings.BitsPerSecond;
        if (bitsPerSecond == 0)
            return true;

        // A packet always fits on an idle link; the queue is for those behind it.
        var isIdle = _busyUntilTicks <= nowTicks;
        if (!isIdle && QueuedBytes(nowTicks) > _settings.QueueBytesMax - wireBytes)
            return false;
        if (isIdle)
        {
            _busyUntilTicks = nowTicks;
            _wireRemainder = 0;
        }

        // What is left over of a tick is carried on, so that a busy link is exactly as fast as it says.
        var bitTicks = ((long)wireBytes * 8 * TimeSpan.TicksPerSecond) + _wireRemainder;
        _busyUntilTicks += bitTicks / bitsPerSecond;
        _wireRemainder = bitTicks % bitsPerSecond;
        departureTicks = _busyUntilTicks;
        return true;
    }

    private DropReason Lose(int fragments)
    {
        var lost = DropReason.None;
        for (var i = 0; i < fragments; i++)
        {
            if (_settings.Bursts is { } bursts)
            {
                _bad = _bad ? !_chance.Chance(bursts.BadToGood) : _chance.Chance(bursts.GoodToBad);
                if (_bad && _chance.Chance(bursts.LossInBad))
                    lost = DropReason.Burst;
            }

            if (_chance.Chance(_settings.Loss) && lost == DropReason.None)
                lost = DropReason.Loss;
        }

        return lost;
    }

    private long DelayTicks()
    {
        var latencyTicks = _settings.Latency.Ticks;
        var jitterTicks = _settings.Jitter.Ticks;
        if (jitterTicks == 0)
            return latencyTicks;
        switch (_settings.JitterShape)
        {
            case JitterShape.Normal:
                // The sum of twelve even numbers is as good a bell as a network needs, and needs no logarithm.
                var sum = -6.0;
                for (var i = 0; i < 12; i++)
                    sum += _chance.NextDouble();
                return Math.Max(latencyTicks / 2, latencyTicks + (long)(sum * jitterTicks));
            case JitterShape.Exponential:
                return latencyTicks + (long)(Math.Min(20, NegativeLog(_chance.NextDoubleAboveZero())) * jitterTicks);
            case JitterShape.HeavyTail:
                var factor = (1 / Math.Sqrt(_chance.NextDoubleAboveZero())) - 1;
                return latencyTicks + (long)(Math.Min(100, factor) * jitterTicks);
            default:
                return latencyTicks + UpTo(jitterTicks * 2);
        }
    }

    private long UpTo(long ticksMax) => (long)_chance.Below((ulong)ticksMax + 1);

    /// <summary>
    /// -ln(x) for x in (0, 1]. The one of the C library differs in its last bits from system to system, and with it the hour
    /// at which a packet arrives.
    /// </summary>
    private static double NegativeLog(double x)
    {
        const double Ln2 = 0.693147180559945309417;
        var halvings = 0;
        for (; x < 0.75; x *= 2)
            halvings++;

        // ln(x) = 2 artanh(s) for s = (x - 1) / (x + 1); here |s| <= 1/7, so nine terms are exact to the last digit.
        var s = (x - 1) / (x + 1);
        var square = s * s;
        var sum = 0.0;
        for (var n = 17; n >= 1; n -= 2)
            sum = (sum * square) + (1.0 / n);
        return (halvings * Ln2) - (2 * s * sum);
    }
}
