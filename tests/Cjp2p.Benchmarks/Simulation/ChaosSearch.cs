using System.Globalization;
using Akka.Event;
using Cjp2p.Actors.Tests.Simulation;

namespace Cjp2p.Benchmarks.Simulation;

/// <summary>Runs chaotic worlds of production nodes, seed after seed, and prints what was violated.</summary>
internal static class ChaosSearch
{
    internal static int Run(ulong first, ulong last, bool tellsAll)
    {
        var failed = 0;
        var (delivered, virtualTime) = (0L, TimeSpan.Zero);
        var processor = Environment.CpuUsage.TotalTime;
        for (var seed = first; seed <= last; seed++)
        {
            using var chaos = new ChaosWorld(seed, tellsAll ? LogLevel.InfoLevel : null);
            var violations = chaos.Run();
            delivered += chaos.World.Network.Counters.Delivered;
            virtualTime += chaos.World.Now;
            if (tellsAll)
            {
                foreach (var line in chaos.Story)
                    Console.WriteLine(line);
                foreach (var line in chaos.World.Log)
                    Console.WriteLine(line);
            }

            if (violations.Count == 0)
                continue;
            failed++;
            foreach (var violation in violations.Take(3))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {violation}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seeds {first} to {last}: {failed} failed; {delivered} delivered, {virtualTime.TotalHours:0.0} virtual hours, {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:0} s of processor"));
        return failed == 0 ? 0 : 1;
    }
}
