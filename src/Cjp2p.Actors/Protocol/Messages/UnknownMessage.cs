namespace Cjp2p.Actors.Protocol;

/// <summary>A well-formed message that this node does not know: <c>{"Name":payload}</c>. Kept as a sample for inspection.</summary>
/// <param name="Name">Its name, escapes resolved; at most <see cref="WireLimits.NameBytesMax"/> bytes.</param>
/// <param name="Raw">Its payload, byte for byte, up to <see cref="WireLimits.UnknownRawBytesMax"/> bytes.</param>
/// <param name="Truncated">The payload was longer.</param>
public sealed record UnknownMessage(string Name, RawJson Raw, bool Truncated) : WireMessage;
