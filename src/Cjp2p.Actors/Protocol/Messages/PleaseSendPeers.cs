namespace Cjp2p.Actors.Protocol;

/// <summary>Asks for addresses of other nodes: <c>{"PleaseSendPeers":{}}</c>. Answered with <see cref="Peers"/>.</summary>
public sealed record PleaseSendPeers : WireMessage;
