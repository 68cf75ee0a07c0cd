using System.Numerics;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// SplitMix64 with a step of its own for each stream: 16 bytes of state, and the same numbers on every machine. A mutable
/// struct that lives in one field; the simulator's links and disks draw from it without an object each.
/// </summary>
internal struct SplitMix
{
    private readonly ulong _gamma;
    private ulong _state;

    internal SplitMix(ulong seed)
    {
        _state = SimSeed.Mix(seed);

        // A step with too few changes between neighbouring bits mixes badly; the same repair as in Java's SplittableRandom.
        var gamma = SimSeed.Mix(seed ^ 0xD1B5_4A32_D192_ED03) | 1;
        _gamma = BitOperations.PopCount(gamma ^ (gamma >> 1)) < 24 ? gamma ^ 0xAAAA_AAAA_AAAA_AAAA : gamma;
    }

    internal ulong Next() => SimSeed.Mix(_state += _gamma);

    /// <summary>Evenly in [0, 1), from 53 bits.</summary>
    internal double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Evenly in (0, 1]: safe for logarithms and divisions.</summary>
    internal double NextDoubleAboveZero() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>True with this probability; no number is drawn for "never" and "always".</summary>
    internal bool Chance(double probability) =>
        probability > 0 && (probability >= 1 || NextDouble() < probability);

    /// <summary>Evenly in [0, bound); 0 for a bound of 0.</summary>
    internal ulong Below(ulong bound) => Math.BigMul(Next(), bound, out _);
}
