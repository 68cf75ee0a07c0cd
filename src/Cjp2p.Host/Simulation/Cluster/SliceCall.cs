namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>To a slice, wherever it is.</summary>
/// <param name="Slice">Its number: the entity, and the shard.</param>
/// <param name="Verb">What it is to do.</param>
/// <param name="Body">With what; see <see cref="SliceCodec"/>.</param>
internal sealed record SliceCall(int Slice, SliceVerb Verb, byte[] Body);
