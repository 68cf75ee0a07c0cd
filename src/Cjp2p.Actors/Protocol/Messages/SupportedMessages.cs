namespace Cjp2p.Actors.Protocol;

/// <summary>
/// The messages that a node knows: <c>{"SupportedMessages":{"schema":{...}}}</c>, where schema is a JSON Schema of about
/// 9 KB from the July 2026 Rust node.
/// </summary>
/// <param name="Payload">The payload object, byte for byte.</param>
public sealed record SupportedMessages(RawJson Payload) : WireMessage;
