namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Content that one peer gave to another.</summary>
/// <param name="From">Number of the machine that sent it.</param>
/// <param name="To">Number of the machine that received it.</param>
/// <param name="Bytes">Payload bytes of the datagrams that carried content.</param>
public sealed record ScenarioFlow(int From, int To, long Bytes);
