namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Asks for a range of a content: <c>{"PleaseSendContent":{"id":"8f43...","length":4096,"offset":0}}</c>; all three are
/// required. There is no negative answer: who has nothing stays silent.
/// </summary>
/// <param name="Id">Which content.</param>
/// <param name="Length">Bytes asked for; the Rust nodes of 2026 send at most 40,960.</param>
/// <param name="Offset">First byte asked for.</param>
public sealed record PleaseSendContent(ContentId Id, long Length, long Offset) : WireMessage;
