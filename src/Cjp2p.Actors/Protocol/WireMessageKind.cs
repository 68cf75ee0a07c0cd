namespace Cjp2p.Actors.Protocol;

/// <summary>The messages that this node understands, by the names of LCDP draft 04. Each record under Messages has its shape.</summary>
public enum WireMessageKind : byte
{
    /// <summary>A well-formed element whose name we do not know.</summary>
    Unknown,

    /// <summary>Asks for addresses of other nodes.</summary>
    PleaseSendPeers,

    /// <summary>Addresses of other nodes.</summary>
    Peers,

    /// <summary>Hands out a cookie that every later datagram to the sender shall carry.</summary>
    PleaseAlwaysReturnThisMessage,

    /// <summary>The cookie, returned.</summary>
    AlwaysReturned,

    /// <summary>A ping.</summary>
    PleaseReturnThisMessage,

    /// <summary>The answer to a ping.</summary>
    ReturnedMessage,

    /// <summary>Asks for a range of a content.</summary>
    PleaseSendContent,

    /// <summary>A range of a content.</summary>
    Content,

    /// <summary>Addresses that may hold a content.</summary>
    MaybeTheyHaveSome,

    /// <summary>Asks for the list of known messages.</summary>
    PleaseListSupportedMessages,

    /// <summary>The list of known messages.</summary>
    SupportedMessages,
}
