namespace Cjp2p.Actors.Protocol;

/// <summary>The answer to a ping: <c>{"ReturnedMessage":{"cookie":"11151.745030629"}}</c>.</summary>
/// <param name="Payload">The payload of the ping, byte for byte.</param>
public sealed record ReturnedMessage(RawJson Payload) : WireMessage;
