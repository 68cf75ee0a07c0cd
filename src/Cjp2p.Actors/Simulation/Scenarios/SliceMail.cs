namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Datagrams from one slice to another.</summary>
/// <param name="To">Number of the slice that they go to.</param>
/// <param name="Earliest">When the first of them arrives in the middle of the network.</param>
/// <param name="Datagrams">
/// The datagrams, one after the other, as <c>SimSlicing</c> writes them: in a buffer of the slice that sends them, which fills it
/// again once the next mail was taken.
/// </param>
public sealed record SliceMail(int To, TimeSpan Earliest, ReadOnlyMemory<byte> Datagrams);
