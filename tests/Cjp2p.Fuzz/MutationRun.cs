using System.Globalization;
using Cjp2p.Actors.Simulation.Hostile;

namespace Cjp2p.Fuzz;

/// <summary>
/// Random mutations of captured datagrams, as many as one likes, against one target that lives all the time: ends with 1 at the
/// first thing that is wrong, or when the heap grew.
/// </summary>
internal sealed class MutationRun(string name, long count, int seconds, int seed)
{
    private const int CheckEvery = 10_000;
    private const double GrowthMax = 1.10;

    /// <summary>Runs to the end.</summary>
    public int Run()
    {
        using var target = FuzzTarget.Create(name, (ulong)seed);
        var mutator = new DatagramMutator(target.Seeds, seed);
        var began = TimeProvider.System.GetTimestamp();
        var heaps = new List<double>();
        long done = 0;
        // In the first tenth tables fill up.
        var lookEvery = Math.Max(CheckEvery, count / 20);
        while (done < count && TimeProvider.System.GetElapsedTime(began).TotalSeconds < seconds)
        {
            var input = mutator.Next().ToArray();
            try
            {
                target.TryOne(input);
                if (++done % CheckEvery == 0)
                    target.Check();
            }
            catch (Exception e)
            {
                Console.WriteLine($"FINDING after {done} (seed {seed}): {e}");
                Console.WriteLine(Convert.ToHexString(input));
                return 1;
            }

            if (done % lookEvery != 0)
                continue;
            heaps.Add(GC.GetTotalMemory(forceFullCollection: true) / 1048576.0);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{done}: heap {heaps[^1]:0.0} MiB, {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s; {target.Describe()}"));
        }

        target.Check();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{done} mutations of {target.Seeds.Count} captured datagrams (seed {seed}) in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s, no finding; {target.Describe()}"));
        if (heaps.Count < 10)
            return 0;
        // The second quarter against the last one.
        var before = Median(heaps[(heaps.Count / 4)..(heaps.Count / 2)]);
        var after = Median(heaps[(heaps.Count * 3 / 4)..]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"heap {before:0.0} MiB in the second quarter, {after:0.0} MiB in the last one"));
        return after > before * GrowthMax ? 1 : 0;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
