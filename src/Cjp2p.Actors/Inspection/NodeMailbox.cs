using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// The mailbox of a node's actors: Akka's unbounded queue, with the time at which each message came in. Named in the
/// configuration as <c>cjp2p.mailboxes.node</c>.
/// </summary>
public sealed class NodeMailbox : MailboxType, IProducesMessageQueue<NodeMessages>
{
    /// <summary>Its name in the configuration.</summary>
    public const string Id = "cjp2p.mailboxes.node";

    /// <summary>Built by Akka.</summary>
    public NodeMailbox(Settings settings, Config config) : base(settings, config)
    {
    }

    /// <inheritdoc/>
    public override Akka.Dispatch.MessageQueues.IMessageQueue Create(IActorRef owner, ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return new NodeMessages(system.Scheduler);
    }
}
