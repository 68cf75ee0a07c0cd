namespace Cjp2p.Actors.Content;

/// <summary>A chunk that was asked of a further source.</summary>
/// <param name="Chunk">Its number within the span.</param>
/// <param name="Source">Who gave it now.</param>
/// <param name="IsSame">Whether it is what was there before.</param>
/// <param name="Before">Digest of what was there; only when it is not the same.</param>
/// <param name="After">Digest of what is there now.</param>
public readonly record struct AuditedChunk(int Chunk, ushort Source, bool IsSame, UInt128 Before, UInt128 After);
