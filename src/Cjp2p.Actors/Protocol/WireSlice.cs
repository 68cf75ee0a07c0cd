namespace Cjp2p.Actors.Protocol;

/// <summary>A piece of a datagram: where it starts and how many bytes it has. Nothing is copied.</summary>
/// <param name="Start">Index of the first byte.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct WireSlice(int Start, int Length)
{
    /// <summary>The bytes of this piece of <paramref name="datagram"/>, which must be the datagram it was read from.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> datagram) => datagram.Slice(Start, Length);
}
