namespace Cjp2p.Actors.Simulation;

/// <summary>
/// How a host is connected to the rest of the world: what it sends passes <see cref="Up"/>, what it receives passes
/// <see cref="Down"/>; a datagram from one host to another passes the one's up and the other's down link.
/// </summary>
/// <param name="Up">From the host.</param>
/// <param name="Down">To the host.</param>
public sealed record AccessLink(LinkSettings Up, LinkSettings Down)
{
    /// <summary>The same in both directions.</summary>
    public AccessLink(LinkSettings both) : this(both, both)
    {
    }

    /// <summary>No delay, no limit, no fault.</summary>
    public static AccessLink Perfect { get; } = new(new LinkSettings());

    /// <summary>A wired office: 1 Gbit/s, 0.1 ms each way.</summary>
    public static AccessLink Lan { get; } = new(new LinkSettings
    {
        Latency = TimeSpan.FromMicroseconds(100),
        Jitter = TimeSpan.FromMicroseconds(20),
        BitsPerSecond = 1_000_000_000,
        QueueBytesMax = 512 * 1024,
        MtuBytes = 1500,
    });

    /// <summary>A data centre: 10 Gbit/s, 0.5 ms to the exchange.</summary>
    public static AccessLink DataCentre { get; } = new(new LinkSettings
    {
        Latency = TimeSpan.FromMicroseconds(500),
        Jitter = TimeSpan.FromMicroseconds(50),
        BitsPerSecond = 10_000_000_000,
        QueueBytesMax = 4 * 1024 * 1024,
        MtuBytes = 1500,
    });

    /// <summary>A household: 100 Mbit/s down, 20 up, 8 ms with some jitter, one packet of a thousand lost.</summary>
    public static AccessLink Home { get; } = new(
        new LinkSettings
        {
            Latency = TimeSpan.FromMilliseconds(8),
            Jitter = TimeSpan.FromMilliseconds(1),
            JitterShape = JitterShape.Exponential,
            Loss = 0.001,
            BitsPerSecond = 20_000_000,
            QueueBytesMax = 256 * 1024,
            MtuBytes = 1500,
        },
        new LinkSettings
        {
            Latency = TimeSpan.FromMilliseconds(8),
            Jitter = TimeSpan.FromMilliseconds(2),
            JitterShape = JitterShape.Exponential,
            Loss = 0.001,
            BitsPerSecond = 100_000_000,
            QueueBytesMax = 1024 * 1024,
            MtuBytes = 1500,
        });

    /// <summary>A phone on the move: 30 Mbit/s down, 10 up, 30 ms and more, losses in bursts, no fragments.</summary>
    public static AccessLink Mobile { get; } = new(
        new LinkSettings
        {
            Latency = TimeSpan.FromMilliseconds(30),
            Jitter = TimeSpan.FromMilliseconds(10),
            JitterShape = JitterShape.HeavyTail,
            Loss = 0.005,
            Bursts = new BurstLoss(0.001, 0.1),
            BitsPerSecond = 10_000_000,
            QueueBytesMax = 512 * 1024,
            MtuBytes = 1400,
            DropsFragments = true,
        },
        new LinkSettings
        {
            Latency = TimeSpan.FromMilliseconds(30),
            Jitter = TimeSpan.FromMilliseconds(15),
            JitterShape = JitterShape.HeavyTail,
            Loss = 0.005,
            Bursts = new BurstLoss(0.001, 0.1),
            BitsPerSecond = 30_000_000,
            QueueBytesMax = 1024 * 1024,
            MtuBytes = 1400,
            DropsFragments = true,
        });
}
