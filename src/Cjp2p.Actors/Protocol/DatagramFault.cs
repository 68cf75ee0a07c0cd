namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Why a whole datagram is unusable. Empty, TooLong and NotUtf8 are looked for first, in this order; then NotJson or
/// TooDeep, whichever comes first in the text.
/// </summary>
public enum DatagramFault : byte
{
    /// <summary>It is a JSON array; it may still hold no usable element.</summary>
    None,

    /// <summary>It has no bytes.</summary>
    Empty,

    /// <summary>It is longer than <see cref="WireLimits.DatagramBytesMax"/>.</summary>
    TooLong,

    /// <summary>It is not UTF-8.</summary>
    NotUtf8,

    /// <summary>It is not JSON: syntax, something after the array, or a byte order mark.</summary>
    NotJson,

    /// <summary>It is JSON, but not an array.</summary>
    NotAnArray,

    /// <summary>Brackets are nested deeper than <see cref="WireLimits.DepthMax"/>.</summary>
    TooDeep,
}
