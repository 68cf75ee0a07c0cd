namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>What is wrong with a hostile server.</summary>
public enum HostileBehaviour
{
    /// <summary>Nothing: it serves the right bytes at once.</summary>
    Honest,

    /// <summary>Never answers anything.</summary>
    Silent,

    /// <summary>Sends no more than so many bytes a second.</summary>
    Slow,

    /// <summary>Right bytes, wrong length of the whole.</summary>
    LiesAboutEof,

    /// <summary>One byte for each request.</summary>
    OneByteAtATime,

    /// <summary>Fewer bytes than asked for, or more.</summary>
    WrongLengths,

    /// <summary>Answers with blocks of another id.</summary>
    OtherIds,

    /// <summary>Some blocks hold wrong bytes in the right shape.</summary>
    Poisons,

    /// <summary>Every answer comes with a list of sources that do not exist.</summary>
    EndlessSources,

    /// <summary>Content whose base64 is none.</summary>
    BadBase64,

    /// <summary>Stops answering after so many blocks.</summary>
    Dies,
}
