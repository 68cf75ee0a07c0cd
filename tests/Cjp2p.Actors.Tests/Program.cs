using System.Globalization;
using Cjp2p.Actors.Tests.Simulation;

namespace Cjp2p.Actors.Tests;

/// <summary>The second process of the checks that simulations are reproducible: runs a world and prints how it went.</summary>
public static class Program
{
    /// <summary><c>gossip nodes seed seconds</c> or <c>nodes seed leeches</c>, <c>chaos seed</c>, <c>many seed</c>.</summary>
    public static void Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var numbers = args.Skip(1).Select(arg => ulong.Parse(arg, CultureInfo.InvariantCulture)).ToArray();
        Console.WriteLine(args[0] switch
        {
            "gossip" => GossipWorld.RunWithFaults((int)numbers[0], numbers[1], (int)numbers[2]),
            "nodes" => WholeNodesSpec.Run(numbers[0], (int)numbers[1]),
            "chaos" => ChaosSpec.Run(numbers[0]),
            "many" => ManyNodesSpec.Run(numbers[0]),
            var other => throw new ArgumentException($"There is no world '{other}'."),
        });
    }
}
