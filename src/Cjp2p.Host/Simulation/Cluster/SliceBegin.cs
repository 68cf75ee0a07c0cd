namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>What a slice is made from.</summary>
/// <param name="Build">The build of the program that asks: another one might play something else.</param>
/// <param name="Name">Name of the scenario.</param>
/// <param name="Scenario">The scenario as HOCON, with all that options change in it.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Number">Number of the slice.</param>
/// <param name="Of">Slices in all.</param>
internal sealed record SliceBegin(Guid Build, string Name, string Scenario, ulong Seed, int Number, int Of)
{
    /// <summary>The build of this process.</summary>
    public static Guid OwnBuild { get; } = typeof(Actors.Simulation.SimWorld).Module.ModuleVersionId;
}
