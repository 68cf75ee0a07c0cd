using Cjp2p.Actors.Tests;
using Cjp2p.Host.Hooks;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests;

public sealed class EveryActorHasTestsSpecs
{
    // Actors whose tests have another name than XyzActorTests.
    private static readonly Dictionary<string, Type> Elsewhere = new()
    {
        ["ClusterWatchActor"] = typeof(SimulateClusterTests),
        ["SliceActor"] = typeof(SimulateClusterTests),
    };

    [Fact]
    public void Each_actor_of_the_program_has_a_class_of_tests() =>
        ActorsWithTests.Check(typeof(HookActor).Assembly, typeof(EveryActorHasTestsSpecs).Assembly, Elsewhere);
}
