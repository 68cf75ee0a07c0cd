namespace Cjp2p.TestPeers;

/// <summary>How a <see cref="HostileServer"/> lies about the length of the whole.</summary>
public enum EofLie
{
    TooBig,
    TooSmall,

    /// <summary>Another one in every answer.</summary>
    Changing,
    Zero,
}
