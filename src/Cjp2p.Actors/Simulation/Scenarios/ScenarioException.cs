namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A scenario that makes no sense, in one line.</summary>
/// <param name="key">Where: a key as in a scenario file, such as <c>faults.cut.at</c>.</param>
/// <param name="line">What is wrong with it.</param>
public sealed class ScenarioException(string key, string line) : Exception($"{key}: {line}")
{
    /// <summary>Where, as in a scenario file.</summary>
    public string Key { get; } = key;

    /// <summary>What is wrong, without the key.</summary>
    public string Line { get; } = line;
}
