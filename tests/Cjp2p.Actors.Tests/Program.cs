using System.Globalization;
using Cjp2p.Actors.Tests.Simulation;

namespace Cjp2p.Actors.Tests;

/// <summary>The second process of the determinism check: runs a world and prints what two runs must agree on.</summary>
public static class Program
{
    /// <summary>Takes the number of nodes, the seed and the virtual seconds.</summary>
    public static void Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var numbers = args.Select(arg => ulong.Parse(arg, CultureInfo.InvariantCulture)).ToArray();
        using var world = GossipWorld.Build((int)numbers[0], numbers[1], withFaults: true);
        world.RunFor(TimeSpan.FromSeconds(numbers[2]));
        Console.WriteLine(GossipWorld.Summary(world));
    }
}
