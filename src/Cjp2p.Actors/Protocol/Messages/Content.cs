using System.Collections.Immutable;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// A range of a content: <c>{"Content":{"id":"8f43...","offset":0,"base64":"aGk=","eof":2}}</c>. Whether it was asked for,
/// and whether the bytes are true, is for others to find out.
/// </summary>
/// <param name="Id">Which content.</param>
/// <param name="Offset">Where the first byte belongs.</param>
/// <param name="Bytes">The bytes, decoded.</param>
/// <param name="Eof">Bytes of the whole content, as the sender says; null when it says nothing.</param>
public sealed record Content(ContentId Id, long Offset, ImmutableArray<byte> Bytes, long? Eof) : WireMessage
{
    /// <inheritdoc/>
    public bool Equals(Content? other) => other is not null && Id == other.Id && Offset == other.Offset && Eof == other.Eof
        && Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Offset, Bytes.AsSpan().Length, Eof);
}
