namespace Cjp2p.Actors.Protocol;

/// <summary>The names of the messages as they stand on the wire.</summary>
internal static class WireNames
{
    /// <summary>The kind of the message with this name, escapes resolved.</summary>
    public static WireMessageKind KindOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        5 when name.SequenceEqual("Peers"u8) => WireMessageKind.Peers,
        7 when name.SequenceEqual("Content"u8) => WireMessageKind.Content,
        14 when name.SequenceEqual("AlwaysReturned"u8) => WireMessageKind.AlwaysReturned,
        15 when name.SequenceEqual("PleaseSendPeers"u8) => WireMessageKind.PleaseSendPeers,
        15 when name.SequenceEqual("ReturnedMessage"u8) => WireMessageKind.ReturnedMessage,
        17 when name.SequenceEqual("PleaseSendContent"u8) => WireMessageKind.PleaseSendContent,
        17 when name.SequenceEqual("MaybeTheyHaveSome"u8) => WireMessageKind.MaybeTheyHaveSome,
        17 when name.SequenceEqual("SupportedMessages"u8) => WireMessageKind.SupportedMessages,
        23 when name.SequenceEqual("PleaseReturnThisMessage"u8) => WireMessageKind.PleaseReturnThisMessage,
        27 when name.SequenceEqual("PleaseListSupportedMessages"u8) => WireMessageKind.PleaseListSupportedMessages,
        29 when name.SequenceEqual("PleaseAlwaysReturnThisMessage"u8) => WireMessageKind.PleaseAlwaysReturnThisMessage,
        _ => WireMessageKind.Unknown,
    };
}
