using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation;

/// <summary>What the command line of <c>simulate</c> asks for.</summary>
/// <param name="Source">Name or file of the scenario, as it was given.</param>
/// <param name="Scenario">The scenario with all that options change in it.</param>
/// <param name="Seed">The seed, or the first of several.</param>
/// <param name="LastSeed">The last of several, or null.</param>
/// <param name="StopAtStep">Step to stop at, or null.</param>
/// <param name="Json">Print JSON.</param>
/// <param name="CheckDeterminism">Run it in another process too.</param>
/// <param name="Checkpoints">Print the trace's checkpoints, for the process that checks.</param>
/// <param name="Report">File for the report, or null.</param>
/// <param name="Trace">File for the trace, or null.</param>
/// <param name="Pcap">File for the datagrams, or null.</param>
/// <param name="PauseAt">Where to pause, or null.</param>
/// <param name="Dashboard">Where the page is served, or null.</param>
/// <param name="Shrunk">File for the shrunk scenario, or null.</param>
internal sealed record SimulateRequest(
    string Source,
    Scenario Scenario,
    ulong Seed,
    ulong? LastSeed,
    long? StopAtStep,
    bool Json,
    bool CheckDeterminism,
    bool Checkpoints,
    string? Report,
    string? Trace,
    string? Pcap,
    string? Shrunk,
    PauseAt? PauseAt = null,
    System.Net.IPEndPoint? Dashboard = null)
{
    /// <summary>Threads to split the world over, or null.</summary>
    public int? Threads { get; init; }

    /// <summary>Processes to split the world over, or null.</summary>
    public int? Cluster { get; init; }

    /// <summary>Where other processes are waited for, or null.</summary>
    public System.Net.IPEndPoint? ClusterListen { get; init; }

    /// <summary>The options that play the same run again, the seed included: a seed alone is not enough.</summary>
    public IReadOnlyList<string> Options(ulong seed)
    {
        var options = new List<string> { "--scenario", Source, "--peers", Text(Scenario.Peers), "--seed", Text(seed) };
        if (Scenario.Loss is { } loss)
            options.AddRange(["--loss", ScenarioValues.Number(loss)]);
        options.AddRange(["--duration", ScenarioValues.Time(Scenario.Duration)]);
        return options;
    }

    /// <summary>The command that plays the same run again.</summary>
    public string Command(ulong seed, string further = "") => $"cjp2p simulate {string.Join(' ', Options(seed))}{further}";

    private static string Text(IFormattable number) => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture);
}
