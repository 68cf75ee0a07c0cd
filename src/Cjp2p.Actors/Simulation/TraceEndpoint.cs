namespace Cjp2p.Actors.Simulation;

/// <summary>A host of the network and one of its ports.</summary>
/// <param name="Host">Number of the host.</param>
/// <param name="Port">Port on that host itself, before any NAT.</param>
public readonly record struct TraceEndpoint(int Host, ushort Port)
{
    /// <inheritdoc/>
    public override string ToString() => $"h{Host}:{Port}";
}
