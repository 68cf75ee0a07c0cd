namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>
/// Production nodes under every fault there is. The first seeds found defects of ours (docs/simulation.md says which); many
/// more run with <c>dotnet run -c Release --project tests/Cjp2p.Benchmarks -- simulation chaos --first 1 --last 300</c>.
/// </summary>
public sealed class ChaosSpec
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(34)]
    [InlineData(42)]
    [InlineData(211)]
    [InlineData(273)]
    [InlineData(1000)]
    [InlineData(1001)]
    public void Nothing_wrong_happens_while_everything_goes_wrong_and_all_ends_well_afterwards(ulong seed)
    {
        using var chaos = new ChaosWorld(seed);
        Assert.Empty(chaos.Run());
    }

    [Fact]
    public void Chaos_is_the_same_in_two_processes()
    {
        using var other = AnotherProcess.Start("chaos", 7);
        Assert.Equal(Run(7), other.Output());
    }

    /// <summary>Runs a world and says what two runs must agree on.</summary>
    internal static string Run(ulong seed)
    {
        using var chaos = new ChaosWorld(seed);
        var violations = chaos.Run();
        return $"{violations.Count} violations; {chaos.World.Now} {GossipWorld.Summary(chaos.World)}";
    }
}
