using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation;

/// <summary>A content of a simulated world: what foreign peers serve and hostile ones falsify.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Bytes">All of it.</param>
public sealed record SimContent(ContentId Id, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The content of these bytes, with the id that belongs to them.</summary>
    public static SimContent Of(ReadOnlyMemory<byte> bytes) =>
        new(ContentId.FromSha256(Sha256Digest.FromBytes(System.Security.Cryptography.SHA256.HashData(bytes.Span))), bytes);
}
