using System.Globalization;
using Cjp2p.Host.Simulation;
using CsCheck;

namespace Cjp2p.Host.Tests.Simulation;

/// <summary>What a simulation asks of the runtime.</summary>
public sealed class WorldRuntimeTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void A_machine_with_two_processors_and_a_lot_of_memory_collects_after_a_gibibyte() => Assert.Equal(
        [
            "DOTNET_gcServer=1",
            "DOTNET_gcConcurrent=0",
            "DOTNET_GCHeapCount=2",
            "DOTNET_GCGen0Size=20000000",
            "DOTNET_GCGen0MaxBudget=20000000",
        ],
        WorldRuntime.Settings(processors: 2, memoryBytes: 24L << 30));

    [Fact]
    public void Garbage_is_bounded_by_the_memory_and_heaps_by_the_processors() =>
        Gen.Select(Gen.Int[1, 256], Gen.Long[0, 1L << 42]).Sample((processors, memoryBytes) =>
        {
            var settings = WorldRuntime.Settings(processors, memoryBytes)
                .Select(setting => setting.Split('=')).ToDictionary(pair => pair[0], pair => long.Parse(pair[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            Assert.InRange(settings["DOTNET_GCHeapCount"], 1, Math.Min(processors, 4));
            var garbage = settings["DOTNET_GCGen0Size"] * settings["DOTNET_GCHeapCount"];
            Assert.InRange(garbage, 64 * MiB - 4, Math.Max(64 * MiB, Math.Min(memoryBytes / 16, 1024 * MiB)));
        });
}
