namespace Cjp2p.Actors.Simulation;

/// <summary>
/// One direction of a link. The default is perfect: no delay, no limit, no fault. Chances are from 0 to 1 and are per IP
/// packet for loss, per datagram for the rest.
/// </summary>
public sealed record LinkSettings
{
    /// <summary>Delay of every packet, one way.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Size of the extra, random delay; how it is meant is up to <see cref="JitterShape"/>.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Distribution of the extra delay.</summary>
    public JitterShape JitterShape { get; init; } = JitterShape.Uniform;

    /// <summary>
    /// Jitter never lets a datagram overtake another, as on a single path with queues; only those that
    /// <see cref="Reordering"/> picks arrive late. When false, jitter alone reorders.
    /// </summary>
    public bool KeepsOrder { get; init; } = true;

    /// <summary>Chance that a packet is lost, each by itself.</summary>
    public double Loss { get; init; }

    /// <summary>Loss in bursts, or null.</summary>
    public BurstLoss? Bursts { get; init; }

    /// <summary>Chance that a datagram arrives twice.</summary>
    public double Duplication { get; init; }

    /// <summary>The copy arrives up to this much later.</summary>
    public TimeSpan DuplicationDelay { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Chance that a datagram is held back, so that later ones overtake it.</summary>
    public double Reordering { get; init; }

    /// <summary>How long it is held back at the most.</summary>
    public TimeSpan ReorderingDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Chance that one bit of a datagram arrives flipped (as if the checksum had not noticed).</summary>
    public double Corruption { get; init; }

    /// <summary>Bits per second on the wire, IP and UDP headers included; 0 is unlimited.</summary>
    public long BitsPerSecond { get; init; }

    /// <summary>Bytes that wait before a limited link at the most; what comes then is dropped.</summary>
    public int QueueBytesMax { get; init; } = 256 * 1024;

    /// <summary>The longest IP packet; longer datagrams travel in fragments, and a lost fragment loses the datagram. 0 is unlimited.</summary>
    public int MtuBytes { get; init; }

    /// <summary>Fragments never arrive, as behind many firewalls and on many mobile networks.</summary>
    public bool DropsFragments { get; init; }

    /// <summary>Throws when a number makes no sense; the message names it.</summary>
    /// <exception cref="ArgumentException">One line: the property and what it may be.</exception>
    public void Validate()
    {
        CheckChance(Loss, nameof(Loss));
        CheckChance(Duplication, nameof(Duplication));
        CheckChance(Reordering, nameof(Reordering));
        CheckChance(Corruption, nameof(Corruption));
        CheckDelay(Latency, nameof(Latency));
        CheckDelay(Jitter, nameof(Jitter));
        CheckDelay(DuplicationDelay, nameof(DuplicationDelay));
        CheckDelay(ReorderingDelay, nameof(ReorderingDelay));
        if (Bursts is { } bursts)
        {
            CheckChance(bursts.GoodToBad, $"{nameof(Bursts)}.{nameof(bursts.GoodToBad)}");
            CheckChance(bursts.BadToGood, $"{nameof(Bursts)}.{nameof(bursts.BadToGood)}");
            CheckChance(bursts.LossInBad, $"{nameof(Bursts)}.{nameof(bursts.LossInBad)}");
        }

        if (!Enum.IsDefined(JitterShape))
            throw new ArgumentException($"{nameof(JitterShape)} is {JitterShape}, which there is not.");
        if (BitsPerSecond is < 0 or > 1_000_000_000_000)
            throw new ArgumentException($"{nameof(BitsPerSecond)} is {BitsPerSecond}; it may be 0 (unlimited) to 10^12.");
        if (QueueBytesMax < 0)
            throw new ArgumentException($"{nameof(QueueBytesMax)} is {QueueBytesMax}; it may not be negative.");
        if (MtuBytes is not 0 and (< 576 or > 65_575))
            throw new ArgumentException($"{nameof(MtuBytes)} is {MtuBytes}; it may be 0 (unlimited) or 576 to 65575.");
    }

    private static void CheckChance(double value, string name)
    {
        if (!(value >= 0 && value <= 1))
            throw new ArgumentException($"{name} is {value}; a chance is 0 to 1.");
    }

    private static void CheckDelay(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero || value > TimeSpan.FromHours(1))
            throw new ArgumentException($"{name} is {value}; it may be 0 to an hour.");
    }
}
