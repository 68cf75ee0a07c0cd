using System.Net;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>What a Rust node remembers of a peer.</summary>
internal sealed class KnownPeer(IPEndPoint address, double delayMs)
{
    public IPEndPoint Address { get; } = address;

    /// <summary>The only score of a peer.</summary>
    public double DelayMs { get; set; } = delayMs;

    /// <summary>Payload of the cookie it asked to be given back, null if none.</summary>
    public string? Cookie { get; set; }
}
