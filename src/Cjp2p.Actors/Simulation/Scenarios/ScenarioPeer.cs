namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>What became of one peer.</summary>
/// <param name="Number">Number of its machine.</param>
/// <param name="Group">Its group.</param>
/// <param name="BytesSent">Payload bytes that it sent.</param>
/// <param name="BytesReceived">Payload bytes that it received.</param>
/// <param name="Sessions">When it ran.</param>
public sealed record ScenarioPeer(
    int Number, string Group, long BytesSent, long BytesReceived, IReadOnlyList<ScenarioSession> Sessions);
