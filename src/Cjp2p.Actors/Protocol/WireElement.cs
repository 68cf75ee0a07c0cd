namespace Cjp2p.Actors.Protocol;

/// <summary>
/// One decoded element of a datagram. Its slices point into the datagram it was read from, so it is worth something
/// only as long as those bytes are. Fields that a kind does not have are at their defaults.
/// </summary>
public struct WireElement
{
    /// <summary>Which message it is.</summary>
    public WireMessageKind Kind { get; internal set; }

    /// <summary>The message's name as written, without the quotes; escapes are not resolved.</summary>
    public WireSlice Name { get; internal set; }

    /// <summary>The raw JSON of the payload, byte for byte.</summary>
    public WireSlice Payload { get; internal set; }

    /// <summary>Content, PleaseSendContent, MaybeTheyHaveSome: which content.</summary>
    public ContentId Id { get; internal set; }

    /// <summary>Content, PleaseSendContent: first byte of the range.</summary>
    public long Offset { get; internal set; }

    /// <summary>PleaseSendContent: bytes asked for.</summary>
    public long Length { get; internal set; }

    /// <summary>Content: bytes of the whole content; -1 when the field is absent. Whether it fits the range is not checked.</summary>
    public long Eof { get; internal set; }

    /// <summary>Content: the base64 text between its quotes, not yet checked. See <see cref="WireDecode.TryDecodeBase64"/>.</summary>
    public WireSlice Base64 { get; internal set; }

    /// <summary>Content: the base64 text has JSON escapes in it (some encoders write <c>\/</c> for <c>/</c>).</summary>
    public bool Base64HasEscapes { get; internal set; }

    /// <summary>The payload has fields that the message does not have, as far as we know. See <see cref="DatagramReader.IsKnownField"/>.</summary>
    public bool HasUnknownFields { get; internal set; }

    /// <summary>Peers, MaybeTheyHaveSome: the raw JSON array of addresses. See <see cref="WireDecode.ReadPeers"/>.</summary>
    public WireSlice Peers { get; internal set; }

    /// <summary>Peers: where the sender sees us, as raw JSON, not yet checked; empty when it does not say. See <see cref="WireDecode.TryReadSeenAs"/>.</summary>
    public WireSlice SeenAs { get; internal set; }
}
