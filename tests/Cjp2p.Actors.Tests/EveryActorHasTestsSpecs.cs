using Cjp2p.Actors.Node;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Inspection;
using Cjp2p.Actors.Tests.Node;
using Cjp2p.Actors.Tests.Simulation;
using Cjp2p.Actors.Tests.Simulation.Foreign;
using Cjp2p.Actors.Tests.Simulation.Hostile;
using Cjp2p.Actors.Tests.Simulation.Scenarios;

namespace Cjp2p.Actors.Tests;

public sealed class EveryActorHasTestsSpecs
{
    // Actors whose tests have another name than XyzActorTests.
    private static readonly Dictionary<string, Type> Elsewhere = new()
    {
        ["DownloadActor"] = typeof(DownloadTests),
        ["DownloadManagerActor.ProgressCollector"] = typeof(DownloadTests),
        ["FieldWatcher"] = typeof(ActionTests),
        ["FolderIndexerActor"] = typeof(ContentStoreActorTests),
        ["ForeignModelActor"] = typeof(ForeignPeerSpec),
        ["HostileSenderActor"] = typeof(HostilePeerSpec),
        ["NodeActor.StatusCollector"] = typeof(NodeActorTests),
        ["ScenarioUserActor"] = typeof(ScenarioSpec),
        ["SimRootActor"] = typeof(SimWorldSpec),
        ["TreeCollector"] = typeof(ActorStateTests),
    };

    [Fact]
    public void Each_actor_of_the_library_has_a_class_of_tests() =>
        ActorsWithTests.Check(typeof(NodeActor).Assembly, typeof(EveryActorHasTestsSpecs).Assembly, Elsewhere);
}
