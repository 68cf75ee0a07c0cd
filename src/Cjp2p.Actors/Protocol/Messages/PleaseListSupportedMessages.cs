namespace Cjp2p.Actors.Protocol;

/// <summary>Asks which messages a node knows: <c>{"PleaseListSupportedMessages":{}}</c>.</summary>
public sealed record PleaseListSupportedMessages : WireMessage;
