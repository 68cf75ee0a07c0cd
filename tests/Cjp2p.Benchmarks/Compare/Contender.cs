using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>Something that is compared, and what it did in each round.</summary>
/// <param name="name">As it is printed.</param>
internal sealed class Contender(string name)
{
    private readonly List<TransferRun> _runs = [];

    /// <summary>As it is printed.</summary>
    public string Name => name;

    /// <summary>One for each round.</summary>
    public IReadOnlyList<TransferRun> Runs => _runs;

    /// <summary>Adds a round.</summary>
    public void Add(TransferRun run) => _runs.Add(run);

    /// <summary>The ratio of one figure of this to one of another, round by round: what ran next to each other is compared.</summary>
    public Statistics? Over(Contender other, Func<TransferRun, double?> mine, Func<TransferRun, double?> theirs)
    {
        double[] ratios =
        [
            .. _runs.Zip(other.Runs, (one, two) => mine(one) / theirs(two)).OfType<double>(),
        ];
        return ratios.Length == 0 ? null : Statistics.Of(ratios);
    }
}
