namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Blocks of a world's disks with equal content are kept once: a thousand nodes that fetched the same file hold it in the
/// memory of one. Blocks in here are never written to. A table of a fixed size; what meets another at its place replaces it.
/// </summary>
internal sealed class SimBlockPool
{
    private const int Slots = 1 << 14;

    private byte[]?[]? _blocks;

    /// <summary>Bytes equal to these, not to be changed by anybody.</summary>
    internal byte[] Shared(ReadOnlySpan<byte> data)
    {
        _blocks ??= new byte[]?[Slots];
        ref var slot = ref _blocks[XxHash64.Hash(data) & (Slots - 1)];
        if (slot is { } known && data.SequenceEqual(known))
            return known;
        return slot = data.ToArray();
    }
}
