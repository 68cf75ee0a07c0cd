using System.Globalization;
using Cjp2p.Host.Tests.Simulation;

namespace Cjp2p.Host.Tests;

/// <summary>The second process of the check that simulations are reproducible: plays scenarios and prints how they went.</summary>
public static class Program
{
    /// <summary><c>scenarios peers steps</c>.</summary>
    public static void Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var numbers = args.Skip(1).Select(arg => int.Parse(arg, CultureInfo.InvariantCulture)).ToArray();
        Console.WriteLine(args[0] switch
        {
            "scenarios" => ThousandPeersTests.Play(numbers[0], numbers[1]),
            var other => throw new ArgumentException($"There is no world '{other}'."),
        });
    }
}
