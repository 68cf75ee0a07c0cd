namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Derives seeds from seeds, so that every node, link and disk has a stream of its own: whoever is added later does not
/// disturb the streams of those that are there.
/// </summary>
public static class SimSeed
{
    private const ulong GoldenGamma = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The seed of stream number <paramref name="stream"/> below <paramref name="seed"/>.</summary>
    public static ulong Derive(ulong seed, ulong stream) =>
        Mix(Mix(seed + GoldenGamma) + (GoldenGamma * (stream + 1)));

    /// <summary>SplitMix64's finaliser: a bijection in which every input bit changes half of the output bits.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
