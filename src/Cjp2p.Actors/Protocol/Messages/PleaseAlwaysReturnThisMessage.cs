namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Hands out a cookie: put this into an <see cref="AlwaysReturned"/> in every datagram you send me, so that I know that
/// you receive at the address you claim. <c>{"PleaseAlwaysReturnThisMessage":{"cookie":"0a1b2c3d"}}</c> from the July 2026
/// Rust node, <c>{"key":1234567890}</c> as payload from that of March; any JSON is echoed.
/// </summary>
/// <param name="Payload">The cookie, byte for byte.</param>
public sealed record PleaseAlwaysReturnThisMessage(RawJson Payload) : WireMessage;
