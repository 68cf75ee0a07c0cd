namespace Cjp2p.Benchmarks.Transfer;

/// <summary>A measurement could not be made, or its result is wrong; the message is one line for the user.</summary>
internal sealed class TransferException(string message) : Exception(message);
