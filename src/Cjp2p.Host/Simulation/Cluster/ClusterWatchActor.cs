using Akka.Actor;
using Akka.Cluster;

namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>Sees who joins the cluster, and tells whoever waits when somebody is lost.</summary>
internal sealed class ClusterWatchActor(ClusterNode node) : UntypedActor
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);

    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
        typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberUp up:
                node.Came(up.Member.Address);
                break;
            case ClusterEvent.MemberLeft left:
                node.Left(left.Member.Address);
                break;
            case ClusterEvent.MemberExited exited:
                node.Left(exited.Member.Address);
                break;
            case ClusterEvent.UnreachableMember lost:
                node.Lost(lost.Member.Address);
                break;
            case ClusterEvent.MemberRemoved removed:
                node.Left(removed.Member.Address);
                break;
        }
    }
}
