using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>How one peer is at some moment of a run.</summary>
/// <param name="Number">Number of its machine.</param>
/// <param name="Group">Its group.</param>
/// <param name="Address">Its address, as others see it.</param>
/// <param name="IsUp">It runs.</param>
/// <param name="Starts">How often it was started.</param>
/// <param name="Fetches">What it fetches.</param>
public sealed record ScenarioPeerState(
    int Number, string Group, PeerAddress Address, bool IsUp, int Starts, IReadOnlyList<ScenarioFetch> Fetches);
