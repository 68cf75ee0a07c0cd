namespace Cjp2p.Benchmarks.Soak;

/// <summary>What a node used at one moment.</summary>
/// <param name="At">Minutes or days since it began.</param>
/// <param name="Values">By name.</param>
internal sealed record SoakSample(double At, IReadOnlyDictionary<string, double> Values)
{
    public const string Resident = "process: resident MiB";
    public const string Peak = "process: peak MiB";
    public const string Actors = "actors";
    public const string Restarts = "actors: restarts";
    public const string Failures = "actors: failures";
}
