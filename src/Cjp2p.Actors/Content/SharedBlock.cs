namespace Cjp2p.Actors.Content;

/// <summary>A part of a shared file that is a content of its own.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">Where it begins there.</param>
/// <param name="LengthBytes">Its length.</param>
public sealed record SharedBlock(SharedFile File, long Offset, int LengthBytes);
