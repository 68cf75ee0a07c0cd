using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Who sits before a node: is told how its downloads go.</summary>
internal sealed class ScenarioUserActor(ScenarioRun run, ScenarioNode node) : UntypedActor
{
    public static Props Props(ScenarioRun run, ScenarioNode node) =>
        NodeProps.Of(() => new ScenarioUserActor(run, node));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DownloadProtocol.IEvent told:
                run.Told(node, told);
                break;
            case NodeProtocol.NotStarted notStarted:
                run.NotStarted(node, notStarted.Reason);
                break;
        }
    }
}
