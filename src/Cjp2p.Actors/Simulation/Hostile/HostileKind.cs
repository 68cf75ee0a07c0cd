namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>What a hostile peer does. All of them know the protocol well enough to be taken for peers.</summary>
public enum HostileKind
{
    /// <summary>Serves every content, half of the blocks with wrong bytes in the right shape.</summary>
    Poisoner,

    /// <summary>Serves the right bytes and says that the whole is longer, shorter, or ever something else.</summary>
    EofLiar,

    /// <summary>Sends its victims far more requests than it has use for, from many ports.</summary>
    Flooder,

    /// <summary>Asks its victims for as much as it can in the name of the other victims.</summary>
    Spoofer,

    /// <summary>Sends bytes that are no datagram of the protocol, or only almost.</summary>
    Garbage,

    /// <summary>Serves well and hands out addresses of peers and sources that do not exist, or that are somebody else's.</summary>
    BogusPeers,

    /// <summary>Answers each request for content with one byte.</summary>
    OneByte,

    /// <summary>Makes itself known and never says anything again.</summary>
    Silent,

    /// <summary>Sends again what was sent to it, later, to everybody, and in everybody's name.</summary>
    Replayer,
}
