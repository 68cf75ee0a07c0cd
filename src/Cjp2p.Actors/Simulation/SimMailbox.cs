using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The default mailbox of a simulated world: a linked list instead of Akka's segmented queue, whose first segment is more
/// than half of the memory of an idle actor. It costs an object for each message, which the many quiet actors of a
/// simulation do not feel.
/// </summary>
public sealed class SimMailbox : MailboxType, IProducesMessageQueue<SimMessages>
{
    /// <summary>Built by Akka.</summary>
    public SimMailbox(Settings settings, Config config) : base(settings, config)
    {
    }

    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new SimMessages(system.Scheduler);
}
