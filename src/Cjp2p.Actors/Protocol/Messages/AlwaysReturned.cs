namespace Cjp2p.Actors.Protocol;

/// <summary>The cookie of the receiver, returned: <c>{"AlwaysReturned":{"cookie":"0a1b2c3d"}}</c>.</summary>
/// <param name="Payload">The cookie, byte for byte as it was handed out.</param>
public sealed record AlwaysReturned(RawJson Payload) : WireMessage;
