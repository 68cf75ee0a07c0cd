namespace Cjp2p.Actors.Protocol;

/// <summary>
/// A ping: <c>{"PleaseReturnThisMessage":{"cookie":"11151.745030629"}}</c> from the July 2026 Rust node; the payload is any
/// JSON that means something to its sender.
/// </summary>
/// <param name="Payload">The payload, byte for byte.</param>
public sealed record PleaseReturnThisMessage(RawJson Payload) : WireMessage;
