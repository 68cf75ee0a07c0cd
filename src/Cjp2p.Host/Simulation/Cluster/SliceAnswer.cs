namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>What a slice answers.</summary>
/// <param name="Error">Why it could not, in one line; empty: it could.</param>
/// <param name="Body">The answer; see <see cref="SliceCodec"/>.</param>
internal sealed record SliceAnswer(string Error, byte[] Body);
