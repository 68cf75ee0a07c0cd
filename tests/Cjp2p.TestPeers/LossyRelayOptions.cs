namespace Cjp2p.TestPeers;

/// <summary>What a <see cref="LossyRelay"/> does to the datagrams of one direction. Shares are between 0 and 1.</summary>
public sealed record LossyRelayOptions
{
    /// <summary>Nothing happens to any datagram.</summary>
    public static LossyRelayOptions Clean { get; } = new();

    /// <summary>Share of datagrams that vanish.</summary>
    public double Loss { get; init; }

    /// <summary>Share of datagrams that arrive twice.</summary>
    public double Duplication { get; init; }

    /// <summary>Share of datagrams that are held back until others have passed.</summary>
    public double Reordering { get; init; }

    /// <summary>A datagram held back goes on after so many later ones.</summary>
    public int ReorderAfter { get; init; } = 3;

    /// <summary>A datagram held back goes on after this time even if no other comes.</summary>
    public TimeSpan ReorderAtMost { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Share of datagrams with one bit turned over.</summary>
    public double Corruption { get; init; }

    /// <summary>Datagrams with a bit turned over at the most, from the beginning of the relay on.</summary>
    public long CorruptedMax { get; init; } = long.MaxValue;

    /// <summary>
    /// Bytes sent on at the most, from the beginning of the relay on; then everything vanishes until this is changed. So
    /// something can happen in the middle of a transfer whose pace nobody knows.
    /// </summary>
    public long PassedBytesMax { get; init; } = long.MaxValue;

    /// <summary>Time that every datagram takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Up to so much more, drawn for each datagram; datagrams overtake each other.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Bytes a second; 0 is no limit.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>With a limit: bytes that may wait, what does not fit vanishes.</summary>
    public long QueueBytesMax { get; init; } = 1 << 20;
}
