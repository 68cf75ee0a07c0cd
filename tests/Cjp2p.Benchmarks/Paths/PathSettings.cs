using System.Globalization;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>A path between two networks, the same in both directions.</summary>
/// <param name="RoundTrip">The shortest round trip.</param>
/// <param name="BitsPerSecond">Bits a second on the wire, IP headers included; 0: no limit.</param>
/// <param name="Loss">Share of the datagrams of UDP and of the segments of TCP that chance takes.</param>
internal sealed record PathSettings(TimeSpan RoundTrip, long BitsPerSecond, double Loss)
{
    /// <summary>How long a packet waits at the most before a limited link; what comes then is dropped.</summary>
    public TimeSpan Queue { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Chance takes packets, each by itself, and with one fragment the whole datagram.</summary>
    public bool LosesPackets { get; init; }

    /// <summary>No fragment arrives.</summary>
    public bool DropsFragments { get; init; }

    /// <summary>Each direction of it.</summary>
    public LinkSettings Direction => new()
    {
        Latency = RoundTrip / 2,
        BitsPerSecond = BitsPerSecond,
        QueueBytesMax = (int)(BitsPerSecond / 8 * Queue.TotalSeconds),
        Loss = Loss,
        DropsFragments = DropsFragments,
    };

    /// <summary>As people write it.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(BitsPerSecond == 0 ? "no cap" : $"{BitsPerSecond / 1e6:0} Mbit/s")}, {RoundTrip.TotalMilliseconds:0} ms, loss {Loss * 100:0.#} %{(LosesPackets ? " of packets" : "")}");
}
