namespace Cjp2p.Benchmarks.Soak;

/// <summary>What a process used at one moment.</summary>
/// <param name="Minute">Since the soak began.</param>
/// <param name="Values">By name.</param>
internal sealed record SoakSample(double Minute, IReadOnlyDictionary<string, double> Values)
{
    public const string Resident = "process: resident MiB";
    public const string Peak = "process: peak MiB";
    public const string Actors = "actors";
    public const string Restarts = "actors: restarts";
    public const string Failures = "actors: failures";
}
