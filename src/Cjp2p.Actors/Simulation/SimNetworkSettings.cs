namespace Cjp2p.Actors.Simulation;

/// <summary>Limits of the simulated network as a whole.</summary>
public sealed record SimNetworkSettings
{
    /// <summary>Datagrams under way at the most; what is sent beyond is dropped and counted.</summary>
    public int InFlightMax { get; init; } = 10_000_000;

    /// <summary>Datagrams that a clogged host holds back at the most, in each direction.</summary>
    public int CloggedMax { get; init; } = 10_000;

    /// <summary>Datagrams that arrive at one endpoint at one tick and are handed over as one batch, at the most.</summary>
    public int BatchMax { get; init; } = 64;

    /// <summary>Delay between two hosts behind the same NAT, and between two endpoints of one host.</summary>
    public TimeSpan InsideLatency { get; init; } = TimeSpan.FromMicroseconds(200);
}
