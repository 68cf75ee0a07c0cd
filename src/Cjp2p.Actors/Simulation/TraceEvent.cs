namespace Cjp2p.Actors.Simulation;

/// <summary>One delivery, as the trace recorded it.</summary>
/// <param name="Delivery">Its number among the deliveries of the world, from 1.</param>
/// <param name="Step">The world's step.</param>
/// <param name="At">Virtual time.</param>
/// <param name="From">Number of the host that really sent it, and its port.</param>
/// <param name="To">Number of the host that got it, and its port.</param>
/// <param name="Bytes">Length of the datagram.</param>
/// <param name="PayloadHash">XXH64 of its bytes.</param>
public readonly record struct TraceEvent(
    long Delivery, long Step, TimeSpan At, TraceEndpoint From, TraceEndpoint To, int Bytes, ulong PayloadHash)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Delivery} #{Step} {At:c} {From} -> {To} {Bytes} B {PayloadHash:x16}";
}
